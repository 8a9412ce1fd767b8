import { describe, expect, test } from '@jest/globals';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import type { ComparePlan } from '../../src/model/comparison.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';

const config = (...top: string[]): string =>
  ['version: 1', ...top, 'scenarios:', '  s:', '    run: x', ''].join('\n');

const problems = (text: string): string[] =>
  validateConfig(text, FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));

async function compared(inputs: Inputs, text?: string): Promise<ComparePlan | undefined> {
  const files = fakeFiles({ '/w/README.md': '', ...(text === undefined ? {} : { [`/w/${FILE}`]: text }) });
  return (await makePlan(inputs, { files, workspace: '/w' })).compare;
}

async function refused(inputs: Inputs, text?: string): Promise<string[]> {
  try {
    await compared(inputs, text);
    return [];
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems.map(formatProblem);
    throw thrown;
  }
}

describe('what is compared', () => {
  test('nothing, unless asked for', async () => {
    expect(await compared({ run: 'x' })).toBeUndefined();
    expect(await compared({}, config('budget: 3m'))).toBeUndefined();
  });

  test('the base, with the defaults', async () => {
    expect(await compared({ run: 'x', compare: 'base' })).toEqual({
      ref: 'base',
      services: 'restart',
      onUnresolved: 'warn',
      defaultLevel: 'fail',
    });
  });

  test('as the config says it', async () => {
    const text = config(
      'compare: {ref: v1.2, services: restart, default-gates: warn}',
      'prepare: npm ci',
      'budget: 90s',
      'on-inconclusive: fail',
    );
    expect(await compared({}, text)).toEqual({
      ref: 'v1.2',
      prepare: 'npm ci',
      budget: 90_000,
      services: 'restart',
      onUnresolved: 'fail',
      defaultLevel: 'warn',
    });
  });

  test('one start of either side, with what is known of how starts differ', async () => {
    const plan = await compared({}, config('compare: {ref: base, services: keep, start-spread: 1%}'));
    expect(plan).toMatchObject({ services: 'keep', startSpread: 0.01 });
  });

  test('inputs go before the config', async () => {
    const text = config('compare: v1.2', 'prepare: npm ci', 'budget: 90s', 'on-inconclusive: fail');
    const inputs = { compare: 'main', prepare: 'make', budget: '30s', onInconclusive: 'pass' };
    expect(await compared(inputs, text)).toEqual({
      ref: 'main',
      prepare: 'make',
      budget: 30_000,
      services: 'restart',
      onUnresolved: 'pass',
      defaultLevel: 'fail',
    });
  });

  test('a text stands for the map', async () => {
    const plan = await compared({}, config('compare: base'));
    expect(plan).toMatchObject({ ref: 'base' });
  });
});

describe('what is wrong with it', () => {
  test.each([
    ['compare: ""', '2:1: compare.ref: is empty; write base'],
    [
      'compare: 1234567',
      '2:10: compare: must be a git ref such as base, or a map such as {ref: base, services: keep}, not 1234567',
    ],
    ['compare: -x', '2:1: compare.ref: -x can be no git ref: it begins with -'],
    ['compare: {services: keep}', '2:1: compare.ref: must be text such as base, not nothing'],
    ['compare: {rev: main, ref: x}', '2:11: compare: there is no key rev; did you mean ref?'],
    [
      'compare: {ref: base, services: kept}',
      '2:32: compare.services: must be one of restart, keep, not "kept"',
    ],
    [
      'compare: {ref: base, start-spread: 1%}',
      '2:36: compare.start-spread: is for services: keep alone; where each round has a start of its own, the pairs show how starts differ: leave it out',
    ],
    [
      'compare: {ref: base, services: keep, start-spread: 3ms}',
      '2:52: compare.start-spread: 3ms is no share; write it as 5% or 0.05',
    ],
    ['prepare: {run: npm ci}', '2:1: prepare: must be text such as npm ci, not a map'],
    ['prepare: ""', '2:10: prepare: is empty; write npm ci'],
    ['budget: 2', '2:9: budget: 2 needs a unit: write 2s or 2ms'],
    ['on-inconclusive: no', '2:18: on-inconclusive: must be one of fail, warn, pass, not "no"'],
  ])('%s', (line, expected) => {
    expect(problems(config(line))).toEqual([expected]);
  });
});

describe('limits that hang on the base', () => {
  const NEEDS =
    'needs compare: give the input compare (--compare at a terminal, or --no-compare to run without judging it), or write compare: base at the top of the config';
  const list = [
    '    thresholds:',
    '      - success_rate >= 99%',
    '      - flow_time.p95 <= base + 5%',
    '      - expr: peak_memory <= base + 10MB',
    '    alerts: |',
    '      total_time < 3s',
    '      throughput >= base - 5%',
    '',
  ].join('\n');

  test('are refused where nothing is compared, each at its place', async () => {
    const expected = [
      `${FILE}:7:9: scenarios.s.thresholds[1]: "flow_time.p95 <= base + 5%": ${NEEDS}`,
      `${FILE}:8:15: scenarios.s.thresholds[2].expr: "peak_memory <= base + 10MB": ${NEEDS}`,
      `${FILE}:11:7: scenarios.s.alerts[1]: "throughput >= base - 5%": ${NEEDS}`,
    ];
    expect(await refused({}, config() + list)).toEqual(expected);
  });

  test.each<[string, Inputs, string]>([
    ['the config compares', {}, config('compare: base') + list],
    ['the input compares', { compare: 'base' }, config() + list],
    [
      'the config compares, and the input gates',
      { thresholds: 'flow_time.med <= base + 5%' },
      config('compare: base'),
    ],
  ])('are taken where %s', async (_name, inputs, text) => {
    expect(await refused(inputs, text)).toEqual([]);
  });

  test('of an input are refused in the same words', async () => {
    expect(await refused({ alerts: 'flow_time.med <= base + 5%', run: 'x' })).toEqual([
      `input alerts[0]: "flow_time.med <= base + 5%": ${NEEDS}`,
    ]);
  });

  test('are not complained of beside a ref that is wrong', async () => {
    expect(await refused({ compare: '-x', run: 'x', thresholds: 'flow_time.med <= base + 5%' })).toEqual([
      'input compare: -x can be no git ref: it begins with -',
    ]);
  });
});
