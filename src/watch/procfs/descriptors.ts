import { closeSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../../lib/errors.js';

/** A file of /proc that is read again and again. */
export interface ProcFile {
  readonly path: string;
  descriptor?: number;
}

/** Read results that are no length. */
export const GONE = -1;
export const UNREADABLE = -2;

/** Flows need descriptors in this process too: their pipes. Three a process, so some 200 processes stay open. */
const MOST_KEPT = 600;

/**
 * Descriptors of /proc files kept open between reads: reading through one costs less than half of open, read,
 * close, and it never reads another process that got the same pid. Beyond a bound files are opened for each read.
 */
export class Descriptors {
  private readonly kept = new Set<ProcFile>();

  constructor(private most: number = MOST_KEPT) {}

  /** Bytes read from the start of the file; GONE if its process is; UNREADABLE if it can not be read now. */
  read(file: ProcFile, into: Buffer): number {
    try {
      const descriptor = file.descriptor ?? this.open(file);
      try {
        return readSync(descriptor, into, 0, into.length, 0);
      } finally {
        if (file.descriptor === undefined) closeSync(descriptor);
      }
    } catch (error) {
      this.release(file);
      return isGone(error) ? GONE : UNREADABLE;
    }
  }

  release(file: ProcFile): void {
    if (file.descriptor === undefined) return;
    closeSync(file.descriptor);
    file.descriptor = undefined;
    this.kept.delete(file);
  }

  /** Descriptors that are open now. */
  count(): number {
    return this.kept.size;
  }

  close(): void {
    for (const file of [...this.kept]) this.release(file);
  }

  private open(file: ProcFile): number {
    const descriptor = this.openOrShed(file.path);
    if (this.kept.size < this.most) {
      file.descriptor = descriptor;
      this.kept.add(file);
    }
    return descriptor;
  }

  private openOrShed(path: string): number {
    try {
      return openSync(path, 'r');
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
      // Somebody else needs them more: half of ours are given back, and as many fewer are kept from now on.
      this.most = Math.floor(this.kept.size / 2);
      for (const file of [...this.kept].slice(this.most)) this.release(file);
      return openSync(path, 'r');
    }
  }
}

/** ENOENT when it is opened, ESRCH when it is read through a descriptor: either way the process has ended. */
function isGone(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ESRCH';
}
