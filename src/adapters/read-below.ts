import { constants, existsSync } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.js';
import type { FolderReading, StreamListener } from '../ports.js';

const PIECE = 64 * 1024;

interface Found {
  readonly name: string;
  /** Below the folder, with `/` between. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** A link in place of a file or folder is not followed, and nobody waits for a pipe. */
const UNFOLLOWED = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Linux resolves names in a folder that we hold, whatever stands at its path by now (proc_pid_fd(5)). */
const HAS_PROC = existsSync('/proc/self/fd');

/**
 * Reads the regular files below a folder, one after another and in order of their names, until there are too many. No
 * link is followed and nothing waited for: what is in there belongs to whoever wrote it, and may be changed meanwhile.
 */
export async function readBelow(folder: string, reading: FolderReading): Promise<boolean> {
  const room = { files: reading.maxFiles, bytes: reading.maxBytes };
  const folders = [''];
  let whole = true;
  const readOne = async (below: string): Promise<boolean> => {
    const held = await openFolder(folder, below);
    if (held === undefined) return true;
    try {
      for (const { name, path, isFolder } of await entriesOf(held.place, below)) {
        if (room.files === 0) return false;
        room.files -= 1;
        if (isFolder) folders.push(path);
        else {
          const listener = reading.open(path);
          whole = (await readFile(join(held.place, name), { listener, room })) && whole;
        }
      }
      return true;
    } finally {
      await held.handle?.close();
    }
  };
  for (let below = folders.shift(); below !== undefined; below = folders.shift()) {
    const read = await readOne(below).catch((thrown: unknown) => {
      whole &&= codeOf(thrown) === 'ENOENT';
      return true;
    });
    if (!read) return false;
  }
  return whole;
}

interface HeldFolder {
  /** None where there is no /proc. */
  readonly handle?: FileHandle;
  /** A path to it. */
  readonly place: string;
}

/** Goes down name by name, so that no part of the way can be a link; undefined if it is gone. */
async function openFolder(folder: string, below: string): Promise<HeldFolder | undefined> {
  if (!HAS_PROC) return { place: join(folder, below) };
  let held: HeldFolder | undefined;
  for (const name of ['', ...below.split('/').filter((part) => part !== '')]) {
    const path: string = held === undefined ? folder : join(held.place, name);
    const before: FileHandle | undefined = held?.handle;
    try {
      const handle = await open(path, UNFOLLOWED | constants.O_DIRECTORY);
      held = { handle, place: `/proc/self/fd/${handle.fd}` };
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw thrown;
    } finally {
      await before?.close();
    }
  }
  return held;
}

async function entriesOf(place: string, below: string): Promise<readonly Found[]> {
  const entries = await readdir(place, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => ({
      name: entry.name,
      path: below === '' ? entry.name : `${below}/${entry.name}`,
      isFolder: entry.isDirectory(),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** False if there was no room for all of it, or if it can not be read. */
async function readFile(
  path: string,
  { listener, room }: { listener: StreamListener; room: { bytes: number } },
): Promise<boolean> {
  const file = await open(path, UNFOLLOWED).catch(() => undefined);
  if (file === undefined) return false;
  try {
    // It may be a pipe or a device by now, which has no end.
    if (!(await file.stat()).isFile()) return false;
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
