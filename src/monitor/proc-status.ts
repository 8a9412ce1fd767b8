/** Bytes, from /proc/PID/status; everything else in there is in /proc/PID/stat as well. */
interface StatusMemory {
  readonly memory: number;
  /** High-water mark of the resident set since the last exec. */
  readonly peakMemory: number;
}

const SPACE = 0x20;
const TAB = 0x09;
const ZERO = 0x30;
const NINE = 0x39;
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
