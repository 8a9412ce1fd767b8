import type { Flow } from '../model/record.js';
import type { ErrorGroup } from '../model/results.js';
import { lastPrinted } from './last-line.js';
import { normalizeMessage, oneLine } from './normalize-message.js';

const MOST_GROUPS = 20;
const MOST_FLOWS = 100;
/** Characters of a sample. */
const LONGEST_SAMPLE = 500;

/**
 * The errors of the flows by kind, the most frequent first; at equal counts the earlier one first. More than 20 kinds:
 * the rest is one group, `others`.
 */
export function groupErrors(flows: readonly Flow[]): ErrorGroup[] {
  const kinds = errorKinds(flows);
  if (kinds.length <= MOST_GROUPS) return kinds;
  return [...kinds.slice(0, MOST_GROUPS), others(kinds.slice(MOST_GROUPS))];
}

/** All kinds of error, however many, ordered as `groupErrors` orders them. Flows that are ok have none. */
export function errorKinds(flows: readonly Flow[]): ErrorGroup[] {
  const notOk = flows.filter((flow) => flow.outcome !== 'ok');
  if (notOk.length === 0) return [];
  // Of all flows: one that is ok may be the one whose token was seen.
  const tokens = new Set(flows.map((flow) => flow.token));
  const kinds = new Map<string, ErrorGroup>();
  for (const flow of notOk) {
    const { type, sample } = describe(flow, tokens);
    const kind = kinds.get(type) ?? { type, count: 0, sample, flows: [] };
    kind.count++;
    if (kind.flows.length < MOST_FLOWS) kind.flows.push(flow.iteration);
    kinds.set(type, kind);
  }
  // Stable: kinds that are equally frequent stay in order of their first flow.
  return [...kinds.values()].sort((one, other) => other.count - one.count);
}

function describe(flow: Flow, tokens: ReadonlySet<string>): Pick<ErrorGroup, 'type' | 'sample'> {
  const message = flow.error?.message ?? WITHOUT_MESSAGE[flow.outcome];
  const printed = exitedByItself(flow) ? lastPrinted(flow) : '';
  const whole = printed === '' ? message : `${message}: ${printed}`;
  const sample = oneLine(whole).slice(0, LONGEST_SAMPLE);
  // "timed out after 30 s" is our own sentence, and the same for every flow.
  if (flow.outcome === 'timed_out') return { type: sample, sample };
  const text = flow.token === '' ? whole : whole.replaceAll(flow.token, '<token>');
  return { type: normalizeMessage(text, tokens), sample };
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
