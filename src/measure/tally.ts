import { formatCount } from '../lib/format.js';
import type { Wave, WaveFigures } from '../model/faults.js';
import {
  bystandersOf,
  type Distribution,
  type ErrorGroup,
  type Flow,
  type FlowTally,
  type Outcome,
  type Reported,
  type ReportedTotals,
  type ReportedUnit,
  totalOf,
  type Window,
} from '../model/flow.js';
import type { Record } from '../model/record.js';
import type { ScenarioResults } from '../model/results.js';
import { byFrequency, ErrorKinds } from './errors.js';
import { MOST_REPORTED, ReportedValues } from './reported.js';
import { Ascending, Column, EXACT_VALUES, Values } from './values.js';

/** How far apart flows started that left one start barrier. */
export class Skew {
  /** By rung: each has a barrier of its own. */
  readonly #barriers = new Map<number | undefined, { readonly first: number; readonly last: number }>();

  add(flow: Flow): void {
    if (flow.barrier !== true) return;
    const at = runningFrom(flow);
    const { first, last } = this.#barriers.get(flow.rung) ?? { first: at, last: at };
    this.#barriers.set(flow.rung, { first: Math.min(first, at), last: Math.max(last, at) });
  }

  /** ms between the first and the last start of the widest barrier; undefined if no flow left one. */
  get widest(): number | undefined {
    if (this.#barriers.size === 0) return undefined;
    return Math.max(...[...this.#barriers.values()].map(({ first, last }) => last - first));
  }
}

/** Names of steps come from the code under test: one made anew by every flow must not fill the memory. */
const MOST_STEPS = 1000;

/** What the flows of a record add up to. */
export function tallyOf({ tally, flows, load }: Pick<Record, 'tally' | 'flows' | 'load'>): FlowTally {
  if (tally !== undefined) return tally;
  const all = new Tally(load.model);
  for (const flow of flows) all.add(flow);
  return all;
}

/** What a tally is made of, column by column. A tally has a million numbers of a kind at most. */
export interface TallyColumns
  extends
    Pick<FlowTally, 'counts' | 'hits' | 'untracedHits' | 'retried' | 'resent'>,
    Partial<Pick<FlowTally, 'window' | 'startSkew' | 'received' | 'sent'>> {
  readonly inFlight: number;
  /** Every value of every column is there; there are no more of any than a tally keeps. */
  readonly isExact: boolean;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly flowTimes: Float64Array;
  readonly firstByteTimes: Float64Array;
  readonly steps: readonly { readonly name: string; readonly values: Float64Array }[];
  readonly reported: readonly {
    readonly name: string;
    readonly unit: ReportedUnit;
    readonly values: Float64Array;
  }[];
  readonly errors: readonly ErrorGroup[];
  readonly killed: readonly ErrorGroup[];
}

const NONE = new Float64Array();

function noneYet(): globalThis.Record<Outcome, number> {
  return { ok: 0, failed: 0, timed_out: 0, killed: 0, dropped: 0 };
}

/** Adds flows up as they end, in memory that a million of them do not fill: 40 bytes each, and nothing beyond. */
export class Tally implements FlowTally {
  readonly counts = noneYet();
  readonly hits = noneYet();
  untracedHits = 0;
  retried = 0;
  received: number | undefined;
  sent: number | undefined;
  resent = 0;

  /**
   * A flow's time counts from its actual start in the closed model, in the open model from when it was due: whoever
   * comes while nothing moves has waited (no coordinated omission).
   */
  readonly #from: 'scheduledAt' | 'startedAt';
  readonly #flowTimes = new Values();
  readonly #firstByteTimes = new Values();
  readonly #stepTimes = new Map<string, Values>();
  readonly #reported = new Map<string, ReportedValues>();
  readonly #starts = new Column(EXACT_VALUES);
  readonly #ends = new Column(EXACT_VALUES);
  readonly #skew = new Skew();
  readonly #parts = new Map<string, Tally>();
  readonly #errors = new ErrorKinds();
  readonly #killed = new ErrorKinds();
  /** Times of steps that were not added up, for too many names. */
  #steps = 0;
  /** The same of what flows reported. */
  #unreported = 0;
  readonly #model: Record['load']['model'];
  #first = Infinity;
  #last = -Infinity;

  constructor(model: Record['load']['model']) {
    this.#model = model;
    this.#from = model === 'open' ? 'scheduledAt' : 'startedAt';
  }

  /** @param isPart the flow is added to the tally of its part */
  add(flow: Flow, isPart = false): void {
    this.counts[flow.outcome] += 1;
    if (wasStarted(flow)) this.#addStarted(flow);
    if (flow.hit !== undefined) {
      this.hits[flow.outcome] += 1;
      if (flow.hit.untraced === true) this.untracedHits += 1;
    } else if (flow.outcome === 'ok') this.#addTimes(flow);
    else (flow.outcome === 'killed' ? this.#killed : this.#errors).add(flow);
    if (flow.part !== undefined && !isPart) this.#partOf(flow.part).add(flow, true);
  }

  /** By name; empty if it is no mix. */
  get parts(): ReadonlyMap<string, FlowTally> {
    return this.#parts;
  }

  get window(): Window | undefined {
    return this.#first <= this.#last ? { from: this.#first, to: this.#last } : undefined;
  }

  get startSkew(): number | undefined {
    return this.#skew.widest;
  }

  mostInFlight(): { most: number; of: number } {
    return { most: mostInFlight(this.#starts.sorted(), this.#ends.sorted()), of: this.#starts.length };
  }

  inFlightOver(slices: number): readonly number[] {
    const window = this.window ?? { from: 0, to: 0 };
    return inFlightOver({ starts: [this.#starts.sorted()], ends: [this.#ends.sorted()] }, window, slices);
  }

  flowTimes(): Distribution | undefined {
    return this.#flowTimes.distribution();
  }

  firstByteTimes(): Distribution | undefined {
    return this.#firstByteTimes.distribution();
  }

  stepTimes(): ReadonlyMap<string, Distribution> {
    const steps = new Map<string, Distribution>();
    for (const [name, values] of this.#stepTimes) {
      const distribution = values.distribution();
      if (distribution !== undefined) steps.set(name, distribution);
    }
    return steps;
  }

  reported(): ReadonlyMap<string, ReportedTotals> {
    return new Map([...this.#reported].map(([name, values]) => [name, values.totals()]));
  }

  /** What was too much to add up, in words. */
  cut(): readonly string[] {
    return [
      ...(this.#steps === 0
        ? []
        : [`steps have more than 1,000 names: ${formatCount(this.#steps)} times of others are not measured`]),
      ...(this.#unreported === 0
        ? []
        : [
            `flows report metrics of more than ${MOST_REPORTED} names: ${formatCount(this.#unreported)} values of others are not measured`,
          ]),
      ...(this.#errors.isFull
        ? ['there are more than 1,000 kinds of error: all others are counted as one']
        : []),
    ];
  }

  errorKinds({ killed }: { killed: boolean }): readonly ErrorGroup[] {
    return byFrequency((killed ? [this.#errors, this.#killed] : [this.#errors]).map((kinds) => kinds.all()));
  }

  /** All that it has added up, to be joined with what other machines have. */
  columns(): TallyColumns {
    const { counts, hits, untracedHits, window, startSkew, retried, received, sent, resent } = this;
    const { most, of } = this.mostInFlight();
    const times = [...this.#stepTimes].map(([name, values]) => ({ name, values: values.exact() }));
    const reports = [...this.#reported].map(([name, values]) => ({
      name,
      unit: values.unit,
      values: values.exact(),
    }));
    const all = [
      this.#flowTimes.exact(),
      this.#firstByteTimes.exact(),
      ...[...times, ...reports].map(({ values }) => values),
    ];
    return {
      counts,
      hits,
      untracedHits,
      window,
      startSkew,
      retried,
      received,
      sent,
      resent,
      inFlight: most,
      isExact: all.every((values) => values !== undefined) && of === totalOf(counts) - counts.dropped,
      starts: this.#starts.sorted(),
      ends: this.#ends.sorted(),
      flowTimes: this.#flowTimes.exact() ?? NONE,
      firstByteTimes: this.#firstByteTimes.exact() ?? NONE,
      steps: times.map(({ name, values = NONE }) => ({ name, values })),
      reported: reports.map(({ name, unit, values = NONE }) => ({ name, unit, values })),
      errors: this.#errors.all(),
      killed: this.#killed.all(),
    };
  }

  #addStarted(flow: Flow): void {
    this.#first = Math.min(this.#first, flow.startedAt);
    this.#last = Math.max(this.#last, flow.endedAt);
    this.#skew.add(flow);
    if (flow.attempts !== undefined) this.retried += 1;
    if (flow.bytesIn !== undefined) this.received = (this.received ?? 0) + flow.bytesIn;
    if (flow.bytesOut !== undefined) this.sent = (this.sent ?? 0) + flow.bytesOut;
    if (flow.resent !== undefined) this.resent += flow.resent;
    if (flow.metrics !== undefined) for (const each of flow.metrics) this.#addReported(each);
    if (this.#starts.isFull) return;
    this.#starts.push(runningFrom(flow));
    this.#ends.push(flow.endedAt);
  }

  #addTimes(flow: Flow): void {
    this.#flowTimes.push(flow.endedAt - flow[this.#from]);
    for (const time of flow.ttfb ?? []) this.#firstByteTimes.push(time);
    for (const { name, startedAt, endedAt } of flow.steps ?? [])
      this.#timesOf(name)?.push(endedAt - startedAt);
  }

  /** One name has one unit: FlowLog sees to it. */
  #addReported({ name, value, unit }: Reported): void {
    const known = this.#reported.get(name);
    if (known === undefined && this.#reported.size >= MOST_REPORTED) {
      this.#unreported += 1;
      return;
    }
    const values = known ?? new ReportedValues(unit);
    if (known === undefined) this.#reported.set(name, values);
    if (values.unit === unit) values.push(value);
  }

  #partOf(name: string): Tally {
    const known = this.#parts.get(name) ?? new Tally(this.#model);
    this.#parts.set(name, known);
    return known;
  }

  #timesOf(step: string): Values | undefined {
    const known = this.#stepTimes.get(step);
    if (known !== undefined) return known;
    if (this.#stepTimes.size >= MOST_STEPS) {
      this.#steps += 1;
      return undefined;
    }
    const values = new Values();
    this.#stepTimes.set(step, values);
    return values;
  }
}

/** A flow that ran, however it ended; a dropped one never did. */
export function wasStarted(flow: Flow): boolean {
  return flow.outcome !== 'dropped';
}

type Span = Pick<Flow, 'startedAt' | 'runningAt' | 'endedAt'>;

/** ms: when its process was seen to run; where that is not known, when it was told to start. */
export function runningFrom({ startedAt, runningAt }: Span): number {
  return runningAt ?? startedAt;
}

/**
 * Most of the flows that were in flight at one instant, by a sweep over starts and ends, both ascending. A flow is in
 * flight from the moment it runs up to, and not at, its end: one that ends as another starts does not overlap it, and
 * fifty that were told to start at once are not together if the first has ended before the last is forked. A flow that
 * took no measurable time counts while it is alone.
 */
export function mostInFlight(starts: Float64Array, ends: Float64Array): number {
  let ended = 0;
  let most = starts.length === 0 ? 0 : 1;
  for (const [before, start] of starts.entries()) {
    while ((ends[ended] ?? Infinity) <= start) ended++;
    most = Math.max(most, before + 1 - ended);
  }
  return most;
}

/** The same in each of `slices` equal parts of a window, of columns that each ascend. */
export function inFlightOver(
  { starts, ends }: { starts: readonly Float64Array[]; ends: readonly Float64Array[] },
  { from, to }: Window,
  slices: number,
): readonly number[] {
  const width = (to - from) / slices;
  const allStarts = new Ascending(starts);
  const allEnds = new Ascending(ends);
  let inFlight = 0;
  return Array.from({ length: slices }, (_, slice) => {
    const edge = slice === slices - 1 ? Infinity : from + (slice + 1) * width;
    const ending = allEnds.below(edge);
    let ended = 0;
    let most = inFlight;
    for (const start of allStarts.below(edge)) {
      while ((ending[ended] ?? Infinity) <= start) {
        ended++;
        inFlight--;
      }
      inFlight++;
      most = Math.max(most, inFlight);
    }
    inFlight -= ending.length - ended;
    return most;
  });
}

type Saved = Pick<ScenarioResults, 'load' | 'counts' | 'hits' | 'metrics' | 'flows'>;

/**
 * What the flows of saved results add up to. Of a run whose flows were not all kept, counts, hits, start skew and most in
 * flight are those that were saved, and exact; the rest is of the flows that were kept.
 */
export function savedTally({ load, counts, hits, metrics, flows }: Saved): FlowTally {
  const kept = new Tally(load.model);
  for (const flow of flows) kept.add(flow);
  if (totalOf(counts) === flows.length) return kept;
  return {
    counts,
    hits: hits ?? kept.hits,
    untracedHits: hits?.untraced ?? kept.untracedHits,
    window: kept.window,
    startSkew: metrics.start_skew?.value ?? undefined,
    retried: metrics.retried?.value ?? kept.retried,
    received: metrics.bytes_received?.value ?? undefined,
    sent: metrics.bytes_sent?.value ?? undefined,
    resent: metrics.resent?.value ?? kept.resent,
    mostInFlight: () => ({ most: metrics.max_concurrency?.value ?? 0, of: totalOf(counts) }),
    parts: kept.parts,
    inFlightOver: (slices) => kept.inFlightOver(slices),
    flowTimes: () => kept.flowTimes(),
    firstByteTimes: () => kept.firstByteTimes(),
    stepTimes: () => kept.stepTimes(),
    reported: () => kept.reported(),
    errorKinds: (options) => kept.errorKinds(options),
  };
}

/** A wave with what its flows come to. */
export interface FiguredWave extends Wave {
  readonly flows: WaveFigures;
}

/** Flows that are named for an error. */
const MOST_FLOWS = 5;

/** The waves of a run with faults in their order; those of which nothing is known are left out. */
export function figuredWaves({ waves = [], waveTallies, waveFigures }: Record): readonly FiguredWave[] {
  return waves.flatMap((wave) => {
    const tally = waveTallies?.get(wave.wave);
    const flows = tally === undefined ? waveFigures?.get(wave.wave) : figuresOf(tally);
    return flows === undefined ? [] : [{ ...wave, flows }];
  });
}

function figuresOf(tally: FlowTally): WaveFigures {
  const flowTime = tally.flowTimes()?.mean;
  const [error] = tally.errorKinds({ killed: true });
  return {
    bystanders: bystandersOf(tally),
    hit: totalOf(tally.hits),
    untraced: tally.untracedHits,
    flowTime,
    error: error && { sample: error.sample, count: error.count, flows: error.flows.slice(0, MOST_FLOWS) },
  };
}
