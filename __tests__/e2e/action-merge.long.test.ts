import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeZip } from '../publish/zip-file.js';
import { type ArtifactServer, startArtifactServer } from './artifact-server.js';
import { type GitHubServer, startGitHubServer } from './github-server.js';
import { type ActionEnd, MERGE, runAction, runQuick } from './run-action.js';

let github: GitHubServer;
let service: ArtifactServer;

beforeEach(async () => {
  [github, service] = await Promise.all([startGitHubServer(), startArtifactServer()]);
});

afterEach(() => Promise.all([github.close(), service.close()]));

const merge = (inputs: Readonly<Record<string, string>> = {}): Promise<ActionEnd> =>
  runAction({ apiUrl: github.url, action: MERGE, inputs, env: service.env });

/** As the jobs of a matrix that run at the same time. */
const shards = (indices: readonly number[]): Promise<readonly ActionEnd[]> =>
  Promise.all(
    indices.map((index) =>
      runQuick(
        github.url,
        {
          shard: `${index}/2`,
          matrix: `{"shard":${index}}`,
          run: 'test $FLOWGATE_FLOW -eq 1',
          flows: '2',
          thresholds: 'success_rate >= 50%',
        },
        { env: service.env },
      ),
    ),
  );

test('merge takes the shards of its run from the artifact service, and nothing else that is there', async () => {
  const measured = await shards([1, 2]);
  expect(measured.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  service.artifacts.push({
    id: 3,
    name: 'coverage',
    zip: makeZip([{ name: 'results.json', data: 'no JSON' }]),
  });
  const end = await merge();
  expect([end.exitCode, end.outputs.verdict]).toEqual([0, 'pass']);
  expect(end.results?.scenarios[0]?.metrics.success_rate).toMatchObject({ value: 0.5 });
  expect(github.comments).toHaveLength(1);
});

test('an artifact writes nothing out of its folder, and what is no result is refused', async () => {
  service.artifacts.push({
    id: 1,
    name: 'flowgate-x',
    zip: makeZip([{ name: '../../../escaped.json', data: '{"schema":"flowgate.results/0"}' }]),
  });
  const end = await merge({ legs: '1' });
  expect(end.exitCode).toBe(2);
  expect(end.annotations[0]?.message).toContain('is no file of a shard');
  expect(end.annotations[0]?.properties.file).toMatch(/flowgate-x\/.*escaped\.json$/);
});

test('without an artifact there is nothing to judge', async () => {
  const end = await merge();
  expect(end.exitCode).toBe(2);
  expect(end.annotations[0]?.message).toContain(
    'no artifact of this run has a name that begins with flowgate-',
  );
  expect(github.requests).toEqual([]);
});
