import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { MARK } from '../run/identity.js';
import { Guard } from './guard.js';
import { killGroup } from './process-tree.js';

/** Leaders of the process groups that we started and that we have not seen to end. */
const living = new Set<number>();
const guard = new Guard(living);

/**
 * Starts a process of a run. Should we be killed (SIGKILL), the guard ends it. The guard learns the run's mark before
 * the process exists: even a process that was started in our last moment is found by it.
 */
export function spawnGuarded(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { readonly env: Readonly<Record<string, string>> },
): ChildProcess {
  guard.watchRun(options.env[MARK]);
  const child = spawn(program, args, options);
  const { pid } = child;
  if (pid === undefined) return child;
  living.add(pid);
  guard.watch(pid);
  child.once('exit', () => {
    living.delete(pid);
    guard.unwatch(pid);
  });
  return child;
}

/** For the last moment of our own process, however it came: what still lives would outlive us. */
export function killLiving(): void {
  for (const leader of living) killGroup(leader, 'SIGKILL');
}
