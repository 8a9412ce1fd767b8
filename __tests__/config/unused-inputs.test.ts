import { describe, expect, test } from '@jest/globals';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import { readInputs, type Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import { fakeFiles } from '../fakes/files.js';

const FILES = {
  '/repo/.github/flowgate.yml':
    'version: 1\nscenarios: {a: {run: x}, steady: {run: x, rate: 5/s, duration: 3s}, climb: {run: x, ladder: [1, 2]}, staged: {run: x, stages: [{flows: 2, for: 3s}]}, ask: {http: "http://127.0.0.1/"}, tried: {http: "http://127.0.0.1/", verify: x}}',
  '/repo/compared.yml': 'version: 1\ncompare: base\nscenarios: {a: {run: x}}',
  '/repo/settings.yml':
    'version: 1\nbudget: 3m\nprepare: npm ci\non-inconclusive: fail\nscenarios: {a: {run: x}}',
  '/repo/shop/README.md': '',
  '/repo/flow.mjs': '',
};

async function problems(inputs: Inputs): Promise<readonly string[]> {
  try {
    await makePlan(inputs, { files: fakeFiles(FILES), workspace: '/repo' });
    return [];
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems.map(formatProblem);
    throw thrown;
  }
}

const NOTHING_COMPARED = 'nothing is compared, so nothing uses it; give compare, or leave it out';
const NOTHING_THERE = 'no command, module file or service runs there, so nothing uses it; leave it out';
const ONE = 'selects from a config file, and run, module, url and demo make one scenario';
const URL = 'http://127.0.0.1/';
const REPORTS_NOTHING =
  'a shard measures and reports nothing; give it to the step that merges, and leave it out here';

/** Each input in every combination in which nothing would use it. */
const UNUSED: readonly (readonly [Inputs, string])[] = [
  // Two inputs that both say what is run.
  [{ run: 'x', module: 'flow.mjs' }, 'input module: run and module are given; keep one'],
  [{ run: 'x', url: URL }, 'input url: run and url are given; keep one'],
  [{ module: 'flow.mjs', url: URL }, 'input url: module and url are given; keep one'],
  [{ run: 'x', demo: 'true' }, 'input demo: run and demo are given; keep one'],
  [{ module: 'flow.mjs', demo: 'true' }, 'input demo: module and demo are given; keep one'],
  [{ url: URL, demo: 'true' }, 'input demo: url and demo are given; keep one'],
  [{ config: 'compared.yml', run: 'x' }, 'input run: config and run are given; keep one'],
  [{ config: 'compared.yml', module: 'flow.mjs' }, 'input module: config and module are given; keep one'],
  [{ config: 'compared.yml', url: URL }, 'input url: config and url are given; keep one'],
  [{ config: 'compared.yml', demo: 'true' }, 'input demo: config and demo are given; keep one'],
  // Nothing to select from.
  [{ run: 'x', scenario: 'a' }, `input scenario: ${ONE}`],
  [{ module: 'flow.mjs', scenario: 'a' }, `input scenario: ${ONE}`],
  [{ url: URL, scenario: 'a' }, `input scenario: ${ONE}`],
  [{ demo: 'true', scenario: 'a' }, `input scenario: ${ONE}`],
  // One load model.
  [
    { run: 'x', iterations: '20', duration: '3s' },
    'input duration: iterations and duration are given; keep one',
  ],
  [{ run: 'x', flows: '2', rate: '5/s', duration: '3s' }, 'input rate: flows and rate are given; keep one'],
  [{ run: 'x', iterations: '20', rate: '5/s' }, 'input rate: iterations and rate are given; keep one'],
  [{ run: 'x', rate: '5/s' }, 'input rate: needs duration: for how long flows are started'],
  [
    { run: 'x', maxFlows: '5' },
    'input max-flows: is for the open model; give a rate, or leave it out: flows is how many run at once',
  ],
  [
    { scenario: 'staged', duration: '3s' },
    'input duration: the scenario has stages, which say how long they are; leave it out',
  ],
  [
    { scenario: 'climb', flows: '3' },
    'input flows: climb has a ladder, which says how many flows run at once; leave it out',
  ],
  // Nothing is compared.
  [{ run: 'x', prepare: 'npm ci' }, `input prepare: ${NOTHING_COMPARED}`],
  [{ run: 'x', budget: '1m' }, `input budget: ${NOTHING_COMPARED}`],
  [{ run: 'x', onInconclusive: 'fail' }, `input on-inconclusive: ${NOTHING_COMPARED}`],
  [{ config: 'settings.yml', budget: '1m' }, `input budget: ${NOTHING_COMPARED}`],
  [{ demo: 'true', prepare: 'npm ci' }, `input prepare: ${NOTHING_COMPARED}`],
  [
    { config: 'compared.yml', noCompare: 'true', budget: '1m' },
    'input budget: nothing is compared (--no-compare), so nothing uses it; leave it out',
  ],
  [
    { demo: 'true', compare: 'base' },
    'input compare: the demo is part of flowgate and the same on both sides; leave compare or demo out',
  ],
  // Nothing runs in the folder.
  [{ url: URL, workingDirectory: 'shop' }, `input working-directory: ${NOTHING_THERE}`],
  [{ demo: 'true', workingDirectory: 'shop' }, `input working-directory: ${NOTHING_THERE}`],
  [{ module: 'flowgate:demo', workingDirectory: 'shop' }, `input working-directory: ${NOTHING_THERE}`],
  [{ scenario: 'ask', workingDirectory: 'shop' }, `input working-directory: ${NOTHING_THERE}`],
  // Only the demo has bugs.
  [{ run: 'x', bug: 'race' }, 'input bug: only the demo can be told to misbehave, and run is not the demo'],
  // Not available yet.
  [{ run: 'x', shard: '1/2', comment: 'never' }, `input comment: ${REPORTS_NOTHING}`],
  [{ run: 'x', shard: '1/2', commentKey: 'k' }, `input comment-key: ${REPORTS_NOTHING}`],
  [{ run: 'x', shard: '1/2', checkName: 'n' }, `input check-name: ${REPORTS_NOTHING}`],
  [{ run: 'x', artifact: 'a/b' }, 'input artifact: must be true, false or a name without "/", not a/b'],
  [{ run: 'x', artifact: 'a'.repeat(129) }, 'input artifact: has more than 128 characters'],
];

/** Inputs that are used, as near as can be to those above. */
const USED: readonly Inputs[] = [
  { demo: 'true', thresholds: 'success_rate >= 80%', alerts: 'peak_cpu < 99%', flows: '3', timeout: '9s' },
  { demo: 'true', bug: 'race', seed: '3' },
  { demo: 'false', run: 'x' },
  { run: 'x', artifact: 'true' },
  { run: 'x', artifact: 'load of checkout' },
  { run: 'x', compare: 'base', prepare: 'npm ci', budget: '1m', onInconclusive: 'fail' },
  { config: 'compared.yml', prepare: 'npm ci', budget: '1m', onInconclusive: 'fail' },
  { config: 'settings.yml' },
  { config: 'settings.yml', compare: 'base', budget: '1m' },
  { config: 'compared.yml', noCompare: 'true' },
  { workingDirectory: 'shop', scenario: 'tried' },
  { workingDirectory: 'shop', scenario: 'ask, a' },
  { scenario: 'steady', maxFlows: '5' },
  { scenario: 'steady', flows: '5' },
  { scenario: 'climb', iterations: '5' },
];

describe('an input that nothing uses is an error', () => {
  test.each(UNUSED)('%j', async (inputs, message) => {
    expect(await problems(inputs)).toEqual([message]);
  });

  test.each(USED)('but not %j', async (inputs) => {
    expect(await problems(inputs)).toEqual([]);
  });
});

describe('an input that action.yml does not have', () => {
  const given = (...variables: string[]): Inputs => ({
    run: 'x',
    ...readInputs(() => '', ['PATH', ...variables]),
  });

  test('is an error, with the one that was meant', async () => {
    expect(await problems(given('INPUT_THRESHOLD'))).toEqual([
      'input threshold: there is no such input; did you mean thresholds?',
    ]);
  });

  test('is an error if nothing is near, and all of them are named', async () => {
    const found = await problems(given('INPUT_GATE-BY', 'INPUT_WORKING_DIRECTORY'));
    expect(found).toEqual([
      expect.stringMatching(/^input gate-by: there is no such input; inputs are config, scenario, .*matrix$/),
      'input working_directory: there is no such input; did you mean working-directory?',
    ]);
  });

  test('those that it has are no problem, however the runner spells them', async () => {
    const variables = ['INPUT_RUN', 'INPUT_CHECK-NAME', 'INPUT_GITHUB-TOKEN', 'INPUT_MATRIX', 'INPUT_DEMO'];
    expect(await problems(given(...variables))).toEqual([]);
  });
});
