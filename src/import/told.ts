import { formatCount } from '../lib/format.js';
import { isMap } from '../lib/fields.js';
import type { Distribution, ErrorGroup, FlowTally, OutcomeCounts } from '../model/flow.js';
import type { ImportedFrom, ImportedRun, ImportFormat, StatedFigure } from '../model/imported.js';
import { definitionOf, type MetricId, metricName, type MetricRef, type Unit } from '../model/metrics.js';

/* What every reader of another tool's file puts its figures together with. */

/** The file is of a format that is known, and cannot be used: the message is the end of a sentence that begins with it. */
export class Unusable extends Error {}

/** Names come from the writer of the file. */
const MOST_NAMES = 1000;
const LONGEST_NAME = 200;

/** A name as metrics take it as label: bounded, and well-formed Unicode. */
export function labelOf(name: string): string {
  return name.slice(0, LONGEST_NAME).toWellFormed();
}

/** The number at a place of the file; undefined if it is not there. What is there and is no number makes it unusable. */
export function numberAt(
  map: Readonly<Record<string, unknown>>,
  key: string,
  where = key,
): number | undefined {
  const value = map[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Unusable(`has ${where} = ${shown(value)}, which is no number`);
}

/** A whole number that the figures cannot do without. */
export function countAt(map: Readonly<Record<string, unknown>>, key: string, where = key): number {
  const value = numberAt(map, key, where);
  if (value === undefined) throw new Unusable(`lacks ${where}`);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Unusable(`has ${where} = ${shown(value)}, which is no whole number from 0 up`);
}

export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** The map at a place of the file; an empty one if nothing is there. */
export function mapAt(
  map: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> {
  const value = map[key] ?? {};
  if (isMap(value)) return value;
  throw new Unusable(`has ${key} = ${shown(value)}, which is no map`);
}

export type Stats = Readonly<Record<string, number | undefined>>;

/** Collects what a file says, metric by metric; what it does not say is never put in. */
export class Statements {
  readonly figures = new Map<string, StatedFigure>();
  readonly #names = new Set<string>();
  #left = 0;

  say(metric: MetricId, value: number | undefined, rest: Omit<StatedFigure, 'value'> = {}): void {
    if (value !== undefined) this.#put({ metric }, { value, ...rest });
  }

  /** Stats of a distribution by name: `avg`, `med`, `p95`. */
  stats(
    ref: {
      readonly metric: 'flow_time' | 'ttfb' | 'step' | 'metric';
      readonly label?: string;
      readonly unit?: Unit;
    },
    stats: Stats,
    note: string,
  ): void {
    const { metric, unit } = ref;
    const label = ref.label === undefined ? undefined : labelOf(ref.label);
    if (label !== undefined && this.#isTooMany(`${metric} ${label}`)) return;
    for (const [stat, value] of Object.entries(stats)) {
      if (value === undefined) continue;
      const of = definitionOf(metric).unit === undefined ? { unit: unit ?? 'count' } : {};
      this.#put({ metric, ...(label === undefined ? {} : { label }), stat }, { value, note, ...of });
    }
  }

  /** What was too much to take over, in words. */
  get notes(): readonly string[] {
    if (this.#left === 0) return [];
    return [`more than ${formatCount(MOST_NAMES)} names: ${formatCount(this.#left)} others are left out`];
  }

  #isTooMany(name: string): boolean {
    if (this.#names.has(name)) return false;
    if (this.#names.size < MOST_NAMES) {
      this.#names.add(name);
      return false;
    }
    this.#left += 1;
    return true;
  }

  #put(ref: MetricRef, figure: StatedFigure): void {
    const { value } = figure;
    // A script may report whatever it likes; a time, a size or a share below zero would hold every gate.
    if (!Number.isFinite(value) || (value < 0 && ref.metric !== 'metric'))
      throw new Unusable(`has ${metricName(ref)} = ${value}, which cannot be`);
    this.figures.set(metricName(ref), figure);
  }
}

/** Success as a share of what is counted: `58 of 60 checks`. Of nothing there is none. */
export function sayShare(
  statements: Statements,
  ok: number,
  { of, unit }: { of: number; unit: string },
): void {
  if (of === 0) return;
  if (ok > of) throw new Unusable(`counts ${ok} ${unit} that were ok, of ${of} in all`);
  statements.say('success_rate', ok / of, { note: `${formatCount(ok)} of ${formatCount(of)} ${unit}` });
  statements.say('error_rate', (of - ok) / of, {
    note: `${formatCount(of - ok)} of ${formatCount(of)} ${unit}`,
  });
}

export interface Counted {
  readonly counts: Partial<OutcomeCounts>;
  readonly flowTimes?: Distribution | undefined;
  readonly firstByteTimes?: Distribution | undefined;
  readonly stepTimes?: ReadonlyMap<string, Distribution>;
  readonly reported?: ReturnType<FlowTally['reported']>;
  readonly errors?: readonly ErrorGroup[];
}

/** What a file adds up to that does not hold when each flow ran. */
export function tallyWith({ counts, flowTimes, firstByteTimes, ...counted }: Counted): FlowTally {
  const none: OutcomeCounts = { ok: 0, failed: 0, timed_out: 0, killed: 0, dropped: 0 };
  const errors = (counted.errors ?? []).filter(({ count }) => count > 0);
  return {
    counts: { ...none, ...counts },
    hits: none,
    untracedHits: 0,
    window: undefined,
    startSkew: undefined,
    retried: 0,
    received: undefined,
    sent: undefined,
    resent: 0,
    mostInFlight: () => ({ most: 0, of: 0 }),
    inFlightOver: () => [],
    flowTimes: () => flowTimes,
    firstByteTimes: () => firstByteTimes,
    stepTimes: () => counted.stepTimes ?? new Map(),
    reported: () => counted.reported ?? new Map(),
    errorKinds: () => errors.toSorted((one, other) => other.count - one.count),
  };
}

/** A kind of error that a file counts, and of which it does not tell in which flows. */
export function errorGroup(message: string, count: number): ErrorGroup {
  const text = message.slice(0, 1000).toWellFormed();
  return { type: text, count, sample: text, flows: [] };
}

interface Summary {
  readonly format: ImportFormat;
  readonly flow: ImportedFrom['flow'];
  readonly count?: number;
  readonly statements: Statements;
  readonly tally: FlowTally;
  readonly counted?: readonly MetricId[];
  readonly notes?: readonly string[];
}

/** What a reader gives; the caller, who has opened the file, adds its name. */
export function runOf({ statements, tally, counted = [], notes = [], ...from }: Summary): ImportedRun {
  return {
    from: { file: '', ...from, notes: [...notes, ...statements.notes] },
    tally,
    flows: [],
    stated: statements.figures,
    counted: new Set(counted),
  };
}
