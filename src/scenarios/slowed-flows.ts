import type { Clock } from '../ports.js';
import type { FlowEnd, FlowRunner } from './runner.js';

interface SlowedOptions {
  /** 0 or more: 0.05 for 5%. */
  readonly share: number;
  readonly clock: Clock;
  /** Once it is aborted nothing is waited for. */
  readonly halt: AbortSignal;
}

/**
 * A runner whose flows take so much longer: after its last answer each waits in its slot, as if it had been answered
 * later. Only time is added, no work: nobody on the other side does more for it. A flow that failed is left alone.
 */
export function slowed(runner: FlowRunner, { share, clock, halt }: SlowedOptions): FlowRunner {
  const late = async (running: Promise<FlowEnd>): Promise<FlowEnd> => {
    const end = await running;
    const until = end.endedAt + share * (end.endedAt - end.startedAt);
    // The flow is seen to have ended a little after it has.
    if (end.outcome !== 'ok' || share === 0) return end;
    await punctual(clock, until - clock.now(), halt);
    return { ...end, endedAt: Math.max(end.endedAt, clock.now()) };
  };
  return {
    release: (starts) => runner.release(starts).map(late),
    endAll: (reason) => {
      runner.endAll(reason);
    },
    settle: () => runner.settle(),
    close: () => runner.close(),
    broken: runner.broken,
  };
}

/** A timer is late by a ms or two, which is more than a slowdown of most flows. */
function punctual(clock: Clock, ms: number, halt: AbortSignal): Promise<void> {
  if (ms <= 0 || halt.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      alarm.cancel();
      halt.removeEventListener('abort', wake);
      resolve();
    };
    const alarm = clock.alarm(ms, wake);
    halt.addEventListener('abort', wake, { once: true });
  });
}
