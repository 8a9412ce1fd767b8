import { messageOf } from '../errors.js';
import type { FlowError } from '../model/flow.js';

/** Characters: what tells two errors apart stands at the beginning, and all flows of a run may throw. */
const LONGEST = { message: 1000, stack: 8000 } as const;
/** Causes of causes that are followed: they may go in a circle. */
const DEPTH = 5;

/** What a module's flow threw, bounded, with what caused it: `fetch failed (connect ECONNREFUSED 127.0.0.1:80)`. Never throws. */
export function flowErrorOf(thrown: unknown): FlowError {
  const message = saidBy(thrown);
  const cause = rootCause(thrown);
  const whole = cause === '' || message.includes(cause) ? message : `${message} (${cause})`;
  const stack = stackOf(thrown);
  return {
    message: whole === '' ? 'an error without a message' : whole.slice(0, LONGEST.message),
    stack: stack?.slice(0, LONGEST.stack),
  };
}

/** The first line; one that ends with a colon, as those of `assert` do, goes on. */
function saidBy(thrown: unknown): string {
  const text = (jsonOf(thrown) ?? messageOf(thrown)).slice(0, LONGEST.message);
  const [first = '', ...more] = text.split('\n');
  return first.trimEnd().endsWith(':') ? [first, ...more].join(' ').replace(/\s+/g, ' ').trim() : first;
}

/** Of an object that is no error: `[object Object]` would be the same for all. */
function jsonOf(thrown: unknown): string | undefined {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined;
    if ('message' in thrown && typeof thrown.message === 'string') return undefined;
    return messageOf(thrown) === '[object Object]' ? JSON.stringify(thrown) : undefined;
  } catch {
    return undefined;
  }
}

function rootCause(thrown: unknown): string {
  let last: unknown;
  let cause = causeOf(thrown);
  for (let depth = 0; cause !== undefined && depth < DEPTH; depth += 1) {
    last = cause;
    cause = causeOf(cause);
  }
  return last === undefined ? '' : saidBy(last);
}

/** An AggregateError has several, of which the first tells. */
function causeOf(thrown: unknown): unknown {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined;
    if ('cause' in thrown && thrown.cause !== undefined) return thrown.cause;
    return 'errors' in thrown && Array.isArray(thrown.errors) ? (thrown.errors as unknown[])[0] : undefined;
  } catch {
    return undefined;
  }
}

/** A library may have put something else there. */
function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}
