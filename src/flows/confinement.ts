import type { FlowError, Outcome } from '../model/flow.js';
import type { Enclosure, Exit } from '../system/ports.js';

/** The limits that something of the scenario runs in. */
export interface Confinement {
  readonly enclosure: Enclosure;
  /** Begins to watch what the limits do, for one flow or the whole life of a process. */
  readonly watch: () => LimitWatch;
}

/** What the limits did to whatever ran. */
export interface LimitVerdict {
  /** "killed: out of memory, the limit is 256 MB"; undefined if nothing was killed that it did not survive. */
  readonly killed?: string;
  /** "3 forks or threads were refused, the limit is 64 processes". */
  readonly refused?: string;
}

/** To be asked once, when what ran since the watch began has ended. */
export type LimitWatch = (exit: Exit) => LimitVerdict;

export const UNTOUCHED: LimitVerdict = {};
export const UNLIMITED: LimitWatch = () => UNTOUCHED;

/** How a flow ended that is not ok: killed by a limit, or failed, perhaps for a fork that was refused. */
export function failedBy(
  error: FlowError,
  { killed, refused }: LimitVerdict,
): { readonly outcome: Outcome; readonly error: FlowError } {
  if (killed !== undefined) return { outcome: 'killed', error: { ...error, message: killed } };
  if (refused === undefined) return { outcome: 'failed', error };
  return { outcome: 'failed', error: { ...error, message: `${error.message}; ${refused}` } };
}
