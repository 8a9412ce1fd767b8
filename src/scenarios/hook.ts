import type { Excerpt } from '../model/flow.js';
import type { Clock, CommandSpec, Spawner } from '../ports.js';
import { exitError } from './command-end.js';
import { inTime, openDeadline } from './deadline.js';
import { lastPrinted } from '../stats/last-line.js';

/** Nothing around the flows may hang the job for hours. ms. */
export const HOOK_TIMEOUT = 10 * 60_000;

export interface HookPorts {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
  /** ms that the hook still has after an interrupt; none if left out. */
  readonly afterInterrupt?: number;
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

/** Runs a setup, verify or teardown command to its end; when it takes too long its process group is killed. */
export async function runHook(
  spec: CommandSpec,
  { spawner, clock, interrupt, afterInterrupt = 0 }: HookPorts,
): Promise<HookEnd> {
  const running = spawner.spawn(spec);
  const deadline = openDeadline({ clock, interrupt, limit: HOOK_TIMEOUT, afterInterrupt });
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
