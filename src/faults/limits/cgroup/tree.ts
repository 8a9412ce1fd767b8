import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, messageOf } from '../../../lib/errors.js';
import type { ReadGroupFile } from '../../../system/cgroup.js';
import { readText } from '../../../system/files.js';
import { killPids } from '../../../system/processes.js';
import { isAbandoned, ownerTag } from '../../../system/remove-tree.js';
import type { GroupPlan } from '../request.js';
import type { CgroupDoor, CgroupStep } from './door.js';
import { type GroupResource, settingsFor } from './files.js';

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

/** A hierarchy in which a group of ours is made: the only one of v2, or one of several of v1. */
export interface Hierarchy {
  readonly version: 'v1' | 'v2';
  /** Folder of the group to make ours in. */
  readonly parent: string;
  /** What groups of this hierarchy can limit. */
  readonly resources: readonly GroupResource[];
  /** v2: controllers to hand on from our group to those in it. */
  readonly controllers: readonly string[];
}

/** ms between two tries to remove a group whose processes are still ending, and for all of them. */
const RETRY = 20;
const PATIENCE = 5000;

/** The groups of one run, the same in every hierarchy. */
export class CgroupTree {
  readonly #door: CgroupDoor;
  readonly #roots: readonly (Hierarchy & { readonly root: string })[];

  constructor(door: CgroupDoor, hierarchies: readonly Hierarchy[]) {
    const name = ownGroupName();
    this.#door = door;
    this.#roots = hierarchies.map((each) => ({ ...each, root: join(each.parent, name) }));
  }

  /** Makes all groups and sets their limits. Rejects if one can not be; what was made is then removed. */
  async make(groups: readonly GroupPlan[]): Promise<void> {
    try {
      for (const root of this.#roots) await this.#door.apply(stepsFor(root, groups));
    } catch (thrown) {
      await this.remove();
      throw thrown;
    }
  }

  /** Commands of a shell that enter a group, given by its path below ours. */
  enter(path: string): readonly string[] {
    return this.#door.enter(this.#roots.map(({ root }) => join(root, path, 'cgroup.procs')));
  }

  /** Reads files of a group by name, whichever hierarchy has them. */
  reader(path: string): ReadGroupFile {
    return (name) => {
      for (const { root } of this.#roots) {
        const text = readText(join(root, path, name));
        if (text !== undefined) return text;
      }
      return undefined;
    };
  }

  /** Kills whoever is in the groups and removes them; resolves to what could not be removed. */
  async remove(): Promise<readonly string[]> {
    const deadline = Date.now() + PATIENCE;
    let left = await this.#removeOnce();
    while (left.length > 0 && Date.now() < deadline) {
      await sleep(RETRY);
      left = await this.#removeOnce();
    }
    return left;
  }

  async #removeOnce(): Promise<readonly string[]> {
    const left: string[] = [];
    for (const { root } of this.#roots) {
      try {
        const folders = foldersBelow(root);
        await this.#endProcesses(root, folders);
        await this.#door.remove(folders);
      } catch (thrown) {
        left.push(`the control group ${root} could not be removed: ${messageOf(thrown)}`);
      }
    }
    return left;
  }

  /** cgroup.kill (Linux 5.14) reaches all at once; without it nobody may fork any more, and all are killed singly. */
  async #endProcesses(root: string, folders: readonly string[]): Promise<void> {
    if (folders.every((folder) => pidsIn(folder).length === 0)) return;
    const whole = join(root, 'cgroup.kill');
    const files = folders.map((folder) => ({ file: join(folder, 'pids.max'), value: '0', optional: true }));
    await this.#door.apply(existsSync(whole) ? [{ file: whole, value: '1' }] : files);
    killPids(folders.flatMap(pidsIn));
  }
}

function stepsFor(root: Hierarchy & { readonly root: string }, groups: readonly GroupPlan[]): CgroupStep[] {
  const handOn = (folder: string): CgroupStep[] =>
    root.version === 'v1' || root.controllers.length === 0
      ? []
      : [
          {
            file: join(folder, 'cgroup.subtree_control'),
            value: root.controllers.map((name) => `+${name}`).join(' '),
          },
        ];
  const ofGroup = ({ path, limits, leaf }: GroupPlan): CgroupStep[] => {
    const folder = join(root.root, path);
    const settings = root.resources.flatMap((resource) => settingsFor(root.version, resource, limits));
    return [
      { make: folder },
      ...settings.map((setting) => ({ ...setting, file: join(folder, setting.file) })),
      ...(leaf ? [] : handOn(folder)),
    ];
  };
  return [{ make: root.root }, ...handOn(root.root), ...groups.flatMap(ofGroup)];
}

/** Deepest first, itself last: flows may have made groups of their own. Empty if it is gone. */
function foldersBelow(root: string): string[] {
  try {
    const inside = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...inside.flatMap(({ name }) => foldersBelow(join(root, name))), root];
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}

/** A process of another pid namespace is read as 0, which for kill would mean ourselves. */
function pidsIn(folder: string): readonly number[] {
  const lines = (readText(join(folder, 'cgroup.procs')) ?? '').split('\n');
  return lines.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
}
