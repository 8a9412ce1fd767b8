import { spawnSync } from 'node:child_process';
import { codeOf } from '../lib/errors.js';

function isGone(thrown: unknown): boolean {
  return ['ESRCH', 'EPERM'].includes(codeOf(thrown) ?? '');
}

/** Windows knows no groups: the tree below a process is ended by parentage. */
function taskkill(pids: readonly number[]): void {
  if (pids.length === 0) return;
  spawnSync('taskkill', ['/T', '/F', ...pids.flatMap((pid) => ['/PID', String(pid)])], { stdio: 'ignore' });
}

/** Sends a signal to a whole process group; nothing happens if it is gone. */
export function killGroup(leader: number, signal: string): void {
  if (process.platform === 'win32') {
    taskkill([leader]);
    return;
  }
  try {
    process.kill(-leader, signal);
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown;
  }
}

/** Ends single processes for good, or sends them another signal; those that are gone are passed over. */
export function killPids(pids: readonly number[], signal = 'SIGKILL'): void {
  if (process.platform === 'win32') {
    taskkill(pids);
    return;
  }
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (thrown) {
      if (!isGone(thrown)) throw thrown;
    }
  }
}
