import { setTimeout as delay } from 'node:timers/promises';
import type { Crew } from './assignment.js';
import { bugOf, type Bug } from './bugs.js';
import { repetition, words } from './writing.js';

/*
 * What all flows share: the state whose concurrent use is under test.
 */

export interface Desk {
  readonly collector: MetricsCollector;
  readonly alerts: Alerts;
  readonly gate: QualityGate;
  readonly model: ModelConnection;
  readonly sessions: Sessions;
  readonly bug: Bug | undefined;
  /** How many times faster, and smaller, than those of the reference the models are. */
  readonly speed: number;
  /** Bug `bleed`: the user whom the desk believes to serve. */
  currentUser: string;
  /** Bug `leak`: memory that is never released. */
  readonly hoard: Buffer[];
}

/** Options: `bug`, one of BUGS; `speed`, a number above 0. Throws an Error that says what is wrong with them. */
export function openDesk(options: Readonly<Record<string, string>>): Desk {
  const bug = bugOf(options);
  return {
    collector: new MetricsCollector({ atomic: bug !== 'race' }),
    alerts: new Alerts(),
    gate: new QualityGate(),
    model: new ModelConnection({ drains: bug !== 'cascade' }),
    sessions: new Sessions(),
    bug,
    speed: speedOf(options['speed'] ?? '1'),
    currentUser: '',
    hoard: [],
  };
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (!(speed > 0) || !Number.isFinite(speed)) {
    throw new Error(`the demo's speed is "${text}"; it must be a number above 0`);
  }
  return speed;
}

/** What is kept of one finished flow. */
export interface Entry {
  readonly token: string;
  /** 0 in warm-up. */
  readonly iteration: number;
  readonly words: number;
}

/** Everything that the collector knows at one instant; replaced as a whole, never changed in place. */
export interface Snapshot {
  readonly started: number;
  readonly failed: number;
  readonly finished: number;
  readonly words: number;
  /** Answers that each crew had from its model. */
  readonly answers: Readonly<Partial<Record<Crew, number>>>;
  readonly entries: readonly Entry[];
}

/** ms between reading and writing, as a remote store would take. */
const STORE_LATENCY_MS = 5;

/**
 * The metrics that all flows report to.
 * Atomic: a change is applied to what is there when it is applied. Not atomic (bug `race`): the state is read, the
 * store takes its time, and what was read is written back with the change, over whatever others wrote meanwhile.
 */
export class MetricsCollector {
  #state: Snapshot = { started: 0, failed: 0, finished: 0, words: 0, answers: {}, entries: [] };
  readonly #atomic: boolean;

  constructor({ atomic }: { readonly atomic: boolean }) {
    this.#atomic = atomic;
  }

  started(): Promise<void> {
    return this.#apply((before) => ({ ...before, started: before.started + 1 }));
  }

  failed(): Promise<void> {
    return this.#apply((before) => ({ ...before, failed: before.failed + 1 }));
  }

  answered(crew: Crew): Promise<void> {
    return this.#apply((before) => ({
      ...before,
      answers: { ...before.answers, [crew]: (before.answers[crew] ?? 0) + 1 },
    }));
  }

  finished(entry: Entry): Promise<void> {
    return this.#apply((before) => ({
      ...before,
      finished: before.finished + 1,
      words: before.words + entry.words,
      entries: [...before.entries, entry],
    }));
  }

  snapshot(): Snapshot {
    return this.#state;
  }

  async #apply(change: (before: Snapshot) => Snapshot): Promise<void> {
    if (this.#atomic) {
      this.#state = change(this.#state);
      return;
    }
    const read = this.#state;
    await delay(STORE_LATENCY_MS);
    this.#state = change(read);
  }
}

export type AlertRule = 'flow failed' | 'repeats itself';

/** Alerts that were raised by flows, and by whom: one a rule and flow, however often it is raised. */
export class Alerts {
  readonly #tokensByRule = new Map<AlertRule, Set<string>>();

  raise(rule: AlertRule, token: string): void {
    this.#tokensByRule.set(rule, new Set(this.#tokensByRule.get(rule)).add(token));
  }

  /** Tokens of the flows that raised the rule. */
  raisedBy(rule: AlertRule): ReadonlySet<string> {
    return this.#tokensByRule.get(rule) ?? new Set();
  }
}

/** Sentences are made of few parts here, so that most phrases come back: an article may say three in four again. */
const MOST_REPETITION = 0.75;

/** The gate that every article passes through. */
export class QualityGate {
  #reviewed = 0;

  /** Whether the article repeats itself. Throws if there is nothing to review. */
  review(article: string): { readonly repeatsItself: boolean } {
    if (words(article).length === 0) throw new Error('the article is empty');
    this.#reviewed += 1;
    return { repeatsItself: repetition(article) > MOST_REPETITION };
  }

  reviewed(): number {
    return this.#reviewed;
  }
}

export interface Question {
  /** Who asks, for the message when it fails. */
  readonly crew: string;
  /** ms that the answer takes. */
  readonly latency: number;
  readonly signal: AbortSignal;
  /** Where in its answer the model gives up, 0…1; it does not if left out. */
  readonly failsAt?: number | undefined;
}

/**
 * The connection to the language model that all flows share. There is no model: an answer is a wait.
 * A flow that is aborted in the middle of an answer takes the rest of it off the line, unless `drains` is false (bug
 * `cascade`): then the line is broken, and whoever is on it fails. Who comes later is given a new one.
 */
export class ModelConnection {
  #line: Line;
  readonly #drains: boolean;

  constructor({ drains }: { readonly drains: boolean }) {
    this.#drains = drains;
    this.#line = new Line(drains);
  }

  /** The line on which a flow asks from its start to its end. */
  open(): Line {
    if (this.#line.broken) this.#line = new Line(this.#drains);
    return this.#line;
  }
}

export class Line {
  broken = false;
  readonly #drains: boolean;

  constructor(drains: boolean) {
    this.#drains = drains;
  }

  /** Resolves when the answer is there; rejects when the model gives up, the line is broken or on abort. */
  async ask({ crew, latency, signal, failsAt }: Question): Promise<void> {
    this.#requireWhole();
    try {
      await delay(latency * (failsAt ?? 1), undefined, { signal });
    } catch (thrown) {
      if (!this.#drains) this.broken = true;
      throw thrown;
    }
    if (failsAt !== undefined) throw new Error(`the ${crew} model gave up: overloaded`);
    this.#requireWhole();
  }

  #requireWhole(): void {
    if (this.broken) throw new Error('the connection to the model is closed');
  }
}

/** The one session with the model that each worker has: its flows come into it one after another. */
export class Sessions {
  readonly #last = new Map<number, Promise<void>>();

  /** Resolves, when the flow before has left, to how this one leaves. What it never leaves stays taken. */
  async enter(worker: number): Promise<() => void> {
    const before = this.#last.get(worker);
    let leave = (): void => undefined;
    this.#last.set(
      worker,
      new Promise<void>((left) => {
        leave = left;
      }),
    );
    await before;
    return leave;
  }
}
