import { describe, expect, test } from '@jest/globals';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import type { Plan } from '../../src/model/plan.js';
import { DEFAULT_GATES } from '../../src/config/thresholds.js';
import { fakeFiles } from '../fakes/files.js';

const WORKSPACE = '/repo';
const CONFIG = `
version: 1
scenarios:
  checkout:
    run: node checkout.js
    flows: 4
    timeout: 20s
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

function plan(inputs: Inputs, files: Record<string, string> = REPOSITORY): Promise<Plan> {
  return makePlan(inputs, { files: fakeFiles(files), workspace: WORKSPACE });
}

const only = ({ scenarios }: Plan) => {
  expect(scenarios).toHaveLength(1);
  return scenarios[0];
};

describe('where the scenarios come from', () => {
  test('the demo is run where it is asked for, ten flows at once', async () => {
    const made = await plan({ demo: 'true' });
    expect(made.source).toEqual({ kind: 'demo' });
    expect(only(made)).toMatchObject({
      name: 'demo',
      work: { kind: 'module', module: 'flowgate:demo', isolate: 'none', options: {} },
      load: { model: 'closed', flows: 10, iterations: 10 },
    });
  });

  test('an empty input is one that was left out', async () => {
    const given = { run: '', flows: '', config: '', thresholds: '', compare: '', demo: '' };
    expect(await plan(given, WITH_CONFIG)).toEqual(await plan({}, WITH_CONFIG));
  });

  test('run alone is a scenario with every default', async () => {
    const made = await plan({ run: 'npm test' });
    expect(made.source).toEqual({ kind: 'inputs' });
    expect(only(made)).toEqual({
      name: 'run',
      work: { kind: 'command', run: 'npm test', shell: 'bash -eo pipefail' },
      load: { model: 'closed', flows: 10, iterations: 10 },
      timeout: 30_000,
      warmup: 0,
      services: [],
      shell: 'bash -eo pipefail',
      workingDirectory: '/repo',
      env: {},
      thresholds: expect.any(Array),
      defaultGates: true,
      checks: {},
      seed: 1,
    });
    expect(only(made)?.thresholds.map(({ expression }) => expression)).toEqual([...DEFAULT_GATES]);
  });

  test('module alone is named after its file and found from the working directory', async () => {
    const files = { '/repo/shop/flows/place order.mjs': '' };
    const made = await plan({ module: 'flows/place order.mjs', workingDirectory: 'shop' }, files);
    expect(only(made)).toMatchObject({
      name: 'place-order',
      work: { module: '/repo/shop/flows/place order.mjs' },
      workingDirectory: '/repo/shop',
    });
  });

  test.each(['.github/flowgate.yml', 'flowgate.yml'])('%s is used if it exists', async (file) => {
    const made = await plan({}, { ...REPOSITORY, [`/repo/${file}`]: CONFIG });
    expect(made.source).toEqual({ kind: 'config', file });
    expect(made.scenarios.map(({ name }) => name)).toEqual(['checkout', 'order']);
  });

  test('run and module leave the default config aside', async () => {
    expect(only(await plan({ run: 'x' }, WITH_CONFIG))?.name).toBe('run');
    expect(only(await plan({ module: 'flowgate:demo' }, WITH_CONFIG))?.name).toBe('demo');
  });

  test('the config is named from the workspace, however its path was written', async () => {
    const files = { ...REPOSITORY, '/repo/ci/load.yml': CONFIG };
    for (const config of ['ci/load.yml', './ci/load.yml', '/repo/ci/load.yml']) {
      expect((await plan({ config }, files)).source).toEqual({ kind: 'config', file: 'ci/load.yml' });
    }
  });

  test('scenario selects, in the order of the config', async () => {
    expect(only(await plan({ scenario: 'order' }, WITH_CONFIG))?.name).toBe('order');
    const both = await plan({ scenario: 'order\n checkout,' }, WITH_CONFIG);
    expect(both.scenarios.map(({ name }) => name)).toEqual(['checkout', 'order']);
  });
});

describe('input goes before config goes before default', () => {
  test('what the config says holds where no input does', async () => {
    const made = await plan({}, WITH_CONFIG);
    expect(made.scenarios[0]).toMatchObject({
      load: { flows: 4, iterations: 200 },
      timeout: 20_000,
      workingDirectory: '/repo/shop',
      defaultGates: false,
    });
    expect(made.scenarios[0]?.thresholds.map(({ expression, level }) => [expression, level])).toEqual([
      ['success_rate >= 99%', 'fail'],
      ['peak_cpu < 70%', 'warn'],
    ]);
    expect(made.scenarios[1]).toMatchObject({
      load: { model: 'closed', flows: 10, duration: 60_000 },
      work: { module: '/repo/flows/order.mjs', options: { size: 'big' } },
      defaultGates: true,
    });
  });

  test('inputs override each scenario', async () => {
    const inputs = { flows: '7', timeout: '5s', thresholds: 'failed == 0', seed: '9', workingDirectory: '.' };
    const made = await plan(inputs, WITH_CONFIG);
    for (const scenario of made.scenarios) {
      expect(scenario).toMatchObject({
        load: { flows: 7 },
        timeout: 5000,
        seed: 9,
        workingDirectory: '/repo',
      });
      expect(scenario.thresholds.filter(({ level }) => level === 'fail')).toMatchObject([
        { expression: 'failed == 0' },
      ]);
    }
    // The alerts are another input: they stay.
    expect(made.scenarios[0]?.thresholds).toHaveLength(2);
  });

  test('duration as an input replaces the iterations of the config, and the other way round', async () => {
    expect((await plan({ duration: '2s' }, WITH_CONFIG)).scenarios[0]?.load).toEqual({
      model: 'closed',
      flows: 4,
      duration: 2000,
    });
    expect((await plan({ iterations: '50' }, WITH_CONFIG)).scenarios[1]?.load).toEqual({
      model: 'closed',
      flows: 10,
      iterations: 50,
    });
  });

  test('alerts alone leave the default gates in force', async () => {
    const scenario = only(await plan({ run: 'x', alerts: 'peak_cpu < 70%' }));
    expect(scenario?.defaultGates).toBe(true);
    expect(scenario?.thresholds.map(({ level }) => level)).toEqual(['fail', 'fail', 'fail', 'fail', 'warn']);
  });

  test('the demo judges growth unasked, and is run for longer and faster when it is to leak', async () => {
    const demo = only(await plan({ demo: 'true' }));
    expect(demo).toMatchObject({ unaskedChecks: { growth: 'fail' } });
    expect(demo?.checks).not.toHaveProperty('growth');
    expect(only(await plan({ demo: 'true', bug: 'leak' }))).toMatchObject({
      work: { options: { bug: 'leak', speed: '5' } },
      load: { flows: 10, iterations: 200 },
    });
    expect(only(await plan({ demo: 'true', bug: 'leak', flows: '30' }))?.load).toMatchObject({
      iterations: 300,
    });
    expect(only(await plan({ demo: 'true', bug: 'leak', iterations: '12' }))?.load).toMatchObject({
      iterations: 12,
    });
    expect(only(await plan({ run: 'npm test' }))).not.toHaveProperty('unaskedChecks');
  });

  test('bug and seed reach the demo', async () => {
    expect(only(await plan({ demo: 'true', bug: 'race', seed: '7' }))).toMatchObject({
      work: { options: { bug: 'race' } },
      seed: 7,
    });
  });

  test('a service gets its defaults', async () => {
    const config = 'version: 1\nscenarios: {s: {run: x, service: npm start}}';
    const made = await plan({}, { ...REPOSITORY, '/repo/.github/flowgate.yml': config });
    expect(only(made)?.services).toEqual([
      {
        run: 'npm start',
        ready: { kind: 'none' },
        after: [],
        env: {},
        workingDirectory: '/repo',
        stop: 'SIGTERM',
        readyTimeout: 60_000,
        grace: 5000,
      },
    ]);
  });
});
