/** Monotonic time in ms, and everything that waits. */
export interface Clock {
  /** ms, monotonic, comparable between processes of one machine; the zero is arbitrary. */
  now(): number;
  /** ms of CPU that our own thread has used; where that cannot be told, this whole process. */
  cpuTime(): number;
  /** Wall-clock time. */
  wall(): Date;
  /** Resolves after `ms`; at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`, unless it is cancelled first. */
  timer(ms: number, callback: () => void): Timer;
  /** The same, punctual to tenths of a ms where a timer is late by a ms or two; for few at a time. */
  alarm(ms: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}
