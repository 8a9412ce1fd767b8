import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.js';
import type { FolderReading, StreamListener } from '../ports.js';

const PIECE = 64 * 1024;

interface Found {
  /** Below the folder, with `/` between. */
  readonly path: string;
  readonly isFolder: boolean;
}

/**
 * Reads the regular files below a folder, one after another and in order of their names, until there are too many. No
 * link is followed and nothing waited for: what is in there belongs to whoever wrote it.
 */
export async function readBelow(folder: string, reading: FolderReading): Promise<boolean> {
  const room = { files: reading.maxFiles, bytes: reading.maxBytes };
  const folders = [''];
  let whole = true;
  for (let below = folders.shift(); below !== undefined; below = folders.shift()) {
    const found = await entriesOf(folder, below);
    whole &&= found !== undefined;
    for (const { path, isFolder } of found ?? []) {
      if (room.files === 0) return false;
      room.files -= 1;
      if (isFolder) folders.push(path);
      else whole = (await readFile(join(folder, path), { listener: reading.open(path), room })) && whole;
    }
  }
  return whole;
}

/** Undefined if it can not be read; empty if it is gone. */
async function entriesOf(folder: string, below: string): Promise<readonly Found[] | undefined> {
  try {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => ({
        path: below === '' ? entry.name : `${below}/${entry.name}`,
        isFolder: entry.isDirectory(),
      }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  } catch (thrown) {
    return codeOf(thrown) === 'ENOENT' ? [] : undefined;
  }
}

/** False if there was no room for all of it, or if it can not be read. */
async function readFile(
  path: string,
  { listener, room }: { listener: StreamListener; room: { bytes: number } },
): Promise<boolean> {
  // Should it have become a link or a pipe meanwhile, it is not opened, or not waited for.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (file === undefined) return false;
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    while (room.bytes > 0) {
      const { bytesRead } = await file.read(piece, 0, Math.min(PIECE, room.bytes));
      if (bytesRead === 0) return true;
      room.bytes -= bytesRead;
      listener.data(piece.subarray(0, bytesRead));
    }
    listener.missed(0);
    return false;
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
