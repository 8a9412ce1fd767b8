import { readlinkSync } from 'node:fs';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../lib/errors.js';

/** Owner may do everything: what it takes to remove what is in a folder. */
const OPEN = 0o700;

const REFUSALS = ['EACCES', 'EPERM', 'ENOTEMPTY'];

/**
 * Removes a file or a folder with everything in it; nothing happens if it is gone. Folders that may not be read or
 * changed, as `chmod 000` leaves them and Go's module cache is, are opened first. Rejects if something is still there,
 * such as a file of another user's.
 */
export async function removeTree(path: string): Promise<void> {
  const removal = { recursive: true, force: true, maxRetries: 3 };
  try {
    await rm(path, removal);
  } catch (thrown) {
    if (!REFUSALS.includes(codeOf(thrown) ?? '')) throw thrown;
    await openFolders(path);
    await rm(path, removal);
  }
}

/** Folders only, and no link is followed: nothing outside changes. What is not ours to change stays as it is. */
async function openFolders(top: string): Promise<void> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const stat = await lstat(folder);
      if (!stat.isDirectory()) continue;
      if ((stat.mode & OPEN) !== OPEN) await chmod(folder, OPEN);
      const inside = await readdir(folder, { withFileTypes: true });
      for (const entry of inside) if (entry.isDirectory()) folders.push(join(folder, entry.name));
    } catch {
      // Gone meanwhile, or another user's: the removal says so if it matters.
    }
  }
}

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
