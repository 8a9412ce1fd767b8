import { readdirSync, readFileSync } from 'node:fs';
import type { Descriptors } from './descriptors.js';
import { type MachineUnits, parseSchedstat } from './parse.js';

/** What all members are read with. */
export interface ProcReader {
  readonly descriptors: Descriptors;
  /** Reused for every read. */
  readonly buffer: Buffer;
  readonly units: MachineUnits;
  /** This time CPU is read thread by thread. */
  careful: boolean;
  /** Reads so far. */
  reads: number;
  /** When this process itself was started, in ticks after boot: about 0 on the clock below. */
  startTime: number;
  /** ms, monotonic. */
  now(): number;
}

/** ms of CPU by thread; empty where the kernel does not tell it, or the process is gone. */
export function timesOfThreads(pid: number): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const thread of threadsOf(pid)) {
    const text = readOrUndefined(`/proc/${pid}/task/${thread}/schedstat`)?.toString('latin1');
    const time = text === undefined ? undefined : parseSchedstat(text);
    if (time !== undefined) times.set(thread, time);
  }
  return times;
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The whole file; undefined if it is gone or not ours to read. */
export function readOrUndefined(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
