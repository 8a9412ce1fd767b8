import type { Distribution, ExactDistribution } from '../../model/flow.js';

/**
 * Sorts a copy of the values (1e6 of them take about 0.13 s). No values: no distribution, never one of zeros.
 * @throws RangeError if a value is not finite: a percentile of NaN would compare as if a gate held.
 */
export function distributionOf(values: ArrayLike<number>): ExactDistribution | undefined {
  return distributionOfSorted(Float64Array.from(values).sort());
}

/** The same of values that are ascending. */
export function distributionOfSorted(sorted: Float64Array): ExactDistribution | undefined {
  if (sorted.length === 0) return undefined;
  // Sorted, so that NaN and +∞ stand last and −∞ first.
  if (!Number.isFinite(first(sorted)) || !Number.isFinite(last(sorted))) {
    throw new RangeError('a distribution is made of finite numbers');
  }
  return { sorted, mean: meanOf(sorted) };
}

/**
 * The percentile of 0…100 per cent, linearly interpolated at p·(n−1): type 7 of Hyndman and Fan, "Sample quantiles
 * in statistical packages" (1996), as R, NumPy and spreadsheets compute it.
 */
export function percentile(distribution: Distribution, percent: number): number {
  if ('percentile' in distribution) return distribution.percentile(percent);
  const count = countOf(distribution);
  const at = 'sorted' in distribution ? (rank: number) => distribution.sorted[rank] : distribution.ranked;
  // Multiplied before it is divided: 99.9 × 1000 ÷ 100 is 999, while 99.9 ÷ 100 × 1000 is a little more.
  const position = (percent * (count - 1)) / 100;
  const below = Math.floor(position);
  const low = at(Math.min(below, count - 1)) ?? NaN;
  const high = below + 1 < count ? (at(below + 1) ?? NaN) : low;
  return Math.min(low + (position - below) * (high - low), high);
}

/** `avg`, `min`, `med`, `max` or `pN` with N in 0…100; undefined for a name that is none of them. */
export function statOf(distribution: Distribution, stat: string): number | undefined {
  switch (stat) {
    case 'avg':
      return distribution.mean;
    case 'min':
      return percentile(distribution, 0);
    case 'med':
      return percentile(distribution, 50);
    case 'max':
      return percentile(distribution, 100);
    default: {
      const percent = /^p(\d+(?:\.\d+)?)$/.exec(stat)?.[1];
      if (percent === undefined || Number(percent) > 100) return undefined;
      return percentile(distribution, Number(percent));
    }
  }
}

/** Kept within the extremes, which no rounding may leave. */
function meanOf(sorted: Float64Array): number {
  const mean = new Mean();
  mean.addAll(sorted);
  return Math.min(Math.max(mean.value, first(sorted)), last(sorted));
}

/** How many values it is made of. */
export function countOf(distribution: Distribution): number {
  return 'sorted' in distribution ? distribution.sorted.length : distribution.count;
}

function first(sorted: Float64Array): number {
  return sorted[0] ?? NaN;
}

function last(sorted: Float64Array): number {
  return sorted[sorted.length - 1] ?? NaN;
}

/** Numbers that are added at once; a power of two. */
const BLOCK = 1 << 12;

/**
 * Mean and sum of numbers, whatever their order: the sum is exact and rounded once (Shewchuk, "Adaptive precision
 * floating-point arithmetic", 1997, as Python's math.fsum has it). So the parts of a run add up to the very numbers that
 * the whole has.
 */
export class Mean {
  #count = 0;
  /** Numbers that do not overlap, the smallest first: their sum is exactly that of all that was added. */
  readonly #parts: number[] = [];

  add(value: number): void {
    const parts = this.#parts;
    let kept = 0;
    let high = value;
    for (const part of parts) {
      const sum = high + part;
      const low = Math.abs(high) < Math.abs(part) ? high - (sum - part) : part - (sum - high);
      if (low !== 0) parts[kept++] = low;
      high = sum;
    }
    parts[kept++] = high;
    parts.length = kept;
    this.#count += 1;
  }

  /**
   * The same of many numbers, ten times as fast: of each the high bits, which add up without rounding beside a number
   * so large (Rump, Ogita and Oishi, "Accurate floating-point summation", 2008), then those below, then what is left.
   */
  addAll(values: Float64Array): void {
    for (let from = 0; from < values.length; from += BLOCK) {
      const to = Math.min(from + BLOCK, values.length);
      let most = 0;
      for (let index = from; index < to; index++) most = Math.max(most, Math.abs(values[index] as number));
      if (most > 2 ** -900 && most < 2 ** 900) this.#addBlock(values, { from, to, most });
      else for (let index = from; index < to; index++) this.add(values[index] as number);
    }
  }

  #addBlock(values: Float64Array, { from, to, most }: { from: number; to: number; most: number }): void {
    const above = 2 ** Math.ceil(Math.log2(most) + 1) * BLOCK;
    const below = above * 2 ** -52 * BLOCK;
    const count = this.#count + to - from;
    let high = 0;
    let low = 0;
    for (let index = from; index < to; index++) {
      const value = values[index] as number;
      const upper = above + value - above;
      const rest = value - upper;
      const lower = below + rest - below;
      high += upper;
      low += lower;
      if (rest !== lower) this.add(rest - lower);
    }
    this.add(high);
    this.add(low);
    this.#count = count;
  }

  /** NaN of no number. */
  get value(): number {
    return this.sum / this.#count;
  }

  get sum(): number {
    const parts = this.#parts;
    let place = parts.length - 1;
    let sum = parts[place] ?? 0;
    let lost = 0;
    while (place > 0 && lost === 0) {
      const before = sum;
      const part = parts[--place] as number;
      sum = before + part;
      lost = part - (sum - before);
    }
    // Half way between two doubles: what is left below says to which side.
    const below = parts[place - 1] ?? 0;
    const rounded = sum + lost * 2;
    return lost * below > 0 && rounded - sum === lost * 2 ? rounded : sum;
  }
}
