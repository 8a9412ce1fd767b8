import type { FlowError, Outcome } from '../model/flow.js';
import type { Exit, FlowCommandEnd } from '../ports.js';
import type { FlowKilled } from './flow-kill.js';
import { failedBy, type LimitVerdict } from './confinement.js';
import type { FlowEnd } from './runner.js';

/** Exit statuses of a shell whose command was ended by a signal are 128 + its number. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
};

/** Why a flow is being ended before it ends by itself. */
export interface Ending {
  readonly outcome: Outcome;
  readonly message: string;
}

/** What was done to a flow that has ended. */
interface Doings {
  readonly ending: Ending | undefined;
  readonly killed: FlowKilled | undefined;
  readonly limits: LimitVerdict | undefined;
}

export function flowEnd(ended: FlowCommandEnd, { ending, killed, limits = {} }: Doings): FlowEnd {
  const { startedAt, runningAt, endedAt, stdout, stderr, exit } = ended;
  const common = { startedAt, endedAt, runningAt, stdout, stderr, hit: killed?.hit };
  if (ending !== undefined) {
    return { ...common, outcome: ending.outcome, error: { message: ending.message } };
  }
  if (exit.code === 0) return { ...common, outcome: 'ok' };
  if (killed !== undefined) return { ...common, outcome: 'killed', error: { message: killed.message } };
  return { ...common, ...failedBy(exitError(exit), limits) };
}

/** "exit status 3", "exit status 137 (SIGKILL)", "killed by SIGKILL". */
export function exitError({ code, signal }: Exit): FlowError {
  if (code === null) return { message: `killed by ${signal ?? 'a signal'}` };
  const name = SIGNALS[code - 128];
  return { message: `exit status ${code}${name === undefined ? '' : ` (${name})`}`, exitStatus: code };
}
