import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Distribution } from '../model/flow.js';
import { Column } from './column.js';
import { Mean } from './mean.js';

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
