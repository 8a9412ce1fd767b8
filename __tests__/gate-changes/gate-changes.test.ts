import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { EventBase } from '../../src/compare/trees/base.js';
import { gitProgram } from '../../src/compare/trees/git.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import { readBaseConfig } from '../../src/gate-changes/index.js';
import type { GateChanges } from '../../src/model/gate-changes.js';
import { nodeFiles } from '../../src/system/files.js';
import { makeRepository, temporary, type TestRepository } from '../repository.js';

const FILE = '.github/flowgate.yml';

interface Case {
  /** Configs; undefined: there is none. */
  readonly base?: string;
  readonly head: string;
  readonly inputs?: Inputs;
  /** Where the config is. */
  readonly file?: string;
}

const scenario = (text: string): string => `version: 1\nscenarios:\n  a: {run: ./a.sh, ${text}}\n`;

/** main with base's config, and a branch with head's, which is checked out. */
function pullRequest({ base, head, file = FILE }: Case): { clone: TestRepository; event: EventBase } {
  const clone = makeRepository();
  const main = clone.commit('main', base === undefined ? { x: '' } : { [file]: base });
  clone.git('checkout', '-q', '-b', 'topic');
  const sha = clone.commit('topic', { [file]: head });
  return { clone, event: { kind: 'pull_request', branch: 'main', base: main, head: sha } };
}

async function changesIn(
  workspace: string,
  event: EventBase,
  inputs: Inputs = {},
): Promise<GateChanges | undefined> {
  const plan = await makePlan(inputs, { files: nodeFiles, workspace });
  const ports = { git: gitProgram, files: nodeFiles, interrupt: new AbortController().signal };
  return (await readBaseConfig(plan, ports, { inputs, workspace, event })).changes;
}

async function changed(of: Case): Promise<GateChanges | undefined> {
  const { clone, event } = pullRequest(of);
  return changesIn(clone.folder, event, of.inputs);
}

const rows = (told: GateChanges | undefined): unknown[] =>
  (told?.changes ?? []).map(({ scenario: name, setting, base, head }) => [name, setting, base, head]);

test('data that only one side has keeps no gate from being compared', async () => {
  const { clone, event } = pullRequest({
    base: scenario('data: old.csv, thresholds: [success_rate >= 99%]'),
    head: scenario('data: new.csv, thresholds: [success_rate >= 98%]'),
  });
  writeFileSync(join(clone.folder, 'new.csv'), 'a\n1\n');
  const told = await changesIn(clone.folder, event);
  expect([told?.unknown, rows(told).length]).toEqual([undefined, 1]);
});

