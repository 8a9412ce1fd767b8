import { Mean, percentile } from '../lib/statistics/distribution.js';
import { seededRandom } from '../lib/random.js';
import type { Flow, Reported, ReportedTotals, ReportedUnit } from '../model/flow.js';
import { Column, EXACT_VALUES } from './values.js';

/** Names that the flows of a run can report by: they come from the code under test. */
export const MOST_REPORTED = 100;

const KINDS: Readonly<Record<ReportedUnit, string>> = {
  ms: 'a time',
  bytes: 'a size',
  ratio: 'a share',
  count: 'a number without a unit',
};

/** Of which kind each name of a run is, as the first flow that ends tells. */
export class ReportedUnits {
  readonly #units = new Map<string, ReportedUnit>();

  /** The flow as it counts: one that reports a known name in another kind of unit fails, without that report. */
  checked(flow: Flow): Flow {
    const { metrics } = flow;
    if (metrics === undefined) return flow;
    const odd = metrics.filter((each) => !this.#fits(each));
    const [first] = odd;
    if (first === undefined) return flow;
    const known = this.#units.get(first.name) ?? first.unit;
    const message = `metric(${first.name}) was ${KINDS[known]} (${known}) before and is ${KINDS[first.unit]} (${first.unit}) here; a metric has one kind of unit`;
    const failed = { outcome: 'failed', error: { message } } as const;
    return {
      ...flow,
      metrics: metrics.filter((each) => !odd.includes(each)),
      ...(flow.outcome === 'ok' ? failed : {}),
    };
  }

  #fits({ name, unit }: Reported): boolean {
    const known = this.#units.get(name);
    if (known === undefined && this.#units.size < MOST_REPORTED) this.#units.set(name, unit);
    return (known ?? unit) === unit;
  }
}

/**
 * What flows reported by one name. All values are kept up to a million, and of more a sample in which each is as likely
 * as any other (reservoir sampling: Vitter, "Random sampling with a reservoir", 1985, algorithm R); count, mean, sum and
 * extremes are exact. A histogram of times would not do: these may be negative, and of any size.
 */
export class ReportedValues {
  readonly unit: ReportedUnit;
  readonly #kept: Column;
  readonly #most: number;
  readonly #mean = new Mean();
  readonly #random = seededRandom(1);
  #count = 0;
  #min = Infinity;
  #max = -Infinity;

  /** @param most how many values are kept */
  constructor(unit: ReportedUnit, most = EXACT_VALUES) {
    this.unit = unit;
    this.#most = most;
    this.#kept = new Column(most);
  }

  push(value: number): void {
    this.#count += 1;
    this.#mean.add(value);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (this.#count <= this.#most) this.#kept.push(value);
    else {
      const place = Math.floor(this.#random() * this.#count);
      if (place < this.#most) this.#kept.replace(place, value);
    }
  }

  /** All of them, if all are kept: ascending, and undefined if they are not. */
  exact(): Float64Array | undefined {
    return this.#count <= this.#most ? this.#kept.sorted() : undefined;
  }

  /** Of one value at least. */
  totals(): ReportedTotals {
    const [min, max] = [this.#min, this.#max];
    const exact = { sorted: this.#kept.sorted(), mean: Math.min(Math.max(this.#mean.value, min), max) };
    const { unit } = this;
    const { sum } = this.#mean;
    if (this.#count <= this.#most) return { unit, values: exact, sum };
    const sampled = (percent: number): number =>
      percent <= 0 ? min : percent >= 100 ? max : percentile(exact, percent);
    return { unit, values: { count: this.#count, mean: exact.mean, min, max, percentile: sampled }, sum };
  }
}
