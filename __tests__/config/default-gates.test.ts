import { describe, expect, test } from '@jest/globals';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { fakeFiles } from '../fakes/files.js';

async function planned(inputs: Inputs, scenario = ''): Promise<ScenarioPlan | undefined> {
  const config = `version: 1\nscenarios: {s: {run: x, ${scenario}}}`;
  const files = fakeFiles({
    '/repo/README.md': '',
    ...(scenario === '' ? {} : { '/repo/flowgate.yml': config }),
  });
  return (await makePlan(inputs, { files, workspace: '/repo' })).scenarios[0];
}

const gates = (plan: ScenarioPlan | undefined) => plan?.thresholds.map(({ expression }) => expression);
const TOTAL_TIME = 'total_time <= 30s';
const omitted = (time: string) => [{ expression: TOTAL_TIME, reason: `flows are started for ${time}` }];

describe('the default gate on total_time is left out, and said to be, where the load asks for as much', () => {
  test.each<[string, string, Inputs, string]>([
    ['31 s', 'a duration', { run: 'sleep 1', flows: '2', duration: '31s' }, ''],
    ['30 s', 'a duration of the limit itself, which ends after it', { run: 'x', duration: '30s' }, ''],
    ['1 min', 'a rate with a duration', { run: 'x', rate: '5/s', duration: '1m' }, ''],
    ['1 min', 'stages', {}, 'stages: [{flows: 2, for: 20s}, {flows: 9, for: 40s}]'],
    ['40 s', 'stages of rates', {}, 'stages: [{rate: 2/s, for: 20s}, {rate: 9/s, for: 20s}]'],
    ['40 s', 'a ladder, all its rungs together', {}, 'ladder: [1, 2, 4, 8], duration: 10s'],
    [
      '50 s',
      'faults, all their waves together',
      {},
      'duration: 10s, faults: {kill: {share: 10%}, rounds: 1}',
    ],
    ['45 s', 'a duration of the inputs', { duration: '45s' }, 'duration: 10s'],
  ])('%s: %s', async (...[time, , inputs, scenario]) => {
    const plan = await planned(inputs, scenario);
    expect(gates(plan)).not.toContain(TOTAL_TIME);
    expect(plan?.omittedGates).toEqual(omitted(time));
    expect(gates(plan)).toContain('success_rate >= 90%');
  });

  test.each<[string, Inputs, string]>([
    ['a short duration', { run: 'x', duration: '29s' }, ''],
    ['a number of flows', { run: 'x', iterations: '1000' }, ''],
    ['a short ladder', {}, 'ladder: [1, 2], duration: 10s'],
    ['a duration that the inputs shorten', { duration: '5s' }, 'duration: 60s'],
  ])('but not with %s', async (_, inputs, scenario) => {
    const plan = await planned(inputs, scenario);
    expect(gates(plan)).toContain(TOTAL_TIME);
    expect(plan).not.toHaveProperty('omittedGates');
  });

  test('one that was asked for stays', async () => {
    const plan = await planned({ run: 'x', duration: '60s', thresholds: TOTAL_TIME });
    expect(gates(plan)).toEqual([TOTAL_TIME]);
    expect(plan).not.toHaveProperty('omittedGates');
  });

  test('beside those that nothing is watched for', async () => {
    const plan = await planned({ url: 'http://127.0.0.1/', duration: '60s' });
    expect(gates(plan)).toEqual(['success_rate >= 90%']);
    expect(plan?.omittedGates?.map(({ reason }) => reason)).toEqual([
      'flows are started for 1 min',
      'no process is watched',
      'no process is watched',
    ]);
  });
});

describe('--no-compare', () => {
  test('leaves out the comparison of the config, with its default gates, and says so', async () => {
    const files = fakeFiles({
      '/repo/flowgate.yml': 'version: 1\ncompare: base\nprepare: npm ci\nscenarios: {s: {run: x}}',
    });
    const plan = await makePlan({ noCompare: 'true' }, { files, workspace: '/repo' });
    expect(plan).not.toHaveProperty('compare');
    expect(plan.scenarios[0]).toMatchObject({ comparesNothing: true });
    expect(plan.scenarios[0]?.omittedGates?.map(({ expression }) => expression)).toContain(
      'flow_time.med <= base + 5%',
    );
  });

  test.each<[string, Inputs]>([
    ['of the config', {}],
    ['of the inputs', { thresholds: 'flow_time.p95 <= base + 10%' }],
    ['of alerts', { alerts: 'flow_time.p95 <= base + 10%' }],
  ])('lets a run have limits on the base: %s', async (_, inputs) => {
    const plan = await planned(
      { noCompare: 'true', ...inputs },
      "thresholds: ['flow_time.p95 <= base + 10%']",
    );
    expect(gates(plan)).toContain('flow_time.p95 <= base + 10%');
  });
});
