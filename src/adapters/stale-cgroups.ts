import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupDoor } from './cgroup-door.js';
import { isAbandoned, ownerTag } from './owner-tag.js';

const NAME = /^flowgate-(\d+-\d+)-[0-9a-f]{8}$/;

/** For a group of ours. */
export function ownGroupName(): string {
  return `flowgate-${ownerTag()}-${randomUUID().slice(0, 8)}`;
}

/**
 * Removes what a flowgate that was ended at once (a third SIGINT, SIGKILL) has left in these folders: groups by the
 * name that ours have, whose maker is gone and in which nobody is. Others are let be; what can not be removed stays.
 */
export async function removeStaleGroups(door: CgroupDoor, parents: readonly string[]): Promise<void> {
  for (const parent of parents) {
    for (const name of entriesOf(parent).filter(isStale)) {
      const folders = emptyFolders(join(parent, name));
      // Somebody else may be at it as well, and a process may still enter: the kernel then refuses.
      if (folders !== undefined) await door.remove(folders).catch(() => undefined);
    }
  }
}

function isStale(name: string): boolean {
  const [, owner] = NAME.exec(name) ?? [];
  return owner !== undefined && isAbandoned(owner);
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
