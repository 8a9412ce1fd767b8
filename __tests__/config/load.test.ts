import { describe, expect, test } from '@jest/globals';
import type { Load } from '../../src/model/plan.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan } from '../../src/config/plan.js';
import type { Threshold } from '../../src/model/threshold.js';
import { fakeFiles } from '../fakes/files.js';

/** The only scenario of a config with these lines in it. */
async function planOf(lines: string, inputs: Inputs = {}) {
  const text = `version: 1\nscenarios:\n  s:\n    run: x\n${lines.replace(/^/gm, '    ')}\n`;
  const files = fakeFiles({ '/repo/.github/flowgate.yml': text });
  const { scenarios } = await makePlan(inputs, { files, workspace: '/repo' });
  return scenarios[0];
}

async function loadOf(lines: string, inputs: Inputs = {}): Promise<Load | undefined> {
  return (await planOf(lines, inputs))?.load;
}

describe('the open model', () => {
  test('has a rate and a duration; 100 flows may be in flight, or what starts in two seconds', async () => {
    expect(await loadOf('rate: 20/s\nduration: 60s')).toEqual({
      model: 'open',
      flows: 100,
      rate: 20,
      duration: 60_000,
    });
    expect(await loadOf('rate: 300/s\nduration: 60s')).toMatchObject({ flows: 600 });
    expect(await loadOf('rate: 300/s\nduration: 60s\nmax-flows: 7')).toMatchObject({ flows: 7 });
    expect(await loadOf('rate: 20/s\nduration: 60s', { maxFlows: '3' })).toMatchObject({ flows: 3 });
  });

  test('what the inputs say of the model goes before what the config says', async () => {
    const open = { model: 'open', rate: 5, duration: 3000 };
    expect(await loadOf('flows: 4\nduration: 3s', { rate: '5/s' })).toMatchObject(open);
    expect(await loadOf('flows: 4', { rate: '5/s', duration: '3s' })).toMatchObject(open);
    expect(await loadOf('rate: 9/s', { duration: '3s' })).toMatchObject({ ...open, rate: 9 });
    expect(await loadOf('rate: 9/s\nduration: 3s', { flows: '4' })).toEqual({
      model: 'closed',
      flows: 4,
      duration: 3000,
    });
    expect(await loadOf('stages: [{flows: 3, for: 3s}]', { iterations: '40' })).toEqual({
      model: 'closed',
      flows: 10,
      iterations: 40,
    });
  });
});

describe('stages', () => {
  test('of flows are the closed model, with the most of any stage in flight', async () => {
    expect(await loadOf('stages: [{flows: 10, for: 30s}, {flows: 50, for: 1m, ramp: 5s}]')).toEqual({
      model: 'closed',
      flows: 50,
      stages: [
        { flows: 10, duration: 30_000 },
        { flows: 50, duration: 60_000, ramp: 5000 },
      ],
    });
  });

  test('of rates are the open model', async () => {
    expect(await loadOf('stages: [{rate: 10/s, for: 30s}, {rate: 90/min, for: 1m}]\nmax-flows: 9')).toEqual({
      model: 'open',
      flows: 9,
      stages: [
        { rate: 10, duration: 30_000 },
        { rate: 1.5, duration: 60_000 },
      ],
    });
  });

  test('go down to 0, and begin there', async () => {
    expect(await loadOf('stages: [{flows: 0, for: 1s}, {flows: 9, for: 2s}, {flows: 0, for: 3s}]')).toEqual({
      model: 'closed',
      flows: 9,
      stages: [
        { flows: 0, duration: 1000 },
        { flows: 9, duration: 2000 },
        { flows: 0, duration: 3000 },
      ],
    });
    expect(await loadOf('stages: [{rate: 9/s, for: 2s}, {rate: 0/s, for: 3s, ramp: 3s}]')).toEqual({
      model: 'open',
      flows: 100,
      stages: [
        { rate: 9, duration: 2000 },
        { rate: 0, duration: 3000, ramp: 3000 },
      ],
    });
  });

  test('a duration of the inputs does not fit them', async () => {
    await expect(loadOf('stages: [{flows: 3, for: 3s}]', { duration: '3s' })).rejects.toThrow(
      'the scenario has stages, which say how long they are',
    );
  });
});

describe('abort-on-fail', () => {
  const aborts = (thresholds: readonly Threshold[] = []) =>
    thresholds.map(({ expression, abort }) => [expression, abort?.delay]);

  test('of a threshold', async () => {
    const list = `thresholds:
  - {expr: error_rate < 10%, abort-on-fail: true, delay: 10s}
  - {expr: dropped == 0, abort-on-fail: true}
  - {expr: total_time < 9s}
  - success_rate >= 90%`;
    expect(aborts((await planOf(list))?.thresholds)).toEqual([
      ['error_rate < 10%', 10_000],
      ['dropped == 0', 0],
      ['total_time < 9s', undefined],
      ['success_rate >= 90%', undefined],
    ]);
  });

  test('of a scenario is that of every gate without its own, and of no alert', async () => {
    const lines = `abort-on-fail: true
abort-delay: 5s
thresholds: [success_rate >= 90%, {expr: dropped == 0, abort-on-fail: true, delay: 1s}]
alerts: [peak_cpu < 70%]`;
    expect(aborts((await planOf(lines))?.thresholds)).toEqual([
      ['success_rate >= 90%', 5000],
      ['dropped == 0', 1000],
      ['peak_cpu < 70%', undefined],
    ]);
    const gates = await planOf('abort-on-fail: true', { thresholds: 'dropped == 0' });
    expect(aborts(gates?.thresholds)).toEqual([['dropped == 0', 0]]);
  });
});
