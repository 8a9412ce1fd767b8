import { cp, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { constants } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { PreparedTrees } from '../ports/git.js';

/** The oldest of more are removed. */
const MOST = 8;

/** As the cache's own folders are called: whatever else is in its folder is let be. */
const KEY = /^[0-9a-f]{40}$/;

/** XDG_CACHE_HOME (XDG Base Directory Specification), or ~/.cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME = '' } = env;
  return join(XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : XDG_CACHE_HOME, 'flowgate', 'trees');
}

/** Copies of trees in folders of the user's own, which nobody else can write to. */
export function preparedTrees(folder: string = cacheFolder()): PreparedTrees {
  return {
    take: async (key, into) => {
      const kept = join(folder, key);
      if ((await stat(kept).catch(() => undefined)) === undefined) return false;
      await touch(kept);
      await copyTree(kept, into);
      return true;
    },
    keep: async (key, tree) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Renamed into place, so that nobody meets half a tree.
      const partial = join(folder, `${key}.${process.pid}.partial`);
      try {
        await copyTree(tree, partial);
        await touch(partial);
        await rm(join(folder, key), { recursive: true, force: true });
        await rename(partial, join(folder, key));
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
      await makeRoom(folder);
    },
  };
}

/** Everything but `.git`, by reference where the file system can; times too, for tools that go by them. */
async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => !(basename(path) === '.git' && path === join(from, '.git')),
  });
}

/** By the folder's time it is known which one was used last. */
async function touch(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
}

async function makeRoom(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => KEY.test(name));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const oldest = aged.sort((a, b) => b.at - a.at).slice(MOST);
  for (const { name } of oldest) await rm(join(folder, name), { recursive: true, force: true });
}
