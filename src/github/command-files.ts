import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/** The files that the runner reads when the step is over, by the variables that name them. */
const NAMES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const;

type CommandFileName = (typeof NAMES)[number];

/** No link is followed, and no pipe waited for: whatever is there may have been put there by a flow. */
const WARY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface Remembered {
  readonly path: string;
  /** The only regular file that is taken for it. */
  inode: number;
  device: number;
  /** What it is to hold: what it held when we began, and what we have added. */
  content: Buffer;
  changed: boolean;
}

/**
 * The runner's command files, which belong to us alone while we run: flows are not told where they are, but can guess
 * it. What they hold is remembered from before the first flow; whatever others add, cut or put in their place is undone
 * each time that we write, and once more at the end.
 */
export class CommandFiles {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #files = new Map<CommandFileName, Remembered>();

  /** To be made before anything foreign runs. Files that are not there are left to whoever makes them. */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
    for (const name of NAMES) {
      const path = env[name] ?? '';
      const file = path === '' ? undefined : remember(path);
      if (file !== undefined) this.#files.set(name, file);
    }
  }

  /** Adds text of ours; false if the runner gave us no such file. Throws where writing to it would wait for a reader. */
  append(name: CommandFileName, text: string): boolean {
    const file = this.#files.get(name);
    if (file === undefined) {
      const path = this.#env[name] ?? '';
      if (path !== '' && attempt(() => statSync(path))?.isFIFO() === true)
        throw new Error(`${path} (${name}) is a pipe; it must be a regular file`);
      return false;
    }
    file.changed = settle(file) || file.changed;
    file.content = Buffer.concat([file.content, Buffer.from(text)]);
    settle(file);
    return true;
  }

  /** Undoes what others did to the files, all of them; says which ones they had changed since we began. */
  restore(): readonly string[] {
    const said: string[] = [];
    for (const [name, file] of this.#files) {
      try {
        file.changed = settle(file) || file.changed;
        if (file.changed)
          said.push(`a process of this run changed the file ${name} of the runner; this was undone`);
      } catch (thrown) {
        said.push(
          `a process of this run changed the file ${name} of the runner, and it could not be restored: ${String(thrown)}`,
        );
      }
    }
    return said;
  }
}

function remember(path: string): Remembered | undefined {
  const file = attempt(() => openSync(path, constants.O_RDONLY | WARY));
  if (file === undefined) return undefined;
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    return { path, inode: stat.ino, device: stat.dev, content: contentOf(file, stat.size), changed: false };
  } finally {
    closeSync(file);
  }
}

/** Makes the file what it is to be; true if it was not. */
function settle(remembered: Remembered): boolean {
  const { path, content } = remembered;
  const file = attempt(() => openSync(path, constants.O_RDWR | WARY));
  try {
    if (file !== undefined && isTheOne(file, remembered)) {
      if (fstatSync(file).size === content.length && contentOf(file, content.length).equals(content))
        return false;
      write(file, content);
      return true;
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
  replace(remembered);
  return true;
}

function isTheOne(file: number, { inode, device }: Remembered): boolean {
  const stat = fstatSync(file);
  return stat.isFile() && stat.ino === inode && stat.dev === device;
}

/** The runner goes by the path: what is there now goes, whatever it is, and a new file comes. */
function replace(remembered: Remembered): void {
  const { path, content } = remembered;
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // A folder whose content may not be removed can be moved out of the way all the same.
    renameSync(path, `${path}.${randomUUID()}`);
  }
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | WARY, 0o644);
  try {
    write(file, content);
    const stat = fstatSync(file);
    Object.assign(remembered, { inode: stat.ino, device: stat.dev });
  } finally {
    closeSync(file);
  }
}

function write(file: number, content: Buffer): void {
  ftruncateSync(file, 0);
  for (let at = 0; at < content.length;) at += writeSync(file, content, at, content.length - at, at);
}

function contentOf(file: number, size: number): Buffer {
  const content = Buffer.alloc(size);
  let read = 0;
  for (let more = -1; more !== 0 && read < size; read += more)
    more = readSync(file, content, read, size - read, read);
  return content.subarray(0, read);
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
