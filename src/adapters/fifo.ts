import { execFile } from 'node:child_process';
import { closeSync, constants, existsSync, fchmodSync, fstatSync, openSync, unlinkSync } from 'node:fs';

/** A FIFO whose reading end we hold. */
export interface Fifo {
  readonly descriptor: number;
  /** Opens it from any process of the same user. */
  readonly path: string;
}

/** Paths in one call of mkfifo: far below any limit on the length of a command line. */
const MOST_AT_ONCE = 500;

/** Linux opens an unlinked file by the descriptor of a process that holds it (proc_pid_fd(5)). */
const HAS_PROC = existsSync('/proc/self/fd');

interface Wanted {
  readonly path: string;
  readonly made: () => void;
  readonly failed: (thrown: unknown) => void;
}

let wanted: Wanted[] = [];

/**
 * Makes a FIFO at a path where nothing is yet. Where there is /proc it has no name any more when this resolves: a flow
 * that writes to our folders can neither replace nor remove it.
 * @throws Error that says why, such as a full disk
 */
export async function makeFifo(path: string): Promise<Fifo> {
  await mkfifo(path);
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (!fstatSync(descriptor).isFIFO()) {
    closeSync(descriptor);
    throw new Error(`${path} was replaced by another process while it was made`);
  }
  // Not by mkfifo's -m, which needs /proc.
  fchmodSync(descriptor, 0o600);
  if (!HAS_PROC) return { descriptor, path };
  unlinkSync(path);
  return { descriptor, path: `/proc/${process.pid}/fd/${descriptor}` };
}

/** Node has no call for mkfifo(3). All that are asked for in one turn of the event loop are made by one process. */
function mkfifo(path: string): Promise<void> {
  return new Promise((made, failed) => {
    if (wanted.length === 0) setImmediate(makeWanted);
    wanted.push({ path, made, failed });
  });
}

function makeWanted(): void {
  const all = wanted;
  wanted = [];
  for (let from = 0; from < all.length; from += MOST_AT_ONCE) makeAll(all.slice(from, from + MOST_AT_ONCE));
}

function makeAll(fifos: readonly Wanted[]): void {
  const paths = fifos.map(({ path }) => path);
  execFile('mkfifo', paths, (error, _, stderr) => {
    if (error === null) for (const { made } of fifos) made();
    else {
      const missing =
        error.code === 'ENOENT' ? 'there is no program mkfifo on PATH; install coreutils' : undefined;
      const [said = ''] = stderr === '' ? [error.message] : stderr.split('\n');
      const reason = missing ?? said;
      for (const { failed } of fifos)
        failed(new Error(`cannot make the pipes for the output of flows: ${reason}`));
    }
  });
}