describe('a gate that a pull request changes', () => {
  test('a limit that no longer fails is told with both values', async () => {
    const told = await changed({
      base: scenario('thresholds: [success_rate >= 99%]'),
      head: scenario('thresholds: [success_rate >= 0%]'),
    });
    expect(told).toMatchObject({ base: 'main (merge base)' });
    expect(told?.sha).toMatch(/^[0-9a-f]{40}$/);
    expect(rows(told)).toEqual([['a', 'success_rate', 'success_rate >= 99%', 'success_rate >= 0%']]);
  });

  test.each([
    [
      'thresholds: [flow_time.p95 < 1s]',
      'alerts: [flow_time.p95 < 1s], thresholds: [failed <= 0]',
      'flow_time.p95',
      'flow_time.p95 < 1s',
      'flow_time.p95 < 1s (alert)',
    ],
    [
      'thresholds: [failed <= 0, total_time < 9s]',
      'thresholds: [failed <= 0]',
      'total_time',
      'total_time < 9s',
      null,
    ],
    ['flows: 2', 'thresholds: [peak_cpu <= 100%]', 'peak_memory', 'peak_memory <= 500MB', null],
    ['checks: {cleanup: fail}', 'checks: {cleanup: off}', 'check cleanup', 'fail', 'off'],
    ['checks: {isolation: fail}', 'flows: 10', 'check isolation', 'fail', 'warn'],
    [
      'flows: 50, iterations: 200',
      'flows: 1',
      'load',
      '50 flows at once, 200 in all',
      '1 flow at once, 1 in all',
    ],
    ['ladder: [1, 2, 5], duration: 9s', 'duration: 9s, flows: 5', 'ladder', '1, 2, 5', null],
    ['timeout: 5s', 'timeout: 5m', 'timeout', '5 s', '5 min'],
    ['flows: 10', 'retries: 9', 'retries', null, '9, the first after 100 ms'],
    ['flows: 10', 'warmup: 9', 'warmup', null, '9 flows'],
    ['verify: ./check.sh', 'verify: "true"', 'verify', './check.sh', 'true'],
    ['faults: {kill: {share: 10%}}', 'flows: 10', 'faults', expect.stringContaining('0.1'), null],
  ])('%s → %s', async (...[base, head, setting, before, after]) => {
    const told = await changed({ base: scenario(base), head: scenario(head) });
    expect(rows(told)).toContainEqual(['a', setting, before, after]);
  });

  test('what a response must be is a gate of an HTTP flow', async () => {
    const http = (status: string): string =>
      `version: 1\nscenarios:\n  a: {http: {url: "http://x.example/", expect: {status: ${status}}}}\n`;
    expect(rows(await changed({ base: http('201'), head: http('"2xx"') }))).toEqual([
      ['a', 'expect', expect.stringContaining('201'), expect.stringContaining('2xx')],
    ]);
  });

  test('a scenario that is gone is told with its gates, and so is a new one', async () => {
    const told = await changed({
      base: 'version: 1\nscenarios: {a: {run: x, thresholds: [failed <= 0]}}\n',
      head: 'version: 1\nscenarios: {b: {run: x, thresholds: [failed <= 1]}}\n',
    });
    expect(rows(told)).toEqual([
      ['b', 'scenario', null, 'failed <= 1'],
      ['a', 'scenario', 'failed <= 0', null],
    ]);
  });

  test('what is for the whole config is told without a scenario', async () => {
    const config = (rest: string): string => `version: 1\n${rest}scenarios: {a: {run: x}}\n`;
    const told = await changed({
      base: config('compare: base\non-inconclusive: fail\n'),
      head: config('compare: base\non-inconclusive: pass\n'),
    });
    expect(rows(told)).toEqual([
      [undefined, 'compare', expect.stringContaining('fail'), expect.stringContaining('pass')],
    ]);
  });

  test('a change that words do not show is told as it is', async () => {
    const stages = (last: number): string =>
      scenario(`stages: [${[1, 2, 3, last, 9].map((flows) => `{flows: ${flows}, for: 1s}`).join()}]`);
    const [only] = (await changed({ base: stages(5), head: stages(6) }))?.changes ?? [];
    expect(only?.setting).toBe('load');
    expect(only?.base).not.toBe(only?.head);
  });
});

describe('the gates are the same', () => {
  test.each([
    ['thresholds: [success_rate >= 99%, failed <= 3]', 'thresholds: ["failed<=3", "success_rate   >= 0.99"]'],
    ['timeout: 60s', 'timeout: 1m'],
    ['checks: {isolation: warn}', 'flows: 10'],
    [
      'thresholds: [success_rate >= 90%, total_time <= 30s, peak_memory <= 500MB, peak_cpu <= 80%]',
      'flows: 10',
    ],
    ['env: {A: b}', 'setup: ./other.sh'],
  ])('%s and %s', async (base, head) => {
    const told = await changed({ base: scenario(base), head: scenario(head) });
    expect(told?.changes).toEqual([]);
    expect(told?.unknown).toBeUndefined();
  });

  test('where an input replaces them on both sides', async () => {
    const told = await changed({
      base: scenario('thresholds: [failed <= 0]'),
      head: scenario('thresholds: [failed <= 9]'),
      inputs: { thresholds: 'failed <= 3' },
    });
    expect(told?.changes).toEqual([]);
  });

  test('of the scenarios that are selected, others aside; one that base does not have is new', async () => {
    const base = 'version: 1\nscenarios: {a: {run: x}, b: {run: x, timeout: 1s}}\n';
    const head = 'version: 1\nscenarios: {a: {run: x}, b: {run: x, timeout: 9s}, c: {run: x}}\n';
    expect(rows(await changed({ base, head, inputs: { scenario: 'a' } }))).toEqual([]);
    const both = await changed({ base, head, inputs: { scenario: 'a,c' } });
    expect(both?.changes.map(({ scenario: name, setting }) => [name, setting])).toEqual([['c', 'scenario']]);
    const fresh = await changed({ base, head, inputs: { scenario: 'c' } });
    expect(fresh?.changes.map(({ setting }) => setting)).toEqual(['scenario']);
  });
});

