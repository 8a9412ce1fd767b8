import { describe, expect, test } from '@jest/globals';
import { applyAccepts, type KnownBase, settleAccepts } from '../../src/accept/accept.js';
import type { EventBase } from '../../src/compare/trees/base.js';
import { gitProgram } from '../../src/compare/trees/git.js';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import { makePlan } from '../../src/config/plan.js';
import { readBaseConfig } from '../../src/gate-changes/index.js';
import type { Acceptance } from '../../src/model/accept.js';
import type { Plan } from '../../src/model/plan.js';
import type { ThresholdResult } from '../../src/model/results.js';
import { nodeFiles } from '../../src/system/files.js';
import { thresholdConcerns } from '../../src/verdict/decide.js';
import { fakeFiles } from '../fakes/files.js';
import { parsedThreshold } from '../fakes/results.js';
import { makeRepository } from '../repository.js';

const FILE = '.github/flowgate.yml';
const ENTRY = 'scenario: a, metric: flow_time.p95, reason: encryption at rest';
const SCENARIO = 'scenarios: {a: {run: ./a.sh}}';

const config = (...entries: readonly string[]): string =>
  `version: 1\n${SCENARIO}\n${entries.length === 0 ? '' : `accept: [${entries.map((each) => `{${each}}`).join(', ')}]\n`}`;

/** What becomes of head's entries where base's config is that one. */
async function settledOf({
  base,
  head,
  event,
}: {
  base: string | undefined;
  head: string;
  event?: EventBase;
}): Promise<Plan> {
  const clone = makeRepository();
  const main = clone.commit('main', base === undefined ? { x: '' } : { [FILE]: base });
  clone.git('checkout', '-q', '-b', 'topic');
  const sha = clone.commit('topic', { [FILE]: head });
  const pull: EventBase = { kind: 'pull_request', branch: 'main', base: main, head: sha };
  const workspace = clone.folder;
  const plan = await makePlan({}, { files: nodeFiles, workspace });
  const ports = { git: gitProgram, files: nodeFiles, interrupt: new AbortController().signal };
  const { known } = await readBaseConfig(plan, ports, { inputs: {}, workspace, event: event ?? pull });
  return settleAccepts(plan, known);
}

const acceptsOf = ({ scenarios }: Plan): readonly Acceptance[] => scenarios[0]?.accept ?? [];

describe('an entry of accept', () => {
  test('counts in the pull request that adds it', async () => {
    const plan = await settledOf({ base: config(), head: config(ENTRY) });
    expect(acceptsOf(plan)).toEqual([
      { metric: 'flow_time.p95', reason: 'encryption at rest', standing: 'new' },
    ]);
  });

  test('no longer counts once base has it, and says what to do', async () => {
    const plan = await settledOf({ base: config(ENTRY), head: config(ENTRY) });
    expect(acceptsOf(plan)).toMatchObject([
      { standing: 'stale', note: expect.stringMatching(/has it already; remove it from the config$/) },
    ]);
  });

  test('counts again with a new reason, which reviewers see', async () => {
    const again = ENTRY.replace('encryption at rest', 'signatures');
    expect(acceptsOf(await settledOf({ base: config(ENTRY), head: config(again) }))).toMatchObject([
      { standing: 'new', reason: 'signatures' },
    ]);
  });

  test.each<[string, string | undefined]>([
    ['has no config', undefined],
    ['has a config that is not valid', 'version: 1\nscenarios: {a: {rnu: x}}\n'],
  ])('does not count where base %s', async (_, base) => {
    const [entry] = acceptsOf(await settledOf({ base, head: config(ENTRY) }));
    expect(entry).toMatchObject({ standing: 'unknown', note: expect.stringContaining('is not known') });
  });

  test.each<EventBase>([
    { kind: 'none' },
    { kind: 'other' },
    { kind: 'push', branch: 'main', defaultBranch: 'main' },
  ])('does not count in an event that adds nothing: $kind', async (event) => {
    const [entry] = acceptsOf(await settledOf({ base: config(), head: config(ENTRY), event }));
    expect(entry).toMatchObject({
      standing: 'unknown',
      note: expect.stringContaining('only a pull request'),
    });
  });

  test('does not count in a plan that nobody has set against base', async () => {
    const files = fakeFiles({ [`/repo/${FILE}`]: config(ENTRY) });
    const plan = await makePlan({}, { files, workspace: '/repo' });
    expect(acceptsOf(plan)).toMatchObject([{ standing: 'unknown' }]);
  });
});

const failing = (expression: string, more: Partial<ThresholdResult> = {}): ThresholdResult => ({
  ...parsedThreshold(expression),
  actual: 9,
  bound: 5,
  unit: 'ms',
  outcome: 'fail',
  ...more,
});

const NEW: Acceptance = { metric: 'flow_time.p95', reason: 'encryption', standing: 'new' };

