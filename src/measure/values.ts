import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Mean } from '../lib/statistics/distribution.js';
import type { Distribution } from '../model/flow.js';

/** Bytes by which a column grows. */
const STEP = 1 << 16;
const FIRST = 512;

/**
 * Numbers, up to a known count, 8 bytes each. The whole is reserved and used as it grows, so that nothing is copied when
 * it does, and sorted in place: a column is never there twice.
 */
export class Column {
  readonly #buffer: ArrayBuffer;
  readonly #numbers: Float64Array;
  #length = 0;
  #sorted = true;

  /** @param most how many numbers there is room for, at least 64 */
  constructor(most: number) {
    this.#buffer = new ArrayBuffer(FIRST, { maxByteLength: Math.max(FIRST, most * 8) });
    this.#numbers = new Float64Array(this.#buffer);
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length * 8 >= this.#buffer.maxByteLength;
  }

  /** A full column takes no more. */
  push(value: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    this.#numbers[this.#length++] = value;
    this.#sorted = false;
  }

  /** Puts another number in the place of one that was pushed: of which one, sorting may have changed. */
  replace(place: number, value: number): void {
    this.#numbers[place] = value;
    this.#sorted = false;
  }

  /** All of them, ascending; NaN last. What is pushed later is in the next answer only. */
  sorted(): Float64Array {
    const numbers = this.#numbers.subarray(0, this.#length);
    if (!this.#sorted) numbers.sort();
    this.#sorted = true;
    return numbers;
  }

  #grow(): void {
    const { byteLength, maxByteLength } = this.#buffer;
    this.#buffer.resize(Math.min(maxByteLength, byteLength + Math.min(byteLength, STEP)));
  }
}

/** Columns that each ascend, read together range by range: what is sorted at once is little, and there is no whole. */
export class Ascending {
  readonly #columns: readonly Float64Array[];
  readonly #taken: number[];

  constructor(columns: readonly Float64Array[]) {
    this.#columns = columns;
    this.#taken = columns.map(() => 0);
  }

  /** All numbers below an edge that were not read yet, ascending. */
  below(edge: number): Float64Array {
    const parts = this.#columns.map((column, index) => {
      const from = this.#taken[index] ?? 0;
      const to = placeOf(edge, column, { from });
      this.#taken[index] = to;
      return column.subarray(from, to);
    });
    const [first] = parts;
    if (first !== undefined && parts.length === 1) return first;
    const all = new Float64Array(parts.reduce((total, { length }) => total + length, 0));
    let place = 0;
    for (const part of parts) {
      all.set(part, place);
      place += part.length;
    }
    return all.sort();
  }
}

/** Where a column is searched. */
interface Part {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly orEqual?: boolean;
}

/** How many numbers of a column that ascends are smaller than a number; with `orEqual` those that equal it too. */
export function placeOf(number: number, column: Float64Array, part: Part): number {
  const { from = 0, to = column.length, orEqual = false } = part;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const each = column[middle] as number;
    if (each < number || (orEqual && each === number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Up to here every value is kept, and percentiles are exact (sorting as many takes about 0.13 s). */
export const EXACT_VALUES = 1_000_000;

/** Three significant digits: no percentile is further than 0.1% from the exact one. */
const FIGURES = 3;
const LONGEST_NS = 24 * 3600 * 1e9;
const NS = 1e6;

/** Times in ms, however many: kept up to a million, and counted in Node's own HDR histogram from there on. */
export class Values {
  readonly #mean = new Mean();
  #column: Column | undefined;
  #histogram: RecordableHistogram | undefined;
  #count = 0;
  #min = Infinity;
  #max = -Infinity;

  /** @param exact how many values are kept */
  constructor(exact = EXACT_VALUES) {
    this.#column = new Column(exact);
  }

  /** @throws RangeError if the value is not finite: a percentile of NaN would compare as if a gate held. */
  push(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError('a distribution is made of finite numbers');
    this.#count += 1;
    this.#mean.add(value);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (this.#column?.isFull === false) this.#column.push(value);
    else count((this.#histogram ??= this.#histogramOfColumn()), value);
  }

  /** Undefined if there is no value: never one of zeros. */
  distribution(): Distribution | undefined {
    if (this.#count === 0) return undefined;
    const mean = this.#within(this.#mean.value);
    if (this.#column !== undefined) return { sorted: this.#column.sorted(), mean };
    const percentile = (percent: number): number =>
      percent <= 0 ? this.#min : this.#within((this.#histogram?.percentile(percent) ?? NaN) / NS);
    return { count: this.#count, mean, min: this.#min, max: this.#max, percentile };
  }

  /** All of them, if all are kept: ascending, and undefined if they are not. */
  exact(): Float64Array | undefined {
    return this.#column?.sorted();
  }

  /** No rounding leaves the extremes. */
  #within(value: number): number {
    return Math.min(Math.max(value, this.#min), this.#max);
  }

  #histogramOfColumn(): RecordableHistogram {
    const histogram = createHistogram({ lowest: 1, highest: LONGEST_NS, figures: FIGURES });
    for (const kept of this.#column?.sorted() ?? []) count(histogram, kept);
    this.#column = undefined;
    return histogram;
  }
}

function count(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.min(Math.max(1, Math.round(ms * NS)), LONGEST_NS));
}
