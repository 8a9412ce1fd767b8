import { Mean } from '../lib/statistics/distribution.js';
import { byFrequency } from '../measure/errors.js';
import { inFlightOver, type TallyColumns } from '../measure/tally.js';
import { placeOf } from '../measure/values.js';
import {
  type Distribution,
  type ErrorGroup,
  type FlowTally,
  type InFlight,
  type OutcomeCounts,
  type ReportedTotals,
  type ReportedUnit,
  totalOf,
  type Window,
} from '../model/flow.js';

/**
 * The flows of several machines as if one had run them all: every value of every machine counts, and in whatever order the
 * machines come, the numbers are the same to the bit. Times count from each machine's own start, so what tells of one
 * instant is told of each machine: the run took as long as the longest of them.
 */
export class JoinedTally implements FlowTally {
  readonly counts: OutcomeCounts;
  readonly hits: OutcomeCounts;
  readonly untracedHits: number;
  readonly retried: number;
  readonly resent: number;
  readonly received: number | undefined;
  readonly sent: number | undefined;
  readonly window: Window | undefined;
  readonly startSkew: number | undefined;
  readonly #all: readonly TallyColumns[];
  #flowTimes: Kept<Distribution | undefined>;
  #firstByteTimes: Kept<Distribution | undefined>;
  #steps: Kept<ReadonlyMap<string, Distribution>>;
  #reported: Kept<ReadonlyMap<string, ReportedTotals>>;

  constructor(all: readonly TallyColumns[]) {
    this.#all = all;
    this.counts = summed(all.map(({ counts }) => counts));
    this.hits = summed(all.map(({ hits }) => hits));
    this.untracedHits = sum(all.map(({ untracedHits }) => untracedHits));
    this.retried = sum(all.map(({ retried }) => retried));
    this.resent = sum(all.map(({ resent }) => resent));
    this.received = sumOfKnown(all.map(({ received }) => received));
    this.sent = sumOfKnown(all.map(({ sent }) => sent));
    this.window = longest(all.flatMap(({ window }) => window ?? []));
    const skews = all.flatMap(({ startSkew }) => startSkew ?? []);
    this.startSkew = skews.length === 0 ? undefined : Math.max(...skews);
  }

  mostInFlight(): InFlight {
    const machines = this.#all.map(({ inFlight }) => inFlight);
    const of = totalOf(this.counts) - this.counts.dropped;
    return { most: Math.max(0, ...machines), of, machines };
  }

  inFlightOver(slices: number): readonly number[] {
    const window = this.window ?? { from: 0, to: 0 };
    const starts = this.#all.map(({ starts: column }) => column);
    const ends = this.#all.map(({ ends: column }) => column);
    return inFlightOver({ starts, ends }, window, slices);
  }

  flowTimes(): Distribution | undefined {
    this.#flowTimes ??= { value: distributionOfAll(this.#all.map(({ flowTimes }) => flowTimes)) };
    return this.#flowTimes.value;
  }

  firstByteTimes(): Distribution | undefined {
    this.#firstByteTimes ??= {
      value: distributionOfAll(this.#all.map(({ firstByteTimes }) => firstByteTimes)),
    };
    return this.#firstByteTimes.value;
  }

  stepTimes(): ReadonlyMap<string, Distribution> {
    this.#steps ??= { value: this.#stepTimes() };
    return this.#steps.value;
  }

  reported(): ReadonlyMap<string, ReportedTotals> {
    this.#reported ??= { value: this.#reportedTotals() };
    return this.#reported.value;
  }

