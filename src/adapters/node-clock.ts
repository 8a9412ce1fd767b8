import { Alarms } from './alarm.js';
import type { Clock } from '../ports.js';

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
