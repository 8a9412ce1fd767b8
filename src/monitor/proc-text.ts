/** The smaller files of /proc. */

const MOST_OF_A_COMMAND = 200;
const NS_PER_MS = 1e6;

/** NUL-separated arguments as one line of at most 200 characters; undefined if there are none (a zombie). */
export function parseCommandLine(bytes: Buffer): string | undefined {
  const line = bytes.toString('utf8').replace(/\0+$/, '').replaceAll('\0', ' ').trim();
  return line === '' ? undefined : line.slice(0, MOST_OF_A_COMMAND);
}

/** The value of a variable in a NUL-separated environment; the first one counts, as for getenv(3). */
export function environmentValue(bytes: Buffer, name: string): string | undefined {
  const key = Buffer.from(`${name}=`);
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
    if (at > 0 && bytes[at - 1] !== 0) continue;
    const end = bytes.indexOf(0, at);
    return bytes.toString('utf8', at + key.length, end < 0 ? bytes.length : end);
  }
  return undefined;
}

/**
 * The pid that was given out last, from /proc/loadavg: as long as it is the same, no process was born, nor a thread.
 * Undefined if the text is not as expected.
 */
export function parseLastPid(loadavg: string): number | undefined {
  const last = /\s(\d+)\s*$/.exec(loadavg)?.[1];
  return last === undefined ? undefined : Number(last);
}

/** ms of CPU from /proc/PID/schedstat: its first number is ns (Documentation/scheduler/sched-stats). */
export function parseSchedstat(text: string): number | undefined {
  const ns = /^\d+/.exec(text)?.[0];
  return ns === undefined ? undefined : Number(ns) / NS_PER_MS;
}

/** What the kernel tells every program about the machine. */
export interface MachineUnits {
  /** Bytes of a page of memory. */
  readonly pageSize: number;
  /** Ticks a second in /proc/PID/stat. */
  readonly ticksPerSecond: number;
}

/** AT_PAGESZ and AT_CLKTCK of getauxval(3). */
const PAGE_SIZE = 6n;
const CLOCK_TICKS = 17n;
/**
 * For want of the auxiliary vector. USER_HZ is 100 on every architecture that Node runs on: it is fixed by the kernel's
 * interface (include/asm-generic/param.h) and has nothing to do with CONFIG_HZ; only alpha and ia64 had 1024.
 */
const USUAL: MachineUnits = { pageSize: 4096, ticksPerSecond: 100 };

/** Parses /proc/self/auxv: pairs of 64-bit words, in the machine's byte order. */
export function parseAuxiliaryVector(bytes: Buffer, littleEndian: boolean): MachineUnits {
  const found = new Map<bigint, number>();
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const word = (offset: number): bigint =>
      littleEndian ? bytes.readBigUInt64LE(at + offset) : bytes.readBigUInt64BE(at + offset);
    found.set(word(0), Number(word(8)));
  }
  return {
    pageSize: found.get(PAGE_SIZE) ?? USUAL.pageSize,
    ticksPerSecond: found.get(CLOCK_TICKS) ?? USUAL.ticksPerSecond,
  };
}
