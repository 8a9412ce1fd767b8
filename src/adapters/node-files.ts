import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, renameSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf, messageOf, UserError } from '../errors.js';
import type { Files } from '../ports.js';
import { isAbandoned, ownerTag } from './owner-tag.js';
import { readBelow } from './read-below.js';
import { readRegularFile } from './read-file.js';
import { removeTree } from './remove-tree.js';

function isMissing(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(thrown) ?? '');
}

async function unlessMissing<T, M>(reading: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await reading;
  } catch (thrown) {
    if (isMissing(thrown)) return missing;
    throw thrown;
  }
}

/** On a runner its own temporary folder, which it empties after the job; elsewhere the system's. */
function temporaryFolder(): { readonly path: string; readonly variable: string } {
  const { RUNNER_TEMP = '' } = process.env;
  return RUNNER_TEMP === ''
    ? { path: tmpdir(), variable: 'TMPDIR' }
    : { path: RUNNER_TEMP, variable: 'RUNNER_TEMP' };
}

/** Of temporary folders by the prefixes that they have; a saved record (`flowgate-record-`) is kept for a person. */
const STALE = /^flowgate-(?:trees-|index-)?(\d+-\d+)-[A-Za-z0-9]{6}$/;

/** Removes the temporary folders of runs that were killed. Those of other users stay, and whatever cannot be removed. */
async function removeStaleFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const [, owner] = STALE.exec(name) ?? [];
    if (owner === undefined || !isAbandoned(owner)) continue;
    const path = join(parent, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() !== true || found.uid !== (process.geteuid?.() ?? found.uid)) continue;
    await removeTree(path).catch(() => undefined);
  }
}

/** The folders for temporary files that stale ones were removed from, once a process. */
const cleared = new Set<string>();

/** Makes a folder of ours in a folder of ours; a flow may have taken the rights to it away. */
async function makeOwnFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    const parent = dirname(path);
    // Where the disk is full Node says ENOENT of a path with `recursive`; without it, it says why.
    if (codeOf(thrown) === 'ENOENT') return mkdir(path);
    if (codeOf(thrown) !== 'EACCES' || !(await lstat(parent)).isDirectory()) throw thrown;
    await chmod(parent, 0o700);
    await mkdir(path, { recursive: true });
  }
}

const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

/** Node names the path of few of these errors, and no cure. */
async function namingFullDisk(path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!FULL.includes(codeOf(thrown))) throw thrown;
    throw new Error(
      `the disk is full, or its quota is used up: ${path} cannot be written (${messageOf(thrown)}); free space there, or set TMPDIR (on a runner RUNNER_TEMP) to another disk`,
    );
  }
}

/** A folder, no link in its place, with the owner and the permissions that the folder it is in has as well. */
function isAsMade(path: string): boolean {
  const folder = lstatSync(path);
  const parent = lstatSync(dirname(path));
  return (
    folder.isDirectory() &&
    folder.mode === parent.mode &&
    folder.uid === parent.uid &&
    folder.gid === parent.gid
  );
}

export const nodeFiles: Files = {
  read: (path, most) => unlessMissing(readRegularFile(path, most), undefined),
  write: async (path, content) => {
    await namingFullDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      // Renamed into place, so that a reader (or a kill in the middle) never meets half a file. What flows could put
      // there before us, a link to elsewhere or a FIFO, is not opened: the name is new, and the file must be too.
      const partial = `${path}.${randomUUID()}.partial`;
      try {
        await writeFile(partial, content, { flag: 'wx' });
        await rename(partial, path);
      } catch (thrown) {
        await rm(partial, { force: true });
        throw thrown;
      }
    });
  },
  exists: async (path) => (await unlessMissing(stat(path), undefined)) !== undefined,
  list: (path) => unlessMissing(readdir(path), []),
  readBelow,
  makeTemporary: async (prefix) => {
    const { path, variable } = temporaryFolder();
    try {
      await mkdir(path, { recursive: true });
      if (!cleared.has(path)) await removeStaleFolders(path);
      cleared.add(path);
      return await mkdtemp(join(path, `${prefix}${ownerTag()}-`));
    } catch (thrown) {
      throw new UserError({
        where: variable,
        message: `no temporary folder can be made: ${messageOf(thrown)}; name a folder that can be written to`,
      });
    }
  },
  makeFolder: (path) => namingFullDisk(path, () => makeOwnFolder(path)),
  renameEmptyFolder: (path, to) => {
    try {
      if (!isAsMade(path) || readdirSync(path).length > 0) return false;
      renameSync(path, to);
      return true;
    } catch {
      return false;
    }
  },
  remove: async (path) => {
    // Most workspaces are empty, and this is ten times as fast; it throws for anything else.
    await rmdir(path).catch(() => removeTree(path));
  },
};
