import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../errors.js';
import type { CgroupDoor } from './cgroup-door.js';

const NAME = /^flowgate-(\d+)-(\d+)-[0-9a-f]{8}$/;

/** For a group of ours: says who has made it, and in which pid namespace that is a process. */
export function ownGroupName(): string {
  return `flowgate-${process.pid}-${pidNamespace() ?? 0}-${randomUUID().slice(0, 8)}`;
}

/**
 * Removes what a flowgate that was ended at once (a third SIGINT, SIGKILL) has left in these folders: groups by the
 * name that ours have, whose maker is gone and in which nobody is. Others are let be; what can not be removed stays.
 */
export async function removeStaleGroups(door: CgroupDoor, parents: readonly string[]): Promise<void> {
  for (const parent of parents) {
    for (const name of entriesOf(parent).filter(isAbandoned)) {
      const folders = emptyFolders(join(parent, name));
      // Somebody else may be at it as well, and a process may still enter: the kernel then refuses.
      if (folders !== undefined) await door.remove(folders).catch(() => undefined);
    }
  }
}

/** A pid of another namespace, a container beside ours, is somebody else here or nobody: nothing can be said of it. */
function isAbandoned(name: string): boolean {
  const [, pid, namespace] = NAME.exec(name) ?? [];
  return pid !== undefined && namespace === pidNamespace() && isGone(Number(pid));
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

/** The inode of the pid namespace that we are in; undefined without /proc. */
function pidNamespace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
}

/** A group and those in it, deepest first; undefined if somebody is in one of them, or if that can not be seen. */
function emptyFolders(group: string): readonly string[] | undefined {
  try {
    if (readFileSync(join(group, 'cgroup.procs'), 'utf8') !== '') return undefined;
    const inside = foldersIn(group).map((name) => emptyFolders(join(group, name)));
    const empty = inside.filter((folders) => folders !== undefined);
    return empty.length === inside.length ? [...empty.flat(), group] : undefined;
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return foldersIn(folder);
  } catch {
    return [];
  }
}

function foldersIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
