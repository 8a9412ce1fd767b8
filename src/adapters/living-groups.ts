import type { ChildProcess } from 'node:child_process';
import { killGroup } from './process-tree.js';

/** Leaders of the process groups that we started and that we have not seen to end. */
const living = new Set<number>();

/** Remembers a child that leads a group, for as long as it lives. */
export function enlist(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  living.add(pid);
  child.once('exit', () => living.delete(pid));
}

/** For the last moment of our own process, however it came: what still lives would outlive us. */
export function killLiving(): void {
  for (const leader of living) killGroup(leader, 'SIGKILL');
}
