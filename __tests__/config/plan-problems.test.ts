import { describe, expect, test } from '@jest/globals';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import { fakeFiles } from '../fakes/files.js';

const WORKSPACE = '/repo';
const CONFIG = `
version: 1
scenarios:
  checkout:
    run: node checkout.js
    flows: 4
    iterations: 200
    thresholds: [success_rate >= 99%]
    alerts: [peak_cpu < 70%]
    working-directory: shop
  order:
    module: flows/order.mjs
    duration: 60s
    options: {size: big}
`;
const REPOSITORY = {
  '/repo/README.md': '',
  '/repo/shop/package.json': '',
  '/repo/flows/order.mjs': '',
};
const WITH_CONFIG = { ...REPOSITORY, '/repo/.github/flowgate.yml': CONFIG };

/** The problems of the plan as they are shown; empty if there is a plan. */
async function problems(
  inputs: Inputs,
  files: Record<string, string> = REPOSITORY,
  how: { readonly prepares?: true } = {},
): Promise<string[]> {
  try {
    await makePlan(inputs, { files: fakeFiles(files), workspace: WORKSPACE, ...how });
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
}

const REPORTS_NOTHING =
  'a shard measures and reports nothing; give it to the step that merges, and leave it out here';

describe('what is wrong with inputs', () => {
  test('all of it is reported at once, and the config as well', async () => {
    const found = await problems(
      {
        flows: 'ten',
        iterations: '5',
        duration: '30',
        timeout: 'soon',
        thresholds: 'flow_tme.p95 < 5s\n\ntotal_time < 5MB',
        alerts: ' , ',
        comment: 'sometimes',
        onInconclusive: 'war',
        rate: '5/s',
        shard: '3/2',
        scenario: 'chekout',
      },
      { ...REPOSITORY, '/repo/.github/flowgate.yml': CONFIG.replace('flows: 4', 'flws: 4') },
    );
    expect(found).toEqual([
      'input flows: must be a whole number from 1 up, not ten',
      'input duration: 30 needs a unit: write 30s or 30ms',
      'input timeout: soon is no time; write it as 30s, 500ms or 1m30s',
      'input thresholds[0]: "flow_tme.p95 < 5s": there is no metric flow_tme; did you mean flow_time?',
      'input thresholds[1]: "total_time < 5MB": total_time is a time; 5MB is a size; write it as 5s or 500ms',
      'input alerts: holds no threshold; write METRIC OP LIMIT or remove it',
      'input comment: must be one of always, on-change, on-problem, never, not sometimes',
      'input on-inconclusive: must be one of fail, warn, pass, not war; did you mean warn?',
      'input shard: a shard is i/n, as in 2/4: the second of four, with i from 1 to 2, not 3',
      'input duration: iterations and duration are given; keep one',
      'input rate: flows and rate are given; keep one',
      'input rate: iterations and rate are given; keep one',
      `input comment: ${REPORTS_NOTHING}`,
      `input on-inconclusive: ${REPORTS_NOTHING}`,
      '.github/flowgate.yml:6:5: scenarios.checkout: there is no key flws; did you mean flows?',
    ]);
  });

  test.each<[Inputs, string]>([
    [
      { config: 'no.yml' },
      'input config: there is no file no.yml; write its path from the workspace; the nearest config is .github/flowgate.yml',
    ],
    [
      { config: 'shop' },
      'input config: there is no file shop; write its path from the workspace; the nearest config is .github/flowgate.yml',
    ],
    [{ scenario: 'chekout' }, 'input scenario: there is no scenario chekout; did you mean checkout?'],
    [{ scenario: 'zzz' }, 'input scenario: there is no scenario zzz; scenarios are checkout, order'],
    [{ scenario: ',' }, 'input scenario: , names no scenario'],
    [{ run: 'x', module: 'flows/order.mjs' }, 'input module: run and module are given; keep one'],
    [{ config: '.github/flowgate.yml', run: 'x' }, 'input run: config and run are given; keep one'],
    [
      { config: '.github/flowgate.yml', module: 'flows/order.mjs' },
      'input module: config and module are given; keep one',
    ],
    [
      { run: 'x', scenario: 'y' },
      'input scenario: selects from a config file, and run, module, url and demo make one scenario',
    ],
    [{ run: '# npm test' }, 'input run: holds nothing but comments, so that nothing would run'],
    [{ run: ' ' }, 'input run: is blank; write it or leave it out'],
    [{ url: 'x' }, 'input url: "x" is no URL; write http://127.0.0.1:3000/orders'],
    [{ url: 'ftp://x' }, 'input url: "ftp://x": ftp:// can not be requested; write http://… or https://…'],
    [{ url: 'http://x/{{tokn}}' }, 'input url: unknown placeholder {{tokn}}; did you mean {{token}}?'],
    [
      { url: 'http://x:{{port}}/' },
      'input url: {{port}} is the port of a service, and there is none; write a config',
    ],
    [{ url: 'http://x', run: 'x' }, 'input url: run and url are given; keep one'],
    [
      { run: 'x', flows: '3', shard: '1/4' },
      'input shard: run has 3 flows at once, fewer than the 4 shards; each shard needs one at least',
    ],
    [
      { run: 'x', shard: '1/2', compare: 'base' },
      'input shard: compare and shard are given: head and base are compared on one machine; leave one of them out',
    ],
    [
      { run: 'x', shard: '1/2', history: 'true' },
      'input shard: history and shard are given: a shard is not judged, and earlier runs are part of judging; give history: false',
    ],
    [{ run: 'x', compare: '-x' }, 'input compare: -x can be no git ref: it begins with -'],
    [
      { run: 'x', compare: 'a\nb', thresholds: 'total_time < base + 5%' },
      'input compare: can be no git ref: it holds control characters',
    ],
    [{ run: 'x', compare: 'base', budget: '2' }, 'input budget: 2 needs a unit: write 2s or 2ms'],
    [
      { run: 'x', thresholds: 'total_time < base + 5%' },
      'input thresholds[0]: "total_time < base + 5%": needs compare: give the input compare (--compare at a terminal, or --no-compare to run without judging it), or write compare: base at the top of the config',
    ],
    [
      { run: 'x', iterations: '5' },
      'input iterations: iterations (5) is less than flows (10, the default): never would 10 be in flight',
    ],
    [
      { scenario: 'checkout', flows: '300' },
      'input flows: iterations (200) is less than flows (300): never would 300 be in flight',
    ],
    [
      { module: 'flows/none.mjs' },
      'input module: there is no file flows/none.mjs; write its path from the working directory',
    ],
    [
      { module: 'flowgate:dmo' },
      'input module: there is no built-in module flowgate:dmo; did you mean flowgate:demo?',
    ],
    // What could not be read is not taken for left out: five iterations of ten flows would be another problem.
    [{ run: 'x', flows: 'ten', iterations: '5' }, 'input flows: must be a whole number from 1 up, not ten'],
    [
      { run: 'x', timeout: 'a\n::error::b' },
      'input timeout: a ::error::b is no time; write it as 30s, 500ms or 1m30s',
    ],
    [{ workingDirectory: 'nowhere' }, 'input working-directory: there is no folder nowhere'],
    [{ run: 'x', bug: 'race' }, 'input bug: only the demo can be told to misbehave, and run is not the demo'],
    [
      { module: 'flowgate:demo', bug: 'rcae' },
      'input bug: must be one of race, bleed, leak, orphan, cascade, stuck, not rcae; did you mean race?',
    ],
    [{ run: 'x', seed: '-1' }, 'input seed: must be a whole number from 0 up, not -1'],
    [{ run: 'x', rate: '5/s' }, 'input rate: needs duration: for how long flows are started'],
    [{ run: 'x', rate: '0/s' }, 'input rate: 0/s starts no flow at all; write more than 0'],
    [
      { run: 'x', maxFlows: '5' },
      'input max-flows: is for the open model; give a rate, or leave it out: flows is how many run at once',
    ],
    [{ run: 'x', timeout: '0s' }, 'input timeout: 0s is no time at all; write more than 0'],
  ])('%j', async (inputs, message) => {
    expect(await problems(inputs, WITH_CONFIG)).toEqual([message]);
  });

  test('scenario without any config says that there is none', async () => {
    expect(await problems({ scenario: 'demo' })).toEqual([
      'input config: there is no .github/flowgate.yml and no flowgate.yml in the workspace, and none of run, module and url is given; flowgate init writes a config; demo: true (flowgate demo) runs the built-in demo',
    ]);
  });
});

describe('what a config names must exist', () => {
  test('a missing module and a missing folder are reported at their lines', async () => {
    const config = [
      'version: 1',
      'scenarios:',
      '  a:',
      '    module: flows/none.mjs',
      '  b:',
      '    run: x',
      '    working-directory: nowhere',
    ].join('\n');
    expect(await problems({}, { ...REPOSITORY, '/repo/.github/flowgate.yml': config })).toEqual([
      '.github/flowgate.yml:4:13: scenarios.a.module: there is no file flows/none.mjs; write its path from the working directory',
      '.github/flowgate.yml:7:24: scenarios.b.working-directory: there is no folder nowhere',
    ]);
  });

  test('what is not selected is not looked for', async () => {
    const config = 'version: 1\nscenarios: {a: {module: none.mjs}, b: {run: x}}';
    const files = { ...REPOSITORY, '/repo/.github/flowgate.yml': config };
    expect(await problems({ scenario: 'b' }, files)).toEqual([]);
  });

  test('iterations that an input makes right, or that are not selected, are no problem', async () => {
    const config = 'version: 1\nscenarios: {a: {run: x, iterations: 3}, b: {run: x}}';
    const files = { ...REPOSITORY, '/repo/.github/flowgate.yml': config };
    expect(await problems({}, files)).toHaveLength(1);
    expect(await problems({ flows: '3' }, files)).toEqual([]);
    expect(await problems({ duration: '3s' }, files)).toEqual([]);
    expect(await problems({ scenario: 'b' }, files)).toEqual([]);
  });
});

test('what is missing is said beside what is wrong, in whatever scenario', async () => {
  const config = `version: 1
scenarios:
  a:
    module: nope.mjs
  b:
    run: "true"
    thresholds: [foo < 3]
  c:
    run: "true"
    working-directory: nowhere
    shell: bash {0}
`;
  const found = await problems({ flows: '0' }, { ...REPOSITORY, '/repo/.github/flowgate.yml': config });
  expect(found.map((problem) => problem.split(': ')[1]).sort()).toEqual([
    'must be a whole number from 1 up, not 0',
    'scenarios.a.module',
    'scenarios.b.thresholds[0]',
    'scenarios.c.shell',
    'scenarios.c.working-directory',
  ]);
});

describe('what prepare is to make', () => {
  const PREPARED = ['compare: base', 'prepare: npm run build'];
  const places = (...top: string[]): Record<string, string> => ({
    ...REPOSITORY,
    '/repo/.github/flowgate.yml': [
      'version: 1',
      ...top,
      'scenarios:',
      '  a: {module: dist/flow.js}',
      '  b: {run: x, working-directory: made, service: {run: x, working-directory: server}}',
      '  c: {http: {url: https://a.example/}, ca: made/ca.pem}',
    ].join('\n'),
  });
  const prepares = true;

  test('is not missed before it is run', async () => {
    expect(await problems({}, places(...PREPARED), { prepares })).toEqual([]);
    const inputs = { compare: 'base', prepare: 'npm run build' };
    expect(await problems(inputs, places(), { prepares })).toEqual([]);
    const shorthand = { ...inputs, module: 'dist/flow.js', workingDirectory: 'made' };
    expect(await problems(shorthand, REPOSITORY, { prepares })).toEqual([]);
  });

  test('is missed where it is not run', async () => {
    // Nothing is prepared, nothing is compared, or nobody prepares, as where two configs are compared.
    expect(await problems({}, places('compare: base'), { prepares })).toHaveLength(4);
    expect(await problems({}, places('prepare: npm run build'), { prepares })).toHaveLength(4);
    expect(await problems({}, places(...PREPARED))).toHaveLength(4);
  });

  test('is not missed beside other problems, and no excuse for them', async () => {
    const config = places(...PREPARED, 'budgt: 2m');
    expect(await problems({}, config, { prepares })).toEqual([
      '.github/flowgate.yml:4:1: there is no key budgt; did you mean budget?',
    ]);
    const inputs = { compare: 'base', prepare: 'true', module: 'flowgate:dmo' };
    expect(await problems(inputs, REPOSITORY, { prepares })).toEqual([
      'input module: there is no built-in module flowgate:dmo; did you mean flowgate:demo?',
    ]);
  });
});
