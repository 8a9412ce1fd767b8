import type { Excerpt } from '../model/record.js';
import type { Clock, CommandSpec, Spawner } from '../ports.js';
import { exitError } from './command.js';
import { lastPrinted } from '../stats/last-line.js';

/** Nothing around the flows may hang the job for hours. ms. */
export const HOOK_TIMEOUT = 10 * 60_000;

export interface HookPorts {
  readonly spawner: Spawner;
  readonly clock: Clock;
  /** Ends the hook early. */
  readonly interrupt?: AbortSignal;
}

export interface HookEnd {
  readonly ok: boolean;
  /** "exit status 3: stock is negative", empty if it was ok. */
  readonly message: string;
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
}

/** Runs a setup, verify or teardown command to its end; past `timeout` ms its process group is killed. */
export async function runHook(
  spec: CommandSpec,
  { spawner, clock, interrupt }: HookPorts,
  timeout: number = HOOK_TIMEOUT,
): Promise<HookEnd> {
  const running = spawner.spawn(spec);
  let ending: string | undefined;
  const end = (reason: string) => (): void => {
    ending ??= reason;
    running.kill('SIGKILL');
  };
  const timer = clock.timer(timeout, end(`timed out after ${timeout / 1000} s`));
  const onInterrupt = end('interrupted');
  interrupt?.addEventListener('abort', onInterrupt, { once: true });
  const exit = await running.exited;
  timer.cancel();
  interrupt?.removeEventListener('abort', onInterrupt);
  const stdout = running.stdout();
  const stderr = running.stderr();
  if (exit.code === 0 && ending === undefined) return { ok: true, message: '', stdout, stderr };
  const said = lastPrinted({ stdout, stderr });
  const message = `${ending ?? exitError(exit).message}${said === '' ? '' : `: ${said}`}`;
  return { ok: false, message, stdout, stderr };
}
