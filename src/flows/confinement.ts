import { outOfMemory, refusedForks } from '../faults/limits/limits.js';
import type { FlowError, Outcome } from '../model/flow.js';
import type { LimitPlan, LimitSubject } from '../model/limits.js';
import type { Enclosure, Exit } from '../system/ports.js';

/** Where something of the scenario runs, and what it may use there. */
export interface Confinement {
  readonly enclosure: Enclosure;
  readonly of: Exclude<LimitSubject, 'flows'>;
  readonly limits: readonly LimitPlan[];
}

/** What the limits did to whatever ran. */
export interface LimitVerdict {
  /** "killed: out of memory, the limit is 256 MB"; undefined if nothing was killed that it did not survive. */
  readonly killed?: string;
  /** "3 forks or threads were refused, the limit is 64 processes". */
  readonly refused?: string;
}

export type LimitWatch = (exit: Exit) => LimitVerdict;

const UNTOUCHED: LimitVerdict = {};
const UNLIMITED: LimitWatch = () => UNTOUCHED;

/**
 * Reads the counters now; what it gives is to be asked once, when that what ran from now on has ended. Counters are
 * read only where a limit can kill or refuse: a reading costs some 50 µs.
 */
export function watchLimits(confinement: Confinement | undefined): LimitWatch {
  if (confinement === undefined || !canStrike(confinement)) return UNLIMITED;
  const { enclosure, of, limits } = confinement;
  const before = enclosure.counters();
  if (before === undefined) return UNLIMITED;
  return (exit) => {
    const after = enclosure.counters();
    if (exit.code === 0 || after === undefined) return UNTOUCHED;
    const evidence = { before, after, exit, of, limits };
    const killed = outOfMemory(evidence);
    const refused = refusedForks(evidence);
    return { killed, refused };
  };
}

function canStrike({ of, limits }: Confinement): boolean {
  const binding = limits.filter((each) => (each.of === 'service') === (of === 'service'));
  return binding.some(({ memory, processes }) => memory !== undefined || processes !== undefined);
}

/** How a flow ended that is not ok: killed by a limit, or failed, perhaps for a fork that was refused. */
export function failedBy(
  error: FlowError,
  { killed, refused }: LimitVerdict,
): { readonly outcome: Outcome; readonly error: FlowError } {
  if (killed !== undefined) return { outcome: 'killed', error: { ...error, message: killed } };
  if (refused === undefined) return { outcome: 'failed', error };
  return { outcome: 'failed', error: { ...error, message: `${error.message}; ${refused}` } };
}
