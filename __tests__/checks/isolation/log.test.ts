import { describe, expect, test } from '@jest/globals';
import { ContaminationLog, seesTokens } from '../../../src/checks/isolation/log.js';
import type { FlowStart } from '../../../src/flows/runner.js';
import type { SeenToken, TokensSeen } from '../../../src/model/checks.js';
import { fakeFiles } from '../../fakes/files.js';
import { scenarioPlanOf } from '../../fakes/record.js';
import { flowsRun, simulation } from '../../fakes/simulation.js';

const identity = { run: '0123456789ab' };
const token = (count: number | string): string => `fg-${identity.run}-${count}`;
const OWN: TokensSeen = { own: true, others: [], count: 0, missed: false };

const start = (iteration: number, workspace = ''): FlowStart => ({
  slot: iteration,
  iteration,
  token: token(iteration),
  traceparent: '',
  workspace,
});

const saw = (...counts: readonly (number | string)[]): TokensSeen => {
  const others = counts.map((count): SeenToken => ({
    token: token(count),
    place: 'stdout',
    at: 0,
    context: '',
  }));
  return { own: true, others, count: others.length, missed: false };
};

function logOf(files: Readonly<Record<string, string>> = {}, warmup = 0) {
  return new ContaminationLog({ files: fakeFiles(files), identity, warmup });
}

describe('ContaminationLog', () => {
  test('adds up who was searched, who showed its own token, and who saw whose', () => {
    const log = logOf();
    for (const iteration of [1, 2, 3]) log.begun(start(iteration));
    log.ended(start(2), saw(3));
    log.ended(start(1), OWN);
    log.ended(start(3), { ...OWN, own: false });
    expect(log.recorded()).toEqual({
      searched: 3,
      own: 2,
      contaminated: 1,
      count: 1,
      sightings: [{ slot: 2, iteration: 2, token: token(3), place: 'stdout', at: 0, context: '' }],
      incomplete: 0,
    });
  });

  test("a token that was given to no flow is no other flow's", () => {
    const log = logOf({}, 2);
    for (const iteration of [1, 2, 3]) log.begun(start(iteration));
    log.ended(start(2), saw(4, 0, '03', 'w3', 'w0', 'w01'));
    expect(log.recorded()).toMatchObject({ contaminated: 0, count: 0 });
    log.ended(start(3), saw(1, 'w2'));
    expect(log.recorded()).toMatchObject({ contaminated: 1, count: 2 });
  });

  test('keeps the first twenty in order of their flows, and counts all', () => {
    const log = logOf();
    for (let iteration = 1; iteration <= 50; iteration += 1) log.begun(start(iteration));
    for (let iteration = 50; iteration > 1; iteration -= 1) log.ended(start(iteration), saw(1));
    const { sightings, count, contaminated } = log.recorded();
    expect(sightings.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 31),
    );
    expect([count, contaminated]).toEqual([49, 49]);
  });

  test('searches the workspace, names and contents, before it may go', async () => {
    const log = logOf({
      '/w/2/out/a.txt': `hello ${token(1)}\n`,
      [`/w/2/${token(3)}.txt`]: `own ${token(2)}`,
      '/w/20/other.txt': token(4),
    });
    for (const iteration of [1, 2, 3, 4]) log.begun(start(iteration));
    const released: string[] = [];
    log.ended(start(2, '/w/2'), undefined, () => released.push('2'));
    expect(released).toEqual([]);
    await log.settle();
    expect(released).toEqual(['2']);
    expect(log.recorded()).toMatchObject({
      searched: 1,
      own: 1,
      count: 2,
      sightings: [
        { iteration: 2, token: token(1), place: 'file', where: 'out/a.txt', at: 6 },
        { iteration: 2, token: token(3), place: 'file name', where: `${token(3)}.txt` },
      ],
      // Its output was never told.
      incomplete: 1,
    });
  });

  test('a workspace that is not read to its end is said', async () => {
    const log = logOf({ '/w/1/large': 'x'.repeat(17 * 1024 * 1024) });
    log.begun(start(1));
    log.ended(start(1, '/w/1'), OWN, () => undefined);
    await log.settle();
    expect(log.recorded()).toMatchObject({ searched: 1, incomplete: 1, count: 0 });
  });

  test('beyond 64 that wait, flows are let go unsearched', async () => {
    const log = logOf({ '/w/1/a': token(2) });
    for (const iteration of [1, 2]) log.begun(start(iteration));
    let released = 0;
    for (let times = 0; times < 70; times += 1) log.ended(start(1, '/w/1'), OWN, () => (released += 1));
    expect(released).toBe(6);
    await log.settle();
    expect(released).toBe(70);
    expect(log.recorded()).toMatchObject({ searched: 70, incomplete: 6, contaminated: 64 });
  });
});

test('flows are searched as they end, and their folders go back', async () => {
  const { clock, options } = simulation({ model: 'closed', flows: 3, iterations: 12 }, () => 10);
  const contamination = logOf();
  const gone: string[] = [];
  const { workspaces } = options;
  const releaseEmpty = workspaces.releaseEmpty.bind(workspaces);
  workspaces.releaseEmpty = (workspace) => {
    gone.push(workspace);
    return releaseEmpty(workspace);
  };
  await clock.run(flowsRun({ ...options, contamination }));
  await contamination.settle();
  expect(contamination.recorded()).toMatchObject({ searched: 12, count: 0 });
  expect(new Set(gone).size).toBe(12);
});

describe('tokens are looked for', () => {
  const request = {
    name: 'me',
    method: 'GET',
    url: 'http://127.0.0.1/me',
    headers: {},
    expect: { status: [{ from: 200, to: 299 }], statusText: '2xx' },
  };
  const http = (differs: Partial<typeof request> & { readonly body?: string }) =>
    scenarioPlanOf({
      work: {
        kind: 'http',
        requests: [{ ...request, ...differs }],
        followRedirects: false,
        maxBody: 1e6,
      },
    });

  test('unless the level is off', () => {
    expect(seesTokens(scenarioPlanOf())).toBe(true);
    expect(seesTokens(scenarioPlanOf({ checks: { isolation: 'off' } }))).toBe(false);
  });

  test('and of requests only if one carries them', () => {
    expect(seesTokens(http({}))).toBe(false);
    expect(seesTokens(http({ url: 'http://127.0.0.1/{{ token }}' }))).toBe(true);
    expect(seesTokens(http({ headers: { cookie: 'user={{token}}' } }))).toBe(true);
    expect(seesTokens(http({ body: '{"user": "{{token}}", "flow": {{flow}}}' }))).toBe(true);
    expect(seesTokens(http({ url: 'http://127.0.0.1/{{flow}}' }))).toBe(false);
  });
});
