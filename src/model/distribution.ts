/** Every value that was measured: percentiles are exact. */
export interface ExactDistribution {
  /** Ascending, at least one value. */
  readonly sorted: Float64Array;
  readonly mean: number;
}

/** More values than are kept: percentiles are read from a histogram. Count, mean, min and max are exact. */
export interface CoarseDistribution {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Of 0…100 per cent; at most 0.1% from the exact one. */
  readonly percentile: (percent: number) => number;
}

export type Distribution = ExactDistribution | CoarseDistribution;