describe('what is accepted', () => {
  test.each([
    ['a limit on base', failing('flow_time.p95 <= base + 5%')],
    ['an alert on base', failing('flow_time.p95 <= base + 5%', { level: 'warn' })],
    ['a limit by history', failing('flow_time.p95 <= 5ms', { origin: 'history' })],
  ])('is %s that failed: a warning with the reason', (_, threshold) => {
    const { thresholds, acceptances } = applyAccepts([threshold], [NEW]);
    expect(thresholds).toEqual([{ ...threshold, outcome: 'accepted', accepted: 'encryption' }]);
    expect(acceptances).toEqual([{ metric: 'flow_time.p95', reason: 'encryption', outcome: 'accepted' }]);
    expect(thresholdConcerns(thresholds)).toMatchObject([
      { verdict: 'warn', reason: expect.stringMatching(/accepted by this change: encryption$/) },
    ]);
  });

  test.each([
    ['an absolute limit', failing('flow_time.p95 < 5ms')],
    ['another metric', failing('flow_time.p99 <= base + 5%')],
    ['what was not judged', failing('flow_time.p95 <= base + 5%', { outcome: 'unresolved' })],
    ['what has no data', failing('flow_time.p95 <= base + 5%', { outcome: 'inconclusive' })],
    ['what nothing was compared with', failing('flow_time.p95 <= base + 5%', { outcome: 'not_judged' })],
  ])('is never %s', (_, threshold) => {
    const { thresholds, acceptances } = applyAccepts([threshold], [NEW]);
    expect(thresholds).toEqual([threshold]);
    expect(acceptances).toMatchObject([{ outcome: 'unused' }]);
  });

  test.each(['stale', 'unknown'] as const)('is nothing by an entry that is %s', (standing) => {
    const threshold = failing('flow_time.p95 <= base + 5%');
    const { thresholds, acceptances } = applyAccepts([threshold], [{ ...NEW, standing, note: 'why' }]);
    expect(thresholds).toEqual([threshold]);
    expect(acceptances).toMatchObject([{ outcome: standing, note: 'why' }]);
  });

  test('is by its own metric alone, an absolute gate of it included', () => {
    const gate = failing('flow_time.p95 < 5ms');
    const { thresholds } = applyAccepts([failing('flow_time.p95 <= base + 5%'), gate], [NEW]);
    expect(thresholdConcerns(thresholds).map(({ verdict }) => verdict)).toEqual(['fail', 'warn']);
  });

  test('an entry whose metric no limit is of names the nearest one', () => {
    const { acceptances } = applyAccepts([failing('flow_time.p99 <= base + 5%')], [NEW]);
    expect(acceptances?.[0]?.note).toBe(
      'no limit on base or history is of this metric; did you mean flow_time.p99?',
    );
  });

  test('a limit that holds needs no entry', () => {
    const { acceptances } = applyAccepts([failing('flow_time.p95 <= base + 5%', { outcome: 'pass' })], [NEW]);
    expect(acceptances?.[0]).toMatchObject({ outcome: 'unused', note: 'its limits hold without it' });
  });
});

async function problemsOf(accept: string): Promise<readonly string[]> {
  const files = fakeFiles({ [`/repo/${FILE}`]: `version: 1\n${SCENARIO}\naccept: ${accept}\n` });
  try {
    await makePlan({}, { files, workspace: '/repo' });
    return [];
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems.map(formatProblem);
    throw thrown;
  }
}

test.each([
  ['[{scenario: b, metric: flow_time.p95, reason: x}]', 'accept[0].scenario: there is no scenario "b"'],
  ['[{scenario: a, metric: flow_tme.p95, reason: x}]', 'did you mean flow_time?'],
  ['[{scenario: a, metric: flow_time.p95}]', 'accept[0].reason'],
  ['[{scenario: a, metric: flow_time.p95, reason: ""}]', 'accept[0].reason: is empty'],
  [`[{scenario: a, metric: flow_time.p95, reason: ${'x'.repeat(301)}}]`, 'longer than 300 characters'],
  ['[{scenario: a, metric: flow_time.p95, reason: x, metrics: y}]', 'there is no key metrics'],
  ['true', 'must be a list such as'],
  [`[{${ENTRY}}, {${ENTRY}}]`, 'accept[1]: accepts the same metric as accept[0]'],
])('accept: %s is refused', async (accept, message) => {
  const problems = await problemsOf(accept);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
});

test('a base that nobody has asked for leaves the reason that the plan gives', async () => {
  const files = fakeFiles({ [`/repo/${FILE}`]: config(ENTRY) });
  const plan = await makePlan({}, { files, workspace: '/repo' });
  const unasked: KnownBase = { unknown: undefined };
  expect(settleAccepts(plan, unasked)).toEqual(plan);
});
