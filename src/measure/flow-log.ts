import { plural } from '../lib/format.js';
import { seededRandom } from '../lib/random.js';
import type { Excerpt, Flow, FlowError, MetricMeanings, Reported, StepTiming } from '../model/flow.js';
import type { Record } from '../model/record.js';
import { MOST_REPORTED, ReportedUnits } from './reported.js';
import { Tally } from './tally.js';

/** Flows that are ok: all up to here, beyond it a sample of as many. */
export const MOST_OK = 10_000;
/** Flows that are not: the first ones. */
export const MOST_NOT_OK = 10_000;
/** Of them, those that keep what they printed and their stack; up to 32 KiB each. */
const MOST_OUTPUTS = 1000;
/** Characters that the details of all flows may take: steps, messages, what was printed; of ok flows, and of the others. */
const MOST_DETAILS = 64_000_000;
/** A dropped flow tells no more than when it was due. */
const MOST_DROPPED = 1000;

/**
 * The flows of a run of any length, in bounded memory: all that are ok or, of more than 10,000, a sample in which each
 * is as likely as any other (reservoir sampling: Vitter, "Random sampling with a reservoir", 1985, algorithm R); of the
 * others the first 10,000, of the dropped ones the first 1,000.
 */
export class KeptFlows {
  readonly #random: () => number;
  readonly #ok: Flow[] = [];
  readonly #notOk: Flow[] = [];
  readonly #dropped: Flow[] = [];
  readonly #room = { ok: MOST_DETAILS, notOk: MOST_DETAILS };
  #seen = 0;
  #bare = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  add(flow: Flow): void {
    if (flow.outcome === 'ok') this.#addOk(flow);
    else if (flow.outcome === 'dropped') addTo(this.#dropped, flow, MOST_DROPPED);
    else if (this.#notOk.length < MOST_NOT_OK) {
      const kept = this.#notOk.length < MOST_OUTPUTS ? flow : withoutOutput(flow);
      this.#notOk.push(this.#fitted(kept, 'notOk'));
    }
  }

  /** Flows of which no more is kept than that they ran and how they ended: what they said would fill the memory. */
  get bare(): number {
    return this.#bare;
  }

  /** In order of their iteration. */
  inOrder(): readonly Flow[] {
    return [...this.#ok, ...this.#notOk, ...this.#dropped].sort((a, b) => a.iteration - b.iteration);
  }

  #addOk(flow: Flow): void {
    this.#seen += 1;
    if (this.#ok.length < MOST_OK) {
      this.#ok.push(this.#fitted(withoutOutput(flow), 'ok'));
      return;
    }
    const place = Math.floor(this.#random() * this.#seen);
    const replaced = this.#ok[place];
    if (replaced === undefined) return;
    this.#room.ok += detailsOf(replaced);
    this.#ok[place] = this.#fitted(withoutOutput(flow), 'ok');
  }

  #fitted(flow: Flow, kind: 'ok' | 'notOk'): Flow {
    const size = detailsOf(flow);
    if (size <= this.#room[kind]) {
      this.#room[kind] -= size;
      return flow;
    }
    this.#bare += 1;
    const bare = withoutDetails(flow);
    this.#room[kind] -= detailsOf(bare);
    return bare;
  }
}

function addTo(flows: Flow[], flow: Flow, most: number): void {
  if (flows.length < most) flows.push(flow);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function withoutOutput(flow: Flow): Flow {
  if (flow.stdout === undefined && flow.stderr === undefined && flow.error === undefined) return flow;
  const copy: Mutable<Flow> = { ...flow };
  delete copy.stdout;
  delete copy.stderr;
  if (flow.error !== undefined) {
    const error: Mutable<FlowError> = { ...flow.error };
    delete error.stack;
    copy.error = error;
  }
  return copy;
}

/** What a record holds of its flows. */
export type Recorded = Pick<Record, 'flows' | 'rungTallies' | 'waveTallies' | 'cut'> &
  Required<Pick<Record, 'tally'>>;

interface LogOptions {
  readonly model: Record['load']['model'];
  readonly seed: number;
  /** What the metrics of flows mean, by name; a name that is left out has no meaning given. */
  readonly metrics?: MetricMeanings | undefined;
}

/** The flows of a run as they end: each is added up, and as many are kept as a reader can use. */
export class FlowLog {
  readonly #model: Record['load']['model'];
  readonly #kept: KeptFlows;
  readonly #tally: Tally;
  readonly #rungs = new Map<number, Tally>();
  readonly #waves = new Map<number, Tally>();
  readonly #units: ReportedUnits;
  #count = 0;
  /** Flows with more steps than are recorded of one … */
  #stepless = 0;
  /** … and with more metrics. */
  #metricless = 0;

  constructor({ model, seed, metrics }: LogOptions) {
    this.#model = model;
    this.#units = new ReportedUnits(metrics);
    this.#kept = new KeptFlows(seed);
    this.#tally = new Tally(model);
  }

  get count(): number {
    return this.#count;
  }

  /** Those of them that were started: dropped ones never were. */
  get ended(): number {
    return this.#count - this.#tally.counts.dropped;
  }

  readonly add = (ended: Flow): void => {
    const flow = this.#units.checked(boundedFlow(ended));
    if (losesSteps(ended)) this.#stepless += 1;
    if ((ended.metrics?.length ?? 0) > MOST_REPORTED) this.#metricless += 1;
    this.#count += 1;
    this.#kept.add(flow);
    this.#tally.add(flow);
    if (flow.rung !== undefined) this.#tallyIn(this.#rungs, flow.rung).add(flow);
    if (flow.wave !== undefined) this.#tallyIn(this.#waves, flow.wave).add(flow);
  };

  /** What the record holds of them. It goes on to change while flows are added. */
  recorded(): Recorded {
    const cut = this.#cut();
    return {
      flows: this.#kept.inOrder(),
      tally: this.#tally,
      rungTallies: this.#rungs.size === 0 ? undefined : this.#rungs,
      waveTallies: this.#waves.size === 0 ? undefined : this.#waves,
      cut: cut.length === 0 ? undefined : cut,
    };
  }

  #cut(): readonly string[] {
    const { bare } = this.#kept;
    return [
      ...(bare === 0
        ? []
        : [
            `of ${plural(bare, 'flow')} no steps and no output are kept: what flows said is too much for results`,
          ]),
      ...(this.#stepless === 0
        ? []
        : [`of ${plural(this.#stepless, 'flow')} only the first 1,000 steps are measured`]),
      ...(this.#metricless === 0
        ? []
        : [`of ${plural(this.#metricless, 'flow')} only the first ${MOST_REPORTED} metrics are measured`]),
      ...this.#tally.cut(),
    ];
  }

  #tallyIn(parts: Map<number, Tally>, part: number): Tally {
    const known = parts.get(part);
    if (known !== undefined) return known;
    const tally = new Tally(this.#model);
    parts.set(part, tally);
    return tally;
  }
}

