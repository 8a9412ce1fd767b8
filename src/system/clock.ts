import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from './ports.js';

/*
 * A timer of Node's is late by a ms or two: its loop counts in whole ms. A thread that does nothing but wait on a futex
 * wakes within tenths of one, and takes no CPU while it waits.
 */

/** What the thread does: it waits for the time that it was told last, or for being told another, and says when it is. */
const SLEEPER = `
const { parentPort, workerData } = require('node:worker_threads');
const told = new Int32Array(workerData, 0, 1);
const wakeAt = new Float64Array(workerData, 8, 1);
for (;;) {
  const version = Atomics.load(told, 0);
  const left = wakeAt[0] - Number(process.hrtime.bigint()) / 1e6;
  if (left > 0 && Atomics.wait(told, 0, version, left) !== 'timed-out') continue;
  parentPort.postMessage(undefined);
  Atomics.wait(told, 0, version);
}`;

interface Alarm {
  /** ms of the machine's monotonic clock. */
  readonly at: number;
  /** Rings if the thread does not: it is only being started, or it can not be. Never early, as timers can be. */
  readonly late: NodeJS.Timeout;
  readonly callback: () => void;
}

/** Calls back within tenths of a ms, by a thread that is started with the first alarm. */
export class Alarms {
  readonly #now: () => number;
  readonly #pending = new Set<Alarm>();
  readonly #shared = new SharedArrayBuffer(16);
  readonly #told = new Int32Array(this.#shared, 0, 1);
  readonly #wakeAt = new Float64Array(this.#shared, 8, 1);
  #thread: Worker | undefined;

  /** @param now the machine's monotonic clock, ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  set(ms: number, callback: () => void): Timer {
    const alarm = { at: this.#now() + ms, callback, late: setTimeout(this.#ring, Math.ceil(ms) + 1) };
    this.#pending.add(alarm);
    this.#tell();
    return {
      cancel: () => {
        this.#drop(alarm);
      },
    };
  }

  readonly #ring = (): void => {
    const now = this.#now();
    const due = [...this.#pending].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const alarm of due) {
      this.#drop(alarm);
      alarm.callback();
    }
    if (this.#pending.size > 0) this.#tell();
  };

  #drop(alarm: Alarm): void {
    clearTimeout(alarm.late);
    this.#pending.delete(alarm);
  }

  #tell(): void {
    this.#thread ??= this.#start();
    this.#wakeAt[0] = Math.min(...[...this.#pending].map(({ at }) => at));
    Atomics.add(this.#told, 0, 1);
    Atomics.notify(this.#told, 0);
  }

  #start(): Worker {
    const thread = new Worker(SLEEPER, { eval: true, workerData: this.#shared });
    thread.on('message', this.#ring);
    // Without it alarms are as late as timers are, and no worse.
    thread.on('error', () => undefined);
    thread.unref();
    return thread;
  }
}

/**
 * ms between the zero of CLOCK_MONOTONIC and that of performance.now(), which runs by the same clock and is read in half
 * the time of process.hrtime.bigint(). Of several readings the one that took the least time, as others are off by it.
 */
const OFFSET = Array.from({ length: 20 }, readOffset).reduce((best, next) =>
  next.took < best.took ? next : best,
).ms;

function readOffset(): { readonly ms: number; readonly took: number } {
  const before = Number(process.hrtime.bigint()) / 1e6;
  const own = performance.now();
  const after = Number(process.hrtime.bigint()) / 1e6;
  return { ms: (before + after) / 2 - own, took: after - before };
}

/** ms: a timer that is later than this lets what has come meanwhile be read first, for so long. */
const LATE = 250;
const TO_READ = 20;

const now = (): number => OFFSET + performance.now();

type CpuUsage = () => { readonly user: number; readonly system: number };

/** threadCpuUsage came with Node 23.9; before, threads that collect garbage are counted too. */
const { threadCpuUsage: usage = () => process.cpuUsage() } = process as { threadCpuUsage?: CpuUsage };

function cpuTime(): number {
  const { user, system } = usage();
  return (user + system) / 1000;
}

const alarms = new Alarms(now);

export const nodeClock: Clock = {
  alarm: (ms, callback) => alarms.set(ms, callback),
  now,
  cpuTime,
  wall: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake, { once: true });
    }),
  timer: (ms, callback) => {
    const due = now() + ms;
    let timer = setTimeout(() => {
      // We were stopped (SIGSTOP, a machine that slept), and Node calls timers before it reads what has come meanwhile:
      // a flow that has ended in time would be taken for one that has not.
      if (now() - due > LATE) timer = setTimeout(callback, TO_READ);
      else callback();
    }, ms);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

/** ms of wall-clock time since 1970, as others noted it, in ms of our monotonic clock. */
export function wallOnOurClock(wall: number): number {
  return wall - (performance.timeOrigin + performance.now()) + nodeClock.now();
}
