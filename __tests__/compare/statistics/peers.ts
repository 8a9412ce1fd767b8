import { distributionOf } from '../../../src/lib/statistics/distribution.js';
import { studentQuantile } from '../../../src/lib/statistics/slopes.js';
import type { Machine } from './rounds.js';

/*
 * What others would do on the same machine, for one metric: flow_time.p50. `true` is an alarm, that head is slower.
 */

/** All rounds of base, then all of head; alarm if Welch's 99% interval of the means lies above a margin of 2%. */
export function baseThenHead(machine: Machine, ratio: number, rounds: number): boolean {
  const base = Array.from({ length: rounds }, () => timeOf(machine, 1, 'base'));
  const head = Array.from({ length: rounds }, () => timeOf(machine, ratio, 'head'));
  return relativeDifference(base, head, 0.005).low > 0.02;
}

/**
 * Tachometer's stopping rule (its runner.ts and stats.ts): 50 rounds of each tree in turn, then 10 more of each until
 * the 95% interval of the relative difference of the means lies on one side of the horizon 0%, or the time is up.
 */
export function tachometer(machine: Machine, ratio: number, most: number): boolean {
  const base: number[] = [];
  const head: number[] = [];
  const sample = (rounds: number): void => {
    for (let round = 0; round < rounds; round++) {
      base.push(timeOf(machine, 1, 'base'));
      head.push(timeOf(machine, ratio, 'head'));
    }
  };
  sample(Math.min(50, most));
  let difference = relativeDifference(base, head, 0.025);
  while (difference.low <= 0 && difference.high >= 0 && base.length < most) {
    sample(10);
    difference = relativeDifference(base, head, 0.025);
  }
  return difference.low > 0;
}

function timeOf(machine: Machine, ratio: number, side: 'base' | 'head'): number {
  return machine(ratio, side).values['flow_time.p50'] ?? NaN;
}

/** As tachometer computes it: (mean of head − mean of base) ÷ mean of base, its variance by the delta method. */
function relativeDifference(
  base: readonly number[],
  head: readonly number[],
  miss: number,
): { low: number; high: number } {
  const [before, after] = [momentsOf(base), momentsOf(head)];
  const center = (after.mean - before.mean) / before.mean;
  const variance =
    (before.variance * after.mean ** 2 + after.variance * before.mean ** 2) / before.mean ** 4 / base.length;
  const half = studentQuantile(2 * miss, base.length - 1) * Math.sqrt(variance);
  return { low: center - half, high: center + half };
}

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = distributionOf(values)?.mean ?? NaN;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}
