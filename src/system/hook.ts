import { lastPrinted } from '../lib/message.js';
import type { Excerpt, FlowError } from '../model/flow.js';
import { inTime, openDeadline } from './deadline.js';
import type { Clock, CommandSpec, Exit, Spawner } from './ports.js';

/** Nothing around the flows may hang the job for hours. ms. */
export const HOOK_TIMEOUT = 10 * 60_000;

export interface HookPorts {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
  /** ms that the hook still has after an interrupt; none if left out. */
  readonly afterInterrupt?: number;
  /** ms that it may take; ten minutes if left out. */
  readonly limit?: number;
}

interface HookEnd {
  readonly ok: boolean;
  /** It took too long, or there was an interrupt. */
  readonly cut: boolean;
  /** "exit status 3: stock is negative", empty if it was ok. */
  readonly message: string;
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
}

/** Runs a before, setup, verify or teardown command to its end; when it takes too long its process group is killed. */
export async function runHook(
  spec: CommandSpec,
  { spawner, clock, interrupt, afterInterrupt = 0, limit = HOOK_TIMEOUT }: HookPorts,
): Promise<HookEnd> {
  const running = spawner.spawn(spec);
  const deadline = openDeadline({ clock, interrupt, limit, afterInterrupt });
  const end = await inTime(running.exited, deadline);
  const ending = 'late' in end ? end.late : undefined;
  if (ending !== undefined) running.kill('SIGKILL');
  const exit = await running.exited;
  const stdout = running.stdout();
  const stderr = running.stderr();
  if (exit.code === 0 && ending === undefined) return { ok: true, cut: false, message: '', stdout, stderr };
  const said = lastPrinted({ stdout, stderr });
  const message = `${ending ?? exitError(exit).message}${said === '' ? '' : `: ${said}`}`;
  return { ok: false, cut: ending !== undefined, message, stdout, stderr };
}

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

/** "exit status 3", "exit status 137 (SIGKILL)", "killed by SIGKILL". */
export function exitError({ code, signal }: Exit): FlowError {
  if (code === null) return { message: `killed by ${signal ?? 'a signal'}` };
  const name = SIGNALS[code - 128];
  return { message: `exit status ${code}${name === undefined ? '' : ` (${name})`}`, exitStatus: code };
}
