import { lastPrinted, linesPrinted, normalizeMessage, oneLine } from '../lib/message.js';
import type { ErrorGroup, Excerpt, Flow } from '../model/flow.js';

const MOST_GROUPS = 20;
const MOST_FLOWS = 100;
/** Kinds that are told apart: a message made anew by every flow must not fill the memory. */
export const MOST_KINDS = 1000;
/** Characters of a sample. */
const LONGEST_SAMPLE = 500;

/** The first 20 kinds as they come, the most frequent first; the rest is one group, `others`. */
export function groupErrors(kinds: readonly ErrorGroup[]): ErrorGroup[] {
  if (kinds.length <= MOST_GROUPS) return [...kinds];
  return [...kinds.slice(0, MOST_GROUPS), others(kinds.slice(MOST_GROUPS))];
}

/** A kind of error that goes on to be counted. */
type Counting = { -readonly [Key in keyof ErrorGroup]: ErrorGroup[Key] } & { flows: number[] };

/** Errors by kind, flow by flow. */
export class ErrorKinds {
  readonly #kinds = new Map<string, Counting>();
  /** Of kinds beyond those that are told apart. */
  readonly #more: Counting = { type: 'others', count: 0, sample: 'more kinds of error', flows: [] };

  /** A flow that is ok has none. */
  add(flow: Flow): void {
    if (flow.outcome === 'ok') return;
    const { type, sample } = describe(flow);
    const kind = this.#kinds.get(type) ?? this.#newKind(flow, { type, sample });
    kind.count++;
    // Of the earliest flow, in whatever order they end: so it is the same of a run that several machines share.
    if (kind !== this.#more && flow.iteration < (kind.flows[0] ?? flow.iteration)) {
      Object.assign(kind, { sample, lines: shownLines(flow) });
    }
    addTo(kind.flows, flow.iteration);
  }

  /** There are more kinds than are told apart. */
  get isFull(): boolean {
    return this.#more.count > 0;
  }

  /** In order of appearance. */
  all(): readonly ErrorGroup[] {
    return this.#more.count > 0 ? [...this.#kinds.values(), this.#more] : [...this.#kinds.values()];
  }

  #newKind(flow: Flow, { type, sample }: Pick<ErrorGroup, 'type' | 'sample'>): Counting {
    if (this.#kinds.size >= MOST_KINDS) return this.#more;
    const kind = { type, count: 0, sample, lines: shownLines(flow), flows: [] };
    this.#kinds.set(type, kind);
    return kind;
  }
}

/** Keeps the first hundred, ascending: most flows end after those that began before them. */
function addTo(flows: number[], iteration: number): void {
  let place = flows.length;
  while (place > 0 && (flows[place - 1] as number) > iteration) place--;
  if (place < MOST_FLOWS) flows.splice(place, 0, iteration);
  if (flows.length > MOST_FLOWS) flows.pop();
}

/** All kinds, the most frequent first; at equal counts the one of the earlier flow first. */
export function byFrequency(parts: readonly (readonly ErrorGroup[])[]): ErrorGroup[] {
  const joined = new Map<string, ErrorGroup>();
  for (const kind of parts.flat()) {
    const known = joined.get(kind.type);
    const isEarlier = known === undefined || (kind.flows[0] ?? Infinity) < (known.flows[0] ?? Infinity);
    joined.set(kind.type, {
      ...(isEarlier ? kind : known),
      count: (known?.count ?? 0) + kind.count,
      flows: [...(known?.flows ?? []), ...kind.flows].sort((a, b) => a - b).slice(0, MOST_FLOWS),
    });
  }
  return [...joined.values()].sort(
    (one, other) => other.count - one.count || (one.flows[0] ?? 0) - (other.flows[0] ?? 0),
  );
}

function describe(flow: Flow): Pick<ErrorGroup, 'type' | 'sample'> {
  const message = flow.error?.message ?? WITHOUT_MESSAGE[flow.outcome];
  const printed = exitedByItself(flow) ? lastPrinted(flow) : '';
  const part = flow.part === undefined ? '' : `${flow.part}: `;
  const whole = `${part}${printed === '' ? message : `${message}: ${printed}`}`;
  const sample = oneLine(whole).slice(0, LONGEST_SAMPLE);
  // "timed out after 30 s" is our own sentence, and the same for every flow.
  if (flow.outcome === 'timed_out') return { type: sample, sample };
  const text = flow.token === '' ? whole : whole.replaceAll(flow.token, '<token>');
  return { type: normalizeMessage(text), sample };
}

function shownLines(flow: Flow): ErrorGroup['lines'] {
  const lines = linesOf(flow);
  return lines.length === 0 ? undefined : lines;
}

/** What the flow printed around that line, or the stack of what it threw. */
function linesOf(flow: Flow): readonly string[] {
  const stack = flow.error?.stack;
  return linesPrinted(stack === undefined ? flow : { stderr: excerptOf(stack) });
}

function excerptOf(head: string): Excerpt {
  return { head, tail: '', bytes: 0 };
}

const WITHOUT_MESSAGE = {
  ok: 'ok',
  failed: 'failed without a message',
  timed_out: 'timed out',
  killed: 'killed',
  dropped: 'dropped: no slot was free when it was due',
} as const satisfies globalThis.Record<Flow['outcome'], string>;

/** A command that ended with a status of its own has usually said why in its last line. */
function exitedByItself(flow: Flow): boolean {
  return flow.outcome === 'failed' && flow.error?.exitStatus !== undefined;
}

function others(kinds: readonly ErrorGroup[]): ErrorGroup {
  return {
    type: 'others',
    count: kinds.reduce((sum, kind) => sum + kind.count, 0),
    sample: `${kinds.length} more kinds of error, the first of them: ${kinds[0]?.sample ?? ''}`,
    flows: kinds.flatMap((kind) => kind.flows).slice(0, MOST_FLOWS),
  };
}