describe('base is known', () => {
  test('in a shallow checkout of the merge: its first parent is fetched', async () => {
    const { clone: origin } = pullRequest({
      base: scenario('thresholds: [failed <= 0]'),
      head: scenario('thresholds: [failed <= 9]'),
    });
    const head = origin.git('rev-parse', 'topic');
    origin.git('checkout', '-q', '--detach', 'main');
    const main = origin.git('rev-parse', 'HEAD');
    origin.git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
    origin.git('update-ref', 'refs/pull/12/merge', 'HEAD');
    const clone = makeRepository();
    clone.git('remote', 'add', 'origin', `file://${origin.folder}`);
    clone.git('fetch', '-q', '--no-tags', '--depth=1', 'origin', 'refs/pull/12/merge');
    clone.git('checkout', '-q', '--detach', 'FETCH_HEAD');
    const told = await changesIn(clone.folder, { kind: 'pull_request', branch: 'main', base: main, head });
    expect(rows(told)).toEqual([['a', 'failed', 'failed <= 0', 'failed <= 9']]);
  });

  test('not by a change of main that the branch does not have', async () => {
    const { clone, event } = pullRequest({ base: scenario('timeout: 5s'), head: scenario('timeout: 5s') });
    clone.git('checkout', '-q', 'main');
    const base = clone.commit('tighter', { [FILE]: scenario('timeout: 1s') });
    clone.git('checkout', '-q', 'topic');
    expect((await changesIn(clone.folder, { ...event, base } as EventBase))?.changes).toEqual([]);
  });

  test('where the config is in a package, and the workspace in a folder of the repository', async () => {
    const file = 'packages/shop/flowgate.yml';
    const of = { base: scenario('timeout: 5s'), head: scenario('timeout: 9s'), file };
    expect(rows(await changed({ ...of, inputs: { config: file } }))).toHaveLength(1);
    const { clone, event } = pullRequest(of);
    const told = await changesIn(join(clone.folder, 'packages'), event, { config: 'shop/flowgate.yml' });
    expect(rows(told)).toHaveLength(1);
  });

  test('and never by what is checked out: base’s modules need not be there', async () => {
    const module = (name: string): string => `version: 1\nscenarios: {a: {module: ${name}, timeout: 5s}}\n`;
    const { clone, event } = pullRequest({ base: module('gone.mjs'), head: module('new.mjs') });
    clone.write({ 'new.mjs': 'export default () => {};' });
    expect(await changesIn(clone.folder, event)).toMatchObject({ changes: [] });
  });
});

describe('base is not known, which is said', () => {
  test.each([
    ['base has no config', undefined, /no config \.github\/flowgate\.yml/],
    ['base has one that is not valid', scenario('tmeout: 5s'), /flowgate\.yml:3: .*tmeout/],
    ['base has one that is no YAML', '\t{', /flowgate\.yml/],
    ['base has one that is too large', `${scenario('timeout: 5s')}#${'x'.repeat(300_000)}`, /300\d+ bytes/],
  ])('%s', async (_what, base, reason) => {
    const told = await changed({ base, head: scenario('timeout: 5s') });
    expect(told).toMatchObject({ changes: [] });
    expect(told?.unknown).toMatch(reason);
  });

  test('the commit is not to be had', async () => {
    const { clone, event } = pullRequest({ base: '', head: scenario('timeout: 5s') });
    const told = await changesIn(clone.folder, { ...event, base: 'a'.repeat(40) } as EventBase);
    expect(told?.unknown).toContain('not in this clone');
  });

  test('the workspace is no clone', async () => {
    const workspace = temporary();
    writeFileSync(join(workspace, 'x.yml'), scenario('timeout: 5s'));
    const event = {
      kind: 'pull_request',
      branch: 'main',
      base: 'a'.repeat(40),
      head: 'b'.repeat(40),
    } as const;
    const told = await changesIn(workspace, event, { config: 'x.yml' });
    expect(told?.unknown).toContain('git repository');
  });

  test('the config is outside of the repository', async () => {
    const { clone, event } = pullRequest({ base: scenario('timeout: 5s'), head: scenario('timeout: 5s') });
    const config = join(temporary(), 'x.yml');
    writeFileSync(config, scenario('timeout: 9s'));
    expect((await changesIn(clone.folder, event, { config }))?.unknown).toContain('no config');
  });
});

