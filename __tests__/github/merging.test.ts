import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GatePorts, Gating } from '../../src/gate.js';
import { mergingAction } from '../../src/github/merging.js';
import type { Results } from '../../src/model/results.js';
import { type FakeArtifacts, fakeArtifacts } from '../fakes/artifacts.js';
import { fakeFiles } from '../fakes/files.js';
import { aResults, aScenario } from '../fakes/results.js';
import { recordingLogger } from '../fakes/runner.js';

const GIT = { sha: 'a'.repeat(40), repository: 'octo/repo' };
const RUN = { url: '', id: 5, number: 1, attempt: 1, workflow: 'ci', job: 'gate' };

const leg = (name: string): Results =>
  aResults({ git: GIT, run: { ...RUN, leg: name }, scenarios: [aScenario({}, { name: 'checkout' })] });

let files: ReturnType<typeof fakeFiles>;
let store: FakeArtifacts;
let told: Results[];
let logger: ReturnType<typeof recordingLogger>;

beforeEach(() => {
  files = fakeFiles({ '/temp/flowgate-artifacts/flowgate-of-before/results.json': '{}' });
  store = fakeArtifacts(undefined, files);
  told = [];
  logger = recordingLogger();
});

const put = (path: string, results: Results): unknown => store.ofRun.set(path, JSON.stringify(results));

function merge(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const given = Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]);
  const action = mergingAction(
    { ...env, ...(Object.fromEntries(given) as Record<string, string>) },
    { openArtifacts: () => Promise.resolve(store), temporary: '/temp' },
  );
  const clock = { wall: () => new Date(0) };
  return action.gate(
    { scenarios: [], source: { kind: 'inputs' } },
    { files, clock, logger } as unknown as GatePorts,
    {
      workspace: '/w',
      context: { version: '1.0.0', git: GIT, run: RUN },
      tell: (results) => Promise.resolve(void told.push(results)),
    } as Pick<Gating, 'workspace' | 'context' | 'tell'> as Gating,
  );
}

test('without files it joins the artifacts of its own run whose names flowgate has made', async () => {
  put('flowgate-gate-1/results.json', leg('linux'));
  put('flowgate-gate-2/results.json', leg('windows'));
  put('coverage/results.json', leg('foreign'));
  expect(await merge({ legs: '2' })).toBe(0);
  expect(told[0]?.scenarios.map(({ name }) => name)).toEqual(['checkout (linux)', 'checkout (windows)']);
  expect(logger.at('info')).toEqual(['Joining 2 artifacts of this run: flowgate-gate-1, flowgate-gate-2']);
  expect([...files.contents.keys()].join()).not.toContain('before');
});

test('what an earlier attempt has joined is no leg', async () => {
  put('flowgate-gate-1/results.json', leg('linux'));
  await merge({ legs: '1' });
  const [joined] = told;
  if (joined !== undefined) put('flowgate-comment-1/results.json', joined);
  expect(await merge({ legs: '1' })).toBe(0);
  expect(told[1]?.scenarios.map(({ name }) => name)).toEqual(['checkout (linux)']);
});

test('files that are given are joined, and nothing is downloaded', async () => {
  store = fakeArtifacts(new Error('asked'));
  await files.write('/w/legs/a/results.json', JSON.stringify(leg('linux')));
  expect(await merge({ files: 'legs', legs: '1' })).toBe(0);
});

describe('nothing is judged', () => {
  test('if no artifact is there', async () => {
    store.ofRun.set('coverage/results.json', '{}');
    await expect(merge({ legs: '1' })).rejects.toThrow(
      'input files: no artifact of this run has a name that begins with flowgate-: let needs: name the job that measures',
    );
    expect(told).toEqual([]);
  });

  test('if what is there holds no result', async () => {
    store.ofRun.set('flowgate-gate-1/report.html', '');
    await expect(merge({ legs: '1' })).rejects.toThrow('no shard and no results.json was found in /temp/');
  });

  test('if the service refuses', async () => {
    store = fakeArtifacts(new Error('no\nservice'));
    await expect(merge({ legs: '1' })).rejects.toThrow('of this run could not be downloaded: no service');
  });

  test('where GitHub Enterprise Server has no such service', async () => {
    const env = { GITHUB_SERVER_URL: 'https://github.example.com' };
    await expect(merge({ legs: '1' }, env)).rejects.toThrow('give the folder that a version of');
  });
});
