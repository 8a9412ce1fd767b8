import { readlinkSync } from 'node:fs';
import { codeOf } from '../errors.js';

/**
 * For the name of what outlives a process that is killed (a folder, a control group): says who has made it, and in which
 * pid namespace that is a process. The next run removes what belongs to nobody any more.
 */
export function ownerTag(): string {
  return `${process.pid}-${pidNamespace()}`;
}

/** The owner is gone. A pid of another namespace, a container beside ours, says nothing here: false. */
export function isAbandoned(tag: string): boolean {
  const [pid = '', namespace] = tag.split('-');
  return namespace === pidNamespace() && isGone(Number(pid));
}

/** Of another user it is refused (EPERM), and so lives. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (thrown) {
    return codeOf(thrown) === 'ESRCH';
  }
}

/** The inode of the pid namespace that we are in; 0 where there are none. */
function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
