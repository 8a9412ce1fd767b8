import { describe, expect, test } from '@jest/globals';
import { requiredPairs } from '../../../src/compare/statistics/metric.js';
import { seededRandom } from '../../../src/lib/random.js';
import { shareBounds } from '../../../src/lib/statistics/exact-counts.js';
import { baseThenHead, tachometer } from './peers.js';
import { type Machine, metricsOf, sharedRunner, steadyRunner } from './rounds.js';
import { isClaim, runMany, shareOf } from './simulation.js';

/*
 * Seeded: each figure is the same in every run of the tests. `node bench/compare-simulation.mjs` makes them with more
 * runs and other seeds.
 */

const TIME = metricsOf(0.05).slice(0, 1);

describe('base against itself on a machine that drifts', () => {
  test('in at most 1% of 2,000 runs a change is claimed, four metrics and all looks together, without any margin', () => {
    // The null hypothesis at its edge: no margin, and a limit of 0 that no interval clears, so that every look is taken.
    const alarms = shareOf(runMany({ metrics: metricsOf(0, 0), ratio: 1 }, 2000), isClaim);
    expect(alarms).toBeGreaterThan(0);
    expect(alarms).toBeLessThanOrEqual(0.01);
  });

  test('with the margin of 2% in none of 2,000: with 95% confidence in fewer than 0.15%', () => {
    const states = runMany({ metrics: metricsOf(0.05), ratio: 1 }, 2000, 10_001);
    expect(shareOf(states, isClaim)).toBe(0);
    expect(shareBounds({ started: 2000, failed: 0 }, 0.05).high).toBeLessThan(0.0015);
    // Of independent pairs one run in ten looks as if they were not; judged by batches, a few of these stay unresolved.
    expect(
      shareOf(states, ({ metric, outcome }) => metric === 'flow_time.p50' && outcome === 'no_regression'),
    ).toBeGreaterThanOrEqual(0.995);
  });
});

describe('the 99% interval', () => {
  test.each([0.9, 1, 1.1, 1.2, 1.3])('holds the truth in at least 98.5% of 600 runs, head × %d', (ratio) => {
    const states = runMany({ metrics: TIME, ratio }, 600, 20_001);
    const covered = shareOf(states, ({ low, high }) => (low ?? 9) <= ratio - 1 && ratio - 1 <= (high ?? -9));
    expect(covered).toBeGreaterThanOrEqual(0.985);
    // An interval that always holds the truth is too wide; these runs stop as soon as they know.
    expect(states.every(({ results }) => results[0]?.outcome !== 'unresolved')).toBe(true);
  });

  test('is around an estimate without bias: within half a point in the median', () => {
    const errors = [0.9, 1.1, 1.3].flatMap((ratio) =>
      runMany({ metrics: TIME, ratio }, 200, 25_001).map(
        ({ results }) => (results[0]?.change ?? NaN) - ratio + 1,
      ),
    );
    const sorted = errors.sort((one, other) => one - other);
    expect(Math.abs(sorted[300] ?? NaN)).toBeLessThan(0.005);
  });
});

describe('power', () => {
  const steady = (random: () => number): Machine => steadyRunner(random, 0.032);

  test('at one look it is the 95% that the sizing predicts, less what batches cost the one run in ten that is judged by them', () => {
    const distance = Math.log(1.05 / 1.02);
    const pairs = Math.ceil(requiredPairs({ distance, deviation: 0.032, miss: 0.005 }));
    const metrics = metricsOf(0.02).slice(0, 1);
    const states = runMany(
      { metrics, ratio: 1.05, options: { looks: [pairs] }, machine: steady },
      1000,
      30_001,
    );
    const detected = shareOf(states, ({ outcome }) => outcome === 'regression');
    expect(detected).toBeGreaterThan(0.91);
    expect(detected).toBeLessThan(0.98);
  });

  test('5% more work is found in at least 95% of runs, with four metrics and four looks', () => {
    const metrics = metricsOf(0.03);
    const states = runMany({ metrics, ratio: 1.05, machine: steady }, 300, 35_001);
    expect(shareOf(states, ({ outcome }) => outcome === 'regression')).toBeGreaterThanOrEqual(0.95);
  });

  test('20% more work is found at the first look in nine of ten runs on a machine that drifts', () => {
    const states = runMany({ metrics: metricsOf(0.05), ratio: 1.2 }, 300, 40_001);
    const early = shareOf(states, ({ outcome, looks }) => outcome === 'regression' && looks === 1);
    expect(early).toBeGreaterThan(0.9);
    expect(shareOf(states, ({ outcome }) => outcome === 'regression')).toBe(1);
  });
});

describe('others, base against itself', () => {
  const alarms = (peer: (machine: Machine) => boolean, machine: (random: () => number) => Machine): number =>
    Array.from({ length: 300 }, (_, seed) => peer(machine(seededRandom(seed + 1)))).filter((alarm) => alarm)
      .length / 300;

  test('all of base and then all of head alarms in more than a tenth of runs on a machine that drifts', () => {
    expect(alarms((machine) => baseThenHead(machine, 1, 40), sharedRunner)).toBeGreaterThan(0.1);
  });

  test('tachometer’s stopping rule, which looks again and again at 95%, alarms in more than 2.5% on a steady one', () => {
    const steady = (random: () => number): Machine => steadyRunner(random, 0.032);
    expect(alarms((machine) => tachometer(machine, 1, 400), steady)).toBeGreaterThan(0.025);
  });
});
