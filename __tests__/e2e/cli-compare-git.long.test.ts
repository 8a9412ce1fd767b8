import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Results } from '../../src/model/results.js';
import { makeRepository, type TestRepository } from '../repository.js';
import { emptyFolder, runCli, type CliRun } from './run-cli.js';

/*
 * Real git, real trees, real work: what head does more of is rounds of a hash, so that nothing hangs on how fast the
 * machine is.
 */
const ROUNDS = 400;

const flow = (rounds: number): string => `import { createHash } from 'node:crypto';
const data = Buffer.alloc(16_384, 'x');
export default function flow() {
  for (let round = 0; round < ${rounds}; round += 1) createHash('sha256').update(data).digest();
}
`;

const config = (limit = '5%'): string => `version: 1
compare: base
budget: 120s
scenarios:
  hash:
    module: hash.mjs
    flows: 10
    iterations: 20
    warmup: 10
    thresholds: [success_rate >= 99%, cpu_per_flow <= base + ${limit}]
`;

const CONFIG = config();

function repositoryWith(base: number, head: number, text = CONFIG): TestRepository {
  const repository = makeRepository();
  repository.commit('as it was', { '.github/flowgate.yml': text, 'hash.mjs': flow(base) });
  repository.git('checkout', '-q', '-b', 'feature');
  repository.commit('hash more', { 'hash.mjs': flow(head) });
  return repository;
}

const compareIn = ({ folder }: TestRepository, ...args: string[]): Promise<CliRun> =>
  runCli(['run', ...args], { cwd: folder });

