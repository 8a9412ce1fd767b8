import { randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, rename, stat, utimes } from 'node:fs/promises';
import { constants } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { PreparedTrees } from '../ports/git.js';
import { removeTree } from './remove-tree.js';

/** The oldest of more are removed. */
const MOST = 8;

/** As the cache's own folders are called: whatever else is in its folder is let be. */
const KEY = /^[0-9a-f]{40}$/;

/** Ends the name of one that is written or removed right now, or was when its run was killed. */
const PARTIAL = '.partial';
const PARTIAL_NAME = /^[0-9a-f]{40}\..+\.partial$/;
/** ms: nobody writes to it any more. */
const ABANDONED = 60 * 60_000;

/** A tree's place in its repository, which is its own. */
const GIT = '.git';

/** XDG_CACHE_HOME (XDG Base Directory Specification), or ~/.cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME = '' } = env;
  return join(XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : XDG_CACHE_HOME, 'flowgate', 'trees');
}

/** Copies of trees in folders of the user's own, which nobody else can write to. */
export function preparedTrees(folder: string = cacheFolder()): PreparedTrees {
  return {
    take: async (key, into, signal) => {
      let taken = false;
      try {
        taken = await copyWhole(join(folder, key), into, signal);
      } finally {
        // Who is aborted is in a hurry, and removing takes as long as copying.
        if (!taken && signal?.aborted !== true) await emptyTree(into);
      }
      return taken;
    },
    keep: async (key, tree, signal) => {
      const kept = join(folder, key);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Another job may be copying from it, and it is the same.
      if ((await inodeOf(kept)) === undefined) await copyInto(kept, tree, signal);
      await makeRoom(folder);
    },
  };
}

/** Whether there was one, and it was there to the end: what another job removes goes as a whole, by another name. */
async function copyWhole(kept: string, into: string, signal?: AbortSignal): Promise<boolean> {
  const found = await inodeOf(kept);
  if (found === undefined) return false;
  await touch(kept);
  try {
    await copyTree(kept, into, signal);
  } catch (thrown) {
    if (isGone(thrown)) return false;
    throw thrown;
  }
  return (await inodeOf(kept)) === found;
}

/** Renamed into place, so that nobody meets half a tree. */
async function copyInto(kept: string, tree: string, signal?: AbortSignal): Promise<void> {
  const partial = partialOf(kept);
  try {
    await copyTree(tree, partial, signal);
    await touch(partial);
    await rename(partial, kept).catch(async (thrown: unknown) => {
      // Another job was faster.
      if ((await inodeOf(kept)) === undefined) throw thrown;
    });
  } finally {
    // What is left half written is removed by a later run.
    if (signal?.aborted !== true) await removeTree(partial);
  }
}

/** What a tree is called while it is written or removed: two containers share a cache, and numbers of processes. */
function partialOf(kept: string): string {
  return `${kept}.${randomUUID()}${PARTIAL}`;
}

async function inodeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.ino;
}

function isGone(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

/** Everything but `.git`, by reference where the file system can; times too, for tools that go by them. */
async function copyTree(from: string, to: string, signal?: AbortSignal): Promise<void> {
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => {
      signal?.throwIfAborted();
      return !(basename(path) === GIT && path === join(from, GIT));
    },
  });
}

async function emptyTree(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name !== GIT) await removeTree(join(folder, name));
  }
}

/** By the folder's time it is known which one was used last. */
async function touch(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
}

/** Removes the oldest trees of too many, and what killed runs have left half written or half removed. */
async function makeRoom(folder: string): Promise<void> {
  const kept = await aged(folder, (name) => KEY.test(name));
  for (const { path } of kept.slice(MOST)) {
    const going = partialOf(path);
    await rename(path, going)
      .then(() => removeTree(going))
      .catch(ignore);
  }
  const partial = await aged(folder, (name) => PARTIAL_NAME.test(name));
  for (const { path, at } of partial) {
    if (Date.now() - at > ABANDONED) await removeTree(path).catch(ignore);
  }
}

/** The newest first; what another job has removed by now is none. */
async function aged(
  folder: string,
  isMeant: (name: string) => boolean,
): Promise<readonly { readonly path: string; readonly at: number }[]> {
  const each = (await readdir(folder)).filter(isMeant).map(async (name) => {
    const path = join(folder, name);
    const found = await stat(path).catch(ignore);
    return found === undefined ? [] : [{ path, at: found.mtimeMs }];
  });
  return (await Promise.all(each)).flat().sort((a, b) => b.at - a.at);
}

/** Another job was faster, or what is left is removed by a later one. */
function ignore(): undefined {
  return undefined;
}
