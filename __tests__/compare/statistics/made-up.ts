import type { ComparedMetric, Pair, Round } from '../../../src/model/comparison.js';

export const TIME: ComparedMetric = {
  metric: 'flow_time.p50',
  worse: 'higher',
  scale: 'relative',
  limit: 0.05,
};
export const THROUGHPUT: ComparedMetric = {
  metric: 'throughput',
  worse: 'lower',
  scale: 'relative',
  limit: 0.05,
};
export const MEMORY: ComparedMetric = {
  metric: 'peak_memory',
  worse: 'higher',
  scale: 'absolute',
  limit: 10e6,
};
export const SUCCESS: ComparedMetric = { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0.05 };

export const round = (values: Round['values'], more: Partial<Round> = {}): Round => ({
  values,
  flows: { started: 10, failed: 0 },
  ...more,
});

/** One pair for each factor by which head is larger. */
export const byFactors = (metric: string, factors: readonly number[]): readonly Pair[] =>
  factors.map((factor, index) => ({
    order: index % 2 === 0 ? 'base_first' : 'head_first',
    base: round({ [metric]: 100 }),
    head: round({ [metric]: 100 * factor }),
  }));

export const times = (count: number, factor: number): readonly number[] =>
  new Array<number>(count).fill(factor);

/** Both metrics in the same rounds. */
export const together = (one: readonly Pair[], other: readonly Pair[]): readonly Pair[] =>
  one.map((pair, index) => ({
    order: pair.order,
    base: round({ ...pair.base.values, ...other[index]?.base.values }),
    head: round({ ...pair.head.values, ...other[index]?.head.values }),
  }));

/** Metric A and metric B, both on the scale of TIME. */
export const A = { ...TIME, metric: 'a' };
export const B = { ...TIME, metric: 'b' };
