import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
} from 'node:fs';
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf, messageOf, UserError } from '../lib/errors.js';
import { formatQuantity } from '../lib/format.js';
import { type Files, type FolderReading, SMALL_FILE, type StreamListener, type Taken } from './ports.js';
import { isAbandoned, ownerTag, removeTree } from './remove-tree.js';

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

/** Whatever is there: a flow may have put a link, a pipe or a folder in the place of the file. */
function readOwn(path: string, most: number): Taken {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, UNFOLLOWED);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return NO_FILE;
    if (stats.size > most) return { problem: `is larger than ${formatQuantity(most, 'bytes')}` };
    const bytes = Buffer.allocUnsafe(stats.size);
    return { text: bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, 0)) };
  } catch (thrown) {
    return codeOf(thrown) === 'ELOOP' ? NO_FILE : { problem: `cannot be read (${messageOf(thrown)})` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const NO_FILE: Taken = { problem: 'is no file: something else is in its place' };

export const nodeFiles: Files = {
  read: (path, most) => unlessMissing(readRegularFile(path, most), undefined),
  pieces: readPieces,
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
  changedAt: async (path) => (await unlessMissing(stat(path), undefined))?.mtimeMs,
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
  take: (path, most) => {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    const taken = readOwn(path, most);
    // Not at once: a file of some GB takes a while. A folder in its place goes with the one that it is in.
    void unlink(path).catch(() => undefined);
    return taken;
  },
  hold: async (path, content) => {
    await namingFullDisk(path, () => writeFile(path, content, { flag: 'wx', mode: 0o400 }));
    const descriptor = openSync(path, UNFOLLOWED);
    const close = (): void => {
      closeSync(descriptor);
    };
    if (!HAS_PROC) return { path, close };
    await unlink(path);
    return { path: `/proc/${process.pid}/fd/${descriptor}`, close };
  },
  remove: async (path) => {
    // Most workspaces are empty, and this is ten times as fast; it throws for anything else.
    await rmdir(path).catch(() => removeTree(path));
  },
};

/**
 * The text of a regular file of at most `most` bytes. The pull request can put anything in the place of a file: a pipe
 * would never end, a device never stop. Throws UserError for those and for a file that is too large, and Node's own
 * errors where it cannot be opened.
 */
export async function readRegularFile(path: string, most = SMALL_FILE): Promise<string> {
  const { file, size } = await openRegularFile(path);
  try {
    const bytes = size > most ? undefined : await readAtMost(file, { size, most });
    if (bytes !== undefined) return bytes.toString('utf8');
    const message = `is larger than ${formatQuantity(most, 'bytes')}, the most that is read; make it smaller`;
    throw new UserError({ file: path, message });
  } finally {
    await file.close();
  }
}

async function* readPieces(path: string): AsyncGenerator<string> {
  const { file } = await openRegularFile(path);
  try {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE);
      if (bytesRead === 0) break;
      yield decoder.decode(piece.subarray(0, bytesRead), { stream: true });
    }
    yield decoder.decode();
  } finally {
    await file.close();
  }
}

async function openRegularFile(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  // Without O_NONBLOCK (which Windows does not have: its bits are then 0) opening a pipe waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('EISDIR: is a folder'), { code: 'EISDIR' });
    if (stats.isFile()) return { file, size: stats.size };
    throw new UserError({
      file: path,
      message: 'is a pipe or a device; write a regular file in its place',
    });
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** Undefined if there is more: a file can grow while it is read. */
async function readAtMost(
  file: FileHandle,
  { size, most }: { readonly size: number; readonly most: number },
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let total = 0;
  while (total <= most) {
    // A file that keeps its size is one piece, and not copied.
    const length = pieces.length === 0 ? Math.max(size, PIECE) : PIECE;
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length);
    const [first] = pieces;
    if (bytesRead === 0) return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    pieces.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return undefined;
}

/** Text of a file of a group; undefined if it is not there, or not to be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
