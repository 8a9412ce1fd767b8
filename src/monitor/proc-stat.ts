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