  errorKinds({ killed }: { readonly killed: boolean }): readonly ErrorGroup[] {
    return byFrequency(this.#all.flatMap((part) => (killed ? [part.errors, part.killed] : [part.errors])));
  }

  /** Metrics that are of one kind of unit on some machines and of another on others, in words. */
  oddUnits(): readonly string[] {
    return [...this.#unitsByName()].flatMap(([name, units]) =>
      units.size < 2
        ? []
        : [
            `metric(${name}) has units of several kinds (${[...units].join(', ')}); a metric has one kind of unit`,
          ],
    );
  }

  #stepTimes(): ReadonlyMap<string, Distribution> {
    const steps = new Map<string, Distribution>();
    for (const [name, columns] of byName(this.#all.flatMap((part) => part.steps))) {
      const distribution = distributionOfAll(columns);
      if (distribution !== undefined) steps.set(name, distribution);
    }
    return steps;
  }

  #reportedTotals(): ReadonlyMap<string, ReportedTotals> {
    const units = this.#unitsByName();
    const totals = new Map<string, ReportedTotals>();
    for (const [name, columns] of byName(this.#all.flatMap((part) => part.reported))) {
      const values = distributionOfAll(columns);
      const [unit] = units.get(name) ?? [];
      if (values !== undefined && unit !== undefined)
        totals.set(name, { unit, values, sum: meanOfAll(columns).sum });
    }
    return totals;
  }

  #unitsByName(): ReadonlyMap<string, ReadonlySet<ReportedUnit>> {
    const all = this.#all.flatMap((part) => part.reported);
    const names = [...new Set(all.map(({ name }) => name))];
    return new Map(
      names.map((name) => [name, new Set(all.filter((each) => each.name === name).map(({ unit }) => unit))]),
    );
  }
}

/** What was computed once: to add up ten million numbers takes a tenth of a second. */
type Kept<T> = { readonly value: T } | undefined;

function byName(
  columns: readonly { readonly name: string; readonly values: Float64Array }[],
): ReadonlyMap<string, readonly Float64Array[]> {
  const all = new Map<string, Float64Array[]>();
  for (const { name, values } of columns) all.set(name, [...(all.get(name) ?? []), values]);
  return all;
}

/** Of columns that each ascend: nothing is copied, and nothing sorted. */
function distributionOfAll(columns: readonly Float64Array[]): Distribution | undefined {
  const count = sum(columns.map(({ length }) => length));
  if (count === 0) return undefined;
  const mean = meanOfAll(columns).value;
  const ranked = (before: number): number => rankedOf(columns, before);
  return { count, mean: Math.min(Math.max(mean, ranked(0)), ranked(count - 1)), ranked };
}

function meanOfAll(columns: readonly Float64Array[]): Mean {
  const mean = new Mean();
  for (const column of columns) mean.addAll(column);
  return mean;
}

/** The number that has so many before it in all columns together, each of which ascends. */
function rankedOf(columns: readonly Float64Array[], before: number): number {
  let from = columns.map(() => 0);
  let to = columns.map(({ length }) => length);
  for (;;) {
    const widths = to.map((end, index) => end - (from[index] ?? 0));
    const widest = widths.indexOf(Math.max(...widths));
    const middle = Math.floor(((from[widest] ?? 0) + (to[widest] ?? 0)) / 2);
    const number = columns[widest]?.[middle];
    if (number === undefined) throw new RangeError('there are not as many numbers');
    const under = columns.map((column, index) =>
      placeOf(number, column, { from: from[index], to: to[index] }),
    );
    if (before < sum(under)) to = under;
    else {
      const upTo = columns.map((column, index) =>
        placeOf(number, column, { from: under[index], to: to[index], orEqual: true }),
      );
      // Not −0, which is as large as 0 and would depend on the order of the columns.
      if (before < sum(upTo)) return number + 0;
      from = upTo;
    }
  }
}

function longest(windows: readonly Window[]): Window | undefined {
  const [first] = windows.toSorted(
    (one, other) => other.to - other.from - (one.to - one.from) || one.from - other.from,
  );
  return first;
}

function summed(all: readonly OutcomeCounts[]): OutcomeCounts {
  const of = (outcome: keyof OutcomeCounts): number => sum(all.map((counts) => counts[outcome]));
  return {
    ok: of('ok'),
    failed: of('failed'),
    timed_out: of('timed_out'),
    killed: of('killed'),
    dropped: of('dropped'),
  };
}

function sumOfKnown(all: readonly (number | undefined)[]): number | undefined {
  const known = all.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : sum(known);
}

function sum(all: readonly number[]): number {
  return all.reduce((total, each) => total + each, 0);
}
