import { lstatSync, readdirSync, renameSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf, messageOf, UserError } from '../errors.js';
import type { Files } from '../ports.js';
import { readBelow } from './read-below.js';
import { readRegularFile } from './read-file.js';

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
    await mkdir(dirname(path), { recursive: true });
    // Renamed into place, so that a reader (or a kill in the middle) never meets half a file.
    const partial = `${path}.${process.pid}.partial`;
    await writeFile(partial, content);
    await rename(partial, path);
  },
  exists: async (path) => (await unlessMissing(stat(path), undefined)) !== undefined,
  list: (path) => unlessMissing(readdir(path), []),
  readBelow,
  makeTemporary: async (prefix) => {
    const { path, variable } = temporaryFolder();
    try {
      await mkdir(path, { recursive: true });
      return await mkdtemp(join(path, prefix));
    } catch (thrown) {
      throw new UserError({
        where: variable,
        message: `no temporary folder can be made: ${messageOf(thrown)}; name a folder that can be written to`,
      });
    }
  },
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true });
  },
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
    await rmdir(path).catch(() => rm(path, { recursive: true, force: true, maxRetries: 3 }));
  },
};
