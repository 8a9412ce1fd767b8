import type { Clock } from '../ports.js';

/**
 * ms between the zero of CLOCK_MONOTONIC and that of performance.now(), which runs by the same clock and is read in half
 * the time of process.hrtime.bigint().
 */
const OFFSET = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** The machine's monotonic clock (CLOCK_MONOTONIC), which all its processes share. */
export const nodeClock: Clock = {
  now: () => OFFSET + performance.now(),
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
    const timer = setTimeout(callback, ms);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};