/** Characters of what a flow says of itself. Whatever the code under test does, results have to fit into memory and a file. */
const LONGEST = { message: 1000, stack: 8000, name: 200, head: 4096, tail: 12_288 } as const;
/** Steps, and times to the first byte, of one flow. */
const MOST_STEPS = 1000;

/**
 * A flow as it is recorded: what is too long is cut, and texts are well-formed Unicode, as JSON and files ask for. Copied
 * whole and then set by name: taking a flow apart (`{ error, ...rest }`) makes objects that are several times slower to
 * make and to read, and there may be 30,000 a second.
 */
export function boundedFlow(flow: Flow): Flow {
  const { error, steps, metrics, ttfb, stdout, stderr } = flow;
  const bounded: Mutable<Flow> = { ...flow };
  if (error !== undefined) bounded.error = boundedError(error);
  if (steps !== undefined) bounded.steps = steps.slice(0, MOST_STEPS).map(withShortName);
  if (metrics !== undefined) bounded.metrics = metrics.slice(0, MOST_REPORTED).map(withShortName);
  if (ttfb !== undefined && ttfb.length > MOST_STEPS) bounded.ttfb = ttfb.slice(0, MOST_STEPS);
  if (stdout !== undefined) bounded.stdout = boundedExcerpt(stdout);
  if (stderr !== undefined) bounded.stderr = boundedExcerpt(stderr);
  return bounded;
}

/** Whether anything was left out by it that counts: steps that no metric will know of. */
export function losesSteps({ steps, ttfb }: Flow): boolean {
  return (steps?.length ?? 0) > MOST_STEPS || (ttfb?.length ?? 0) > MOST_STEPS;
}

function boundedError(error: FlowError): FlowError {
  const { message, stack } = error;
  return {
    ...error,
    message: cut(message, LONGEST.message),
    ...(stack === undefined ? {} : { stack: cut(stack, LONGEST.stack) }),
  };
}

function withShortName<T extends StepTiming | Reported>(named: T): T {
  const name = cut(named.name, LONGEST.name);
  return name === named.name ? named : { ...named, name };
}

function boundedExcerpt(excerpt: Excerpt): Excerpt {
  const head = cut(excerpt.head, LONGEST.head);
  const tail = excerpt.tail.length <= LONGEST.tail ? excerpt.tail : excerpt.tail.slice(-LONGEST.tail);
  return { ...excerpt, head, tail: tail.toWellFormed() };
}

/** At most so many characters, of which the last says that it was cut. */
function cut(text: string, most: number): string {
  return (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed();
}

/** About how many characters the details of a flow take in a file of results. */
export function detailsOf({ error, steps, metrics, ttfb, stdout, stderr }: Flow): number {
  const texts = [error?.message, error?.stack, stdout?.head, stdout?.tail, stderr?.head, stderr?.tail];
  return (
    texts.reduce((sum, text) => sum + (text?.length ?? 0), 0) +
    [...(steps ?? []), ...(metrics ?? [])].reduce((sum, { name }) => sum + name.length + PER_STEP, 0) +
    (ttfb?.length ?? 0) * PER_NUMBER
  );
}

const PER_STEP = 80;
const PER_NUMBER = 20;
/** Of a message, where there is no room for details any more. */
const LEAST_MESSAGE = 200;

/** What is left of a flow for which there is no room: that it ran, when, and how it ended. */
export function withoutDetails(flow: Flow): Flow {
  const bare: Mutable<Flow> = { ...flow };
  for (const key of ['steps', 'metrics', 'ttfb', 'stdout', 'stderr'] as const)
    Reflect.deleteProperty(bare, key);
  if (flow.error === undefined) return bare;
  const error: Mutable<FlowError> = { ...flow.error, message: cut(flow.error.message, LEAST_MESSAGE) };
  delete error.stack;
  return { ...bare, error };
}