test('what is no longer watched is told: it can be as large as it likes', async () => {
  const told = await changed({
    base: scenario('watch: [{container: db}, {port: 80}, {pid-file: run/a.pid}]'),
    head: scenario('watch: [{port: 80}]'),
  });
  expect(rows(told)).toEqual([['a', 'watch', 'container db, port 80, pid-file a.pid', 'port 80']]);
});

describe('a step that has no config of its own', () => {
  test.each<[string, string, Inputs]>([
    ['run', FILE, { run: 'true' }],
    ['url', 'flowgate.yml', { url: 'http://127.0.0.1:1/' }],
    ['demo', FILE, { demo: 'true' }],
  ])('with %s: that this change removes the config %s is told', async (_, file, inputs) => {
    const { clone, event } = pullRequest({ base: scenario('thresholds: [failed <= 0]'), head: 'x', file });
    clone.git('rm', '-q', file);
    clone.git('commit', '-q', '-m', 'removed');
    expect(rows(await changesIn(clone.folder, event, inputs))).toEqual([[undefined, 'config', file, null]]);
  });

  test.each([
    ['there still is one', { base: scenario('flows: 2'), head: scenario('flows: 3') }],
    ['there never was one', { head: 'x', file: 'other.txt' }],
  ])('nothing is told where %s', async (_, of) => {
    const { clone, event } = pullRequest(of);
    expect(await changesIn(clone.folder, event, { run: 'true' })).toBeUndefined();
  });
});

test('nothing is told without a base, and without a config', async () => {
  const { clone, event } = pullRequest({ base: scenario('timeout: 5s'), head: scenario('timeout: 9s') });
  for (const kind of ['none', 'other'] as const)
    expect(await changesIn(clone.folder, { kind })).toBeUndefined();
  expect(await changesIn(clone.folder, event, { run: 'true' })).toBeUndefined();
});

test('what is kept is bounded', async () => {
  const many = (limit: number): string =>
    `version: 1\nscenarios:\n${Array.from({ length: 150 }, (_, index) => `  s${index}: {run: x, thresholds: [failed <= ${limit}], verify: "${limit}${'y'.repeat(1000)}"}\n`).join('')}`;
  const told = await changed({ base: many(0), head: many(1) });
  expect(told?.changes).toHaveLength(100);
  expect(told?.more).toBe(200);
  expect(Math.max(...(told?.changes ?? []).map(({ base }) => base?.length ?? 0))).toBeLessThan(310);
});

describe('a mix', () => {
  const parts = (buy: string): string => `  a: {run: ./a.sh}\n  buy: {run: ./b.sh${buy}}\n`;
  const mixed = (buy: string, shares: string): string =>
    `version: 1\nscenarios:\n${parts(buy)}  shop: {mix: ${shares}}\n`;

  test('is judged by its shares, and by the time limit and the retries of each part', async () => {
    const told = await changed({
      base: mixed('', '{a: 80%, buy: 20%}'),
      head: mixed(', retries: 2, timeout: 1m', '{a: 99%, buy: 1%}'),
    });
    expect(rows(told)).toEqual(
      expect.arrayContaining([
        ['shop', 'share of a', '80%', '99%'],
        ['shop', 'share of buy', '20%', '1%'],
        ['shop', 'timeout of buy', '30 s', '1 min'],
        ['shop', 'retries of buy', null, '2, the first after 100 ms'],
      ]),
    );
  });

  test('takes the gates of a scenario that becomes a part of it only, which is told', async () => {
    const base = 'version: 1\nscenarios:\n  a: {run: ./a.sh, thresholds: [failed <= 0]}\n';
    const told = await changed({ base, head: `${base}  shop: {mix: {a: 100%}}\n` });
    expect(rows(told)).toContainEqual(['a', 'scenario', 'failed <= 0', null]);
  });
});
