/** /proc/PID/stat of Linux, proc_pid_stat(5). Ticks and pages are as the kernel counts them. */
export interface ProcStat {
  /** The kernel's name of the process: at most 15 bytes, of any kind. */
  readonly command: string;
  /** One letter: R running, S sleeping, Z ended and not yet waited for … */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Page faults, minor and major, of all its threads: its memory can not grow without one. */
  readonly faults: number;
  /** The same of the children that it has waited for: it rises with each of them. */
  readonly childFaults: number;
  /** Ticks of its own, user and system, and of the children that it has waited for. */
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly childUserTicks: number;
  readonly childSystemTicks: number;
  readonly threads: number;
  /** Ticks after boot. */
  readonly startTime: number;
  /** Bytes of address space. */
  readonly virtualSize: number;
  readonly residentPages: number;
  /** Address of its environment: another one after exec. 0 if we may not look. */
  readonly environStart: number;
}

const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_A = 0x41;
/** Fields after the command: state (3) to exit_code (52) in the numbering of proc_pid_stat(5). */
const FIELDS = 50;
/** env_start came with Linux 3.5; all that we need before it has been there since 2.6. */
const FIELDS_NEEDED = 22;

/**
 * Parses the first `length` bytes of a stat file; undefined if they are none.
 * The command may hold spaces and parentheses, so the numbers start after the *last* closing one. The bytes are read
 * as they are: a string and its split would cost more than the system call.
 */
export function parseStat(bytes: Buffer, length: number): ProcStat | undefined {
  const opening = bytes.indexOf('(');
  const closing = bytes.lastIndexOf(')', length - 1);
  if (opening < 0 || closing < opening || closing >= length) return undefined;
  const fields = parseNumbers(bytes, closing + 4, length);
  if (fields.length < FIELDS_NEEDED - 1) return undefined;
  /** By the number of proc_pid_stat(5); 4 is the first number after the state. */
  const field = (number: number): number => fields[number - 4] ?? 0;
  return {
    command: bytes.toString('utf8', opening + 1, closing),
    state: String.fromCharCode(bytes[closing + 2] ?? LETTER_A),
    parent: field(4),
    group: field(5),
    session: field(6),
    faults: field(10) + field(12),
    childFaults: field(11) + field(13),
    userTicks: field(14),
    systemTicks: field(15),
    childUserTicks: field(16),
    childSystemTicks: field(17),
    threads: field(20),
    startTime: field(22),
    virtualSize: field(23),
    residentPages: field(24),
    environStart: field(50),
  };
}

/** Decimal numbers between spaces; addresses above 2^53 lose their last digits, and none of those is used. */
function parseNumbers(bytes: Buffer, from: number, to: number): readonly number[] {
  const numbers: number[] = [];
  let value = 0;
  let sign = 1;
  let digits = false;
  for (let index = from; index < to && numbers.length < FIELDS; index++) {
    const byte = bytes[index] ?? SPACE;
    if (byte >= ZERO && byte <= NINE) {
      value = value * 10 + byte - ZERO;
      digits = true;
      continue;
    }
    if (digits) numbers.push(sign * value);
    value = 0;
    digits = false;
    sign = byte === MINUS ? -1 : 1;
  }
  if (digits && numbers.length < FIELDS) numbers.push(sign * value);
  return numbers;
}

/** Bytes, from /proc/PID/status; everything else in there is in /proc/PID/stat as well. */
interface StatusMemory {
  readonly memory: number;
  /** High-water mark of the resident set since the last exec. */
  readonly peakMemory: number;
}
const TAB = 0x09;
/** The kernel writes kB and means 1024 bytes. */
const KIB = 1024;

/**
 * VmRSS and VmHWM of the first `length` bytes of a status file, proc_pid_status(5); undefined for a process that has
 * no memory: a zombie, a kernel thread.
 */
export function parseStatusMemory(bytes: Buffer, length: number): StatusMemory | undefined {
  const text = bytes.subarray(0, length);
  const peak = numberAfter(text, '\nVmHWM:');
  const memory = numberAfter(text, '\nVmRSS:');
  return peak === undefined || memory === undefined
    ? undefined
    : { memory: memory * KIB, peakMemory: peak * KIB };
}

function numberAfter(bytes: Buffer, key: string): number | undefined {
  const start = bytes.indexOf(key, 0, 'latin1');
  if (start < 0) return undefined;
  let index = start + key.length;
  while (bytes[index] === SPACE || bytes[index] === TAB) index++;
  let value: number | undefined;
  for (; ; index++) {
    const byte = bytes[index] ?? 0;
    if (byte < ZERO || byte > NINE) return value;
    value = (value ?? 0) * 10 + byte - ZERO;
  }
}

/** The smaller files of /proc. */

const MOST_OF_A_COMMAND = 200;
const NS_PER_MS = 1e6;

/** NUL-separated arguments as one line of at most 200 characters; undefined if there are none (a zombie). */
export function parseCommandLine(bytes: Buffer): string | undefined {
  const line = bytes.toString('utf8').replace(/\0+$/, '').replaceAll('\0', ' ').trim();
  return line === '' ? undefined : line.slice(0, MOST_OF_A_COMMAND);
}

/** The program alone: `postgres` of `postgres: writer process`, and of `/usr/lib/postgresql/17/bin/postgres -D …`. */
export function parseProgram(bytes: Buffer): string | undefined {
  const [program = ''] = (parseCommandLine(bytes) ?? '').split(/\s|:(?=\s|$)/);
  return program.slice(program.lastIndexOf('/') + 1) || undefined;
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
