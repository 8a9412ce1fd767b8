import type { Clock } from '../ports.js';

const NANOSECONDS_PER_MS = 1e6;

/** The machine's monotonic clock (CLOCK_MONOTONIC), which all its processes share. */
export const nodeClock: Clock = {
  now: () => Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS,
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
