import { Mean, percentile } from '../lib/statistics/distribution.js';
import { seededRandom } from '../lib/random.js';
import type { Flow, MetricMeanings, Reported, ReportedTotals, ReportedUnit } from '../model/flow.js';
import { Column, EXACT_VALUES } from './values.js';

/** Names that the flows of a run can report by: they come from the code under test. */
export const MOST_REPORTED = 100;

const KINDS: Readonly<Record<ReportedUnit, string>> = {
  ms: 'a time',
  bytes: 'a size',
  ratio: 'a share',
  count: 'a number without a unit',
};

/** Of which kind each name of a run is, as the config says or else the first flow that ends tells. */
export class ReportedUnits {
  readonly #units = new Map<string, ReportedUnit>();
  readonly #declared: ReadonlyMap<string, ReportedUnit>;

  constructor(meanings: MetricMeanings = {}) {
    this.#declared = new Map(
      Object.entries(meanings).flatMap(([name, { unit }]) => (unit === undefined ? [] : [[name, unit]])),
    );
  }

  /** The flow as it counts: one that reports a known name in another kind of unit fails, without that report. */
  checked(flow: Flow): Flow {
    if (flow.metrics === undefined) return flow;
    const metrics = this.#declared.size === 0 ? flow.metrics : this.#asDeclared(flow.metrics);
    const odd = metrics.filter((each) => !this.#fits(each));
    const [first] = odd;
    if (first === undefined) return metrics === flow.metrics ? flow : { ...flow, metrics };
    const declared = this.#declared.has(first.name);
    const known = this.#declared.get(first.name) ?? this.#units.get(first.name) ?? first.unit;
    const expected = declared
      ? `is ${KINDS[known]} (${known}) by metrics in the config`
      : `was ${KINDS[known]} (${known}) before`;
    const message = `metric(${first.name}) ${expected} and is ${KINDS[first.unit]} (${first.unit}) here; a metric has one kind of unit`;
    const failed = { outcome: 'failed', error: { message } } as const;
    return {
      ...flow,
      metrics: metrics.filter((each) => !odd.includes(each)),
      ...(flow.outcome === 'ok' ? failed : {}),
    };
  }

  /** A number without a unit is one in the unit that the config says. */
  #asDeclared(metrics: readonly Reported[]): readonly Reported[] {
    const read: Reported[] = [];
    for (const each of metrics) {
      const unit = each.unit === 'count' ? (this.#declared.get(each.name) ?? each.unit) : each.unit;
      const place = read.findIndex((other) => other.name === each.name && other.unit === unit);
      const sum = each.value + (read[place]?.value ?? 0);
      // Both are finite, but their sum need not be.
      const value = Number.isFinite(sum) ? Number(sum.toPrecision(15)) : each.value;
      read[place === -1 ? read.length : place] = { ...each, unit, value };
    }
    return read;
  }

  #fits({ name, unit }: Reported): boolean {
    const declared = this.#declared.get(name);
    if (declared !== undefined) return declared === unit;
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