function only(results: Results): Results['scenarios'][number] {
  const [scenario] = results.scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

const gateOf = (results: Results) =>
  only(results).thresholds.find(({ expression }) => expression.includes('base'));

const treesOf = (repository: TestRepository): number =>
  repository.git('worktree', 'list').split('\n').length - 1;

describe('ten flows at once, compared with the base', () => {
  test('a head that does 10% more fails the gate: metric, effect and interval are named', async () => {
    const repository = repositoryWith(ROUNDS, ROUNDS * 1.1);
    const run = await compareIn(repository);
    expect([run.status, run.stderr]).toEqual([1, expect.any(String)]);
    const { compared, comparison } = only(run.results());
    const result = comparison?.find(({ metric }) => metric === 'cpu_per_flow');
    expect(compared?.ended).toBe('decided');
    expect(result?.outcome).toBe('regression');
    // What was injected is in the interval, and no change is not.
    expect(result?.low).toBeGreaterThan(0.02);
    expect(result?.low).toBeLessThan(0.1);
    expect(result?.high).toBeGreaterThan(0.08);
    expect(gateOf(run.results())).toMatchObject({ outcome: 'fail', level: 'fail' });
    expect(gateOf(run.results())?.reason).toMatch(
      /^cpu_per_flow is [\d.]+% higher than main \(merge base\) \(\d+(\.\d+)?% interval \+[\d.]+% … \+[\d.]+%, \d+ pairs\)/,
    );
    const sentence = run.stdout.replaceAll(/\s+/g, ' ');
    expect(sentence).toMatch(
      /hash takes more CPU than main \(merge base\): cpu_per_flow rose by [\d.]+% \(\d+(\.\d+)?% interval \+[\d.]+% … \+[\d.]+%, \d+ pairs\); the gate is ≤ base \+ 5%/,
    );
    expect(sentence).toContain('hash more');
    expect(compared).toMatchObject({
      base: { label: 'main (merge base)' },
      head: { label: 'feature' },
      commits: { total: 1, list: [{ subject: 'hash more' }] },
    });
    expect(run.stderr).toMatch(/feature is compared with main \(merge base\) \([0-9a-f]{7}\)/);
    expect(treesOf(repository)).toBe(0);
  }, 240_000);

  test('a head that does the same passes', async () => {
    // So far from the limit that no alarm of the one in a hundred that may be false fails this test.
    const repository = repositoryWith(ROUNDS, ROUNDS, config('25%'));
    const run = await compareIn(repository);
    expect([run.status, run.stderr]).toEqual([0, expect.any(String)]);
    expect(gateOf(run.results())?.outcome).toBe('pass');
    const result = only(run.results()).comparison?.find(({ metric }) => metric === 'cpu_per_flow');
    expect(result?.outcome).not.toBe('regression');
    expect(result?.low).toBeLessThan(0.05);
    expect(result?.high).toBeGreaterThan(-0.05);
  }, 240_000);

  test('a head that does a fifth less is reported as faster', async () => {
    const repository = repositoryWith(ROUNDS, ROUNDS * 0.8);
    const run = await compareIn(repository);
    expect([run.status, run.stderr]).toEqual([0, expect.any(String)]);
    const result = only(run.results()).comparison?.find(({ metric }) => metric === 'cpu_per_flow');
    expect(result?.outcome).toBe('improvement');
    expect(result?.high).toBeLessThan(0);
    expect(run.stdout).toContain('Less CPU');
  }, 240_000);
});

describe('without a base to be compared with', () => {
  const FAST = CONFIG.replace('budget: 120s', 'budget: 5s').replace('iterations: 20', 'iterations: 10');

  test('a scenario that is new keeps its absolute gates, and the gate on the base is unresolved', async () => {
    const repository = makeRepository();
    repository.commit('as it was', { a: '' });
    repository.commit('new', { '.github/flowgate.yml': FAST, 'hash.mjs': flow(1) });
    const run = await compareIn(repository);
    expect(run.status).toBe(0);
    const { compared, thresholds } = only(run.results());
    expect(compared?.absent).toBe('the scenario is new: the commit before has no config');
    expect(thresholds.map(({ outcome }) => outcome).sort()).toEqual(['pass', 'unresolved']);
    expect(run.stdout).toContain('the scenario is new');
  });

  test('a base that does not build is said with its last words, and a head that does not ends the run', async () => {
    const repository = makeRepository();
    repository.commit('broken', {
      '.github/flowgate.yml': FAST,
      'hash.mjs': flow(1),
      'build.sh': 'echo no compiler; exit 3',
    });
    repository.commit('mended', { 'build.sh': 'true' });
    const absent = await compareIn(repository, '--prepare', 'sh build.sh');
    expect(only(absent.results()).compared?.absent).toBe(
      'the commit before can not be prepared: prepare ended with exit status 3: no compiler',
    );
    expect(absent.stdout).toContain('can not be prepared');
    repository.commit('broken again', { 'build.sh': 'echo no linker; exit 4' });
    const refused = await compareIn(repository, '--prepare', 'sh build.sh');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(
      'prepare: main can not be prepared: prepare ended with exit status 4: no linker',
    );
    expect(treesOf(repository)).toBe(0);
  });

  test('a module that is made by prepare need not be there before, and validate says so too', async () => {
    const repository = makeRepository();
    const text = `${FAST}prepare: cp source.mjs hash.mjs\n`;
    repository.commit('built', { '.github/flowgate.yml': text, 'source.mjs': flow(1) });
    const valid = await runCli(['validate'], { cwd: repository.folder });
    expect([valid.status, valid.stderr]).toEqual([0, '']);
    const run = await compareIn(repository);
    expect(run.status).toBe(0);
    expect(only(run.results()).metrics['success_rate']?.value).toBe(1);
  });

  test('a ref that does not exist is unusable input, and what was probably meant is named', async () => {
    const repository = repositoryWith(1, 1);
    const run = await compareIn(repository, '--compare', 'featrue');
    expect([run.status, run.stderr]).toEqual([
      2,
      'flowgate: compare: there is no git ref featrue; did you mean feature?\n',
    ]);
  });

  test('a shallow clone is told what to do if its remote is gone', async () => {
    const clone = repositoryWith(1, 1).clone(1);
    clone.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all');
    const run = await compareIn(clone, '--compare', 'v9');
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('compare: there is no git ref v9 here, and none was fetched: ');
    expect(run.stderr).toContain('fetch-depth: 0');
  });
});

test('a working tree with changes is head as it is, and says so', async () => {
  const repository = makeRepository();
  repository.commit('as it was', {
    '.github/flowgate.yml': CONFIG,
    'hash.mjs': 'export default () => { throw new Error("broken"); };',
  });
  repository.write({ 'hash.mjs': flow(1) });
  const run = await compareIn(repository);
  const { compared, metrics } = only(run.results());
  expect(compared).toMatchObject({
    head: { label: 'working tree (1 file changed)' },
    base: { label: 'the last commit' },
  });
  expect(metrics['success_rate']?.value).toBe(1);
  expect(run.stderr).toContain('working tree (1 file changed) is compared with the last commit');
  expect(run.stdout).toContain('working tree (1 file changed)');
  expect(repository.git('status', '--porcelain', '--', 'hash.mjs')).toBe('M hash.mjs');
}, 240_000);

test('a run that is interrupted leaves no tree behind', async () => {
  const repository = repositoryWith(ROUNDS, ROUNDS);
  const run = await compareIn(repository, '--prepare', 'kill -INT $PPID; exec sleep 600');
  expect(run.status).toBe(130);
  expect(treesOf(repository)).toBe(0);
});

test('nothing is compared outside of a repository', async () => {
  const run = await runCli(['run', '--run', 'true', '--compare', 'base']);
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(
    /^flowgate: compare: compare needs a git repository, and .* is in none; check one out/,
  );
});

test('--no-compare runs a config with limits on the base: they are not judged, and prepare is not run', async () => {
  const repository = repositoryWith(
    1,
    1,
    CONFIG.replace('budget: 120s', 'budget: 120s\nprepare: touch prepared; exit 1'),
  );
  const run = await compareIn(repository, '--no-compare');
  expect(run.status).toBe(0);
  const [scenario] = run.results().scenarios;
  expect(scenario).toMatchObject({ verdict: 'warn' });
  expect(scenario).not.toHaveProperty('compared');
  expect(scenario?.thresholds.map(({ outcome }) => outcome)).toEqual(['pass', 'not_judged']);
  expect(run.stdout).toContain('not judged: nothing was compared');
});

test('before runs for the own run, then once a side in its tree, base first, before anything else of it', async () => {
  const repository = makeRepository();
  const log = `${emptyFolder()}/log`;
  const text = `version: 1
compare: base
budget: 2s
scenarios:
  s:
    before: echo before $(cat side) >> ${log}; cp side made
    run: test "$(cat made)" = "$(cat side)" && echo flow >> ${log}
    flows: 2
    thresholds: [success_rate >= 100%, flow_time.med <= base + 90%]
`;
  repository.commit('as it was', { '.github/flowgate.yml': text, side: 'base', '.gitignore': 'made' });
  repository.git('checkout', '-q', '-b', 'feature');
  repository.commit('a change', { side: 'head' });
  const run = await compareIn(repository);
  const { compared, errors } = only(run.results());
  expect(errors).toEqual([]);
  expect(compared?.pairs.length).toBeGreaterThan(0);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const told = lines.filter((line, at) => line !== lines[at - 1]);
  expect(told).toEqual(['before head', 'flow', 'before base', 'before head', 'flow']);
});
