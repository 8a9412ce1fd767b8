import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, messageOf } from '../../../lib/errors.js';
import { quote } from '../../../lib/shell.js';
import type { ReadGroupFile } from '../../../system/cgroup.js';
import { readText } from '../../../system/files.js';
import { killPids } from '../../../system/kill.js';
import { isAbandoned, ownerTag } from '../../../system/remove-tree.js';
import type { GroupPlan } from '../request.js';
import { type GroupResource, settingsFor } from './files.js';

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

/** One change below our own group. */
export type CgroupStep =
  { readonly make: string } | { readonly file: string; readonly value: string; readonly optional?: boolean };

/** How control groups are changed: with our own rights, or with root's. They are read by everybody. */
export interface CgroupDoor {
  /** In order. Rejects at the first that fails, and says which. */
  apply(steps: readonly CgroupStep[]): Promise<void>;
  /** Removes groups, in order; those that are gone are passed over. Rejects at the first that can not be. */
  remove(folders: readonly string[]): Promise<void>;
  /** Commands of a shell that put it into groups, given by their cgroup.procs. */
  enter(files: readonly string[]): readonly string[];
}

export const directDoor: CgroupDoor = {
  async apply(steps) {
    for (const step of steps) await applyDirectly(step);
  },
  async remove(folders) {
    for (const folder of folders) {
      try {
        await rmdir(folder);
      } catch (thrown) {
        if (codeOf(thrown) !== 'ENOENT') throw thrown;
      }
    }
  },
  // The kernel takes 0 for the pid of the writer, and echo is no process of its own.
  enter: (files) => files.map((file) => `echo 0 >${quote(file)}`),
};

async function applyDirectly(step: CgroupStep): Promise<void> {
  if ('make' in step) {
    await mkdir(step.make);
    return;
  }
  if (step.optional === true && !existsSync(step.file)) return;
  try {
    await writeFile(step.file, step.value, { flag: 'r+' });
  } catch (thrown) {
    if (step.optional !== true) {
      throw new Error(`${step.value} > ${step.file}: ${messageOf(thrown)}`, { cause: thrown });
    }
  }
}

/**
 * As root, by sudo without a password, as hosted runners have it. Nothing is done with it but what the steps say: one
 * shell for all of them, which gets them on standard input, so that there may be many.
 */
export const sudoDoor: CgroupDoor = {
  apply: (steps) => asRoot(steps.map(lineOf)),
  remove: (folders) => asRoot(folders.map((folder) => `[ ! -d ${quote(folder)} ] || rmdir ${quote(folder)}`)),
  // sudo moves the shell, which waits for it, and does not read what is meant for the program.
  enter: (files) => files.map((file) => `sudo -n sh -c 'echo "$1" >"$2"' sh $$ ${quote(file)} </dev/null`),
};

function lineOf(step: CgroupStep): string {
  if ('make' in step) return `mkdir ${quote(step.make)}`;
  const write = `echo ${quote(step.value)} >${quote(step.file)}`;
  return step.optional === true ? `[ ! -e ${quote(step.file)} ] || (${write}) 2>/dev/null || :` : write;
}

function asRoot(lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // Nothing of our environment, which has secrets in it, but where sudo is.
    const env = { PATH: process.env['PATH'] };
    const child = execFile('sudo', ['-n', 'sh', '-e'], { env }, (error, _, stderr) => {
      if (error === null) resolve();
      else if (error.code === 'ENOENT') reject(new Error('sudo is not installed'));
      else reject(new Error((stderr.trim() || error.message).split('\n').join('; ')));
    });
    // A sudo that refuses does not read: its exit says so, not this.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${lines.join('\n')}\n`);
  });
}

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
