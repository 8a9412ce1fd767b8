import type { Distribution, ErrorGroup, Flow, Outcome, FlowTally, Window } from '../model/flow.js';
import type { Record } from '../model/record.js';
import { formatCount } from '../lib/format.js';
import { Column } from './column.js';
import { inFlightOver, mostInFlight, runningFrom, wasStarted } from './concurrency.js';
import { byFrequency, ErrorKinds } from './errors.js';
import { Skew } from './skew.js';
import { EXACT_VALUES, Values } from './values.js';

/** Names of steps come from the code under test: one made anew by every flow must not fill the memory. */
const MOST_STEPS = 1000;

/** What the flows of a record add up to. */
export function tallyOf({ tally, flows, load }: Pick<Record, 'tally' | 'flows' | 'load'>): FlowTally {
  if (tally !== undefined) return tally;
  const all = new Tally(load.model);
  for (const flow of flows) all.add(flow);
  return all;
}

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
  readonly #starts = new Column(EXACT_VALUES);
  readonly #ends = new Column(EXACT_VALUES);
  readonly #skew = new Skew();
  readonly #errors = new ErrorKinds();
  readonly #killed = new ErrorKinds();
  /** Times of steps that were not added up, for too many names. */
  #steps = 0;
  #first = Infinity;
  #last = -Infinity;

  constructor(model: Record['load']['model']) {
    this.#from = model === 'open' ? 'scheduledAt' : 'startedAt';
  }

  add(flow: Flow): void {
    this.counts[flow.outcome] += 1;
    if (wasStarted(flow)) this.#addStarted(flow);
    if (flow.hit !== undefined) {
      this.hits[flow.outcome] += 1;
      if (flow.hit.untraced === true) this.untracedHits += 1;
    } else if (flow.outcome === 'ok') this.#addTimes(flow);
    else (flow.outcome === 'killed' ? this.#killed : this.#errors).add(flow);
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
    return inFlightOver({ starts: this.#starts.sorted(), ends: this.#ends.sorted() }, window, slices);
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

  /** What was too much to add up, in words. */
  cut(): readonly string[] {
    return [
      ...(this.#steps === 0
        ? []
        : [`steps have more than 1,000 names: ${formatCount(this.#steps)} times of others are not measured`]),
      ...(this.#errors.isFull
        ? ['there are more than 1,000 kinds of error: all others are counted as one']
        : []),
    ];
  }

  errorKinds({ killed }: { killed: boolean }): readonly ErrorGroup[] {
    return byFrequency(killed ? [this.#errors, this.#killed] : [this.#errors]);
  }

  #addStarted(flow: Flow): void {
    this.#first = Math.min(this.#first, flow.startedAt);
    this.#last = Math.max(this.#last, flow.endedAt);
    this.#skew.add(flow);
    if (flow.attempts !== undefined) this.retried += 1;
    if (flow.bytesIn !== undefined) this.received = (this.received ?? 0) + flow.bytesIn;
    if (flow.bytesOut !== undefined) this.sent = (this.sent ?? 0) + flow.bytesOut;
    if (flow.resent !== undefined) this.resent += flow.resent;
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
