import type { TokensSeen } from '../model/checks.js';
import type { RetryPlan } from '../model/plan.js';
import type { Clock } from '../system/ports.js';
import { addedUp } from './reported.js';
import type { FlowEnd, FlowRunner, FlowStart } from './runner.js';

interface RetryingOptions {
  /** Undefined for a flow that is not tried again. */
  readonly retriesOf: (start: FlowStart) => RetryPlan | undefined;
  readonly clock: Clock;
  /** Once it is aborted nothing is tried again. */
  readonly halt: AbortSignal;
}

/**
 * A runner whose flows are tried again when they fail or time out. A flow is all of its attempts and the waits between
 * them: it starts with the first, in the same slot and workspace and with the same token, and ends as the last does.
 */
export function retrying(runner: FlowRunner, options: RetryingOptions): FlowRunner {
  const attempt = (start: FlowStart): Promise<FlowEnd> => runner.release([start])[0] as Promise<FlowEnd>;
  return {
    release: (starts) =>
      runner.release(starts).map((first, index) => {
        const start = starts[index] as FlowStart;
        const retries = options.retriesOf(start);
        return retries === undefined ? first : lastOf(first, () => attempt(start), { ...options, retries });
      }),
    endAll: (reason) => {
      runner.endAll(reason);
    },
    settle: () => runner.settle(),
    close: () => runner.close(),
    broken: runner.broken,
  };
}

async function lastOf(
  first: Promise<FlowEnd>,
  again: () => Promise<FlowEnd>,
  { retries, clock, halt }: Omit<RetryingOptions, 'retriesOf'> & { readonly retries: RetryPlan },
): Promise<FlowEnd> {
  const { startedAt, runningAt, ...rest } = await first;
  let end: FlowEnd = { startedAt, ...rest };
  let attempts = 1;
  for (let wait = retries.backoff; attempts <= retries.times && isWorthAnother(end); wait *= 2) {
    await clock.sleep(wait, halt);
    if (halt.aborted) break;
    end = joined(end, await again());
    attempts += 1;
  }
  return {
    ...end,
    startedAt,
    ...(runningAt === undefined ? {} : { runningAt }),
    ...(attempts === 1 ? {} : { attempts }),
  };
}

/** What was killed was meant to be. */
function isWorthAnother({ outcome }: FlowEnd): boolean {
  return outcome === 'failed' || outcome === 'timed_out';
}

/**
 * The later attempt tells, but for what its connection carried, what it reported and what it saw, which is of both, and a
 * hit of the earlier.
 */
function joined(earlier: FlowEnd, later: FlowEnd): FlowEnd {
  const { bytesIn, bytesOut } = later;
  const resent = (earlier.resent ?? 0) + (later.resent ?? 0);
  const metrics = addedUp([...(earlier.metrics ?? []), ...(later.metrics ?? [])]);
  const seen = seenByBoth(earlier.seen, later.seen);
  return {
    ...later,
    ...(earlier.hit === undefined ? {} : { hit: earlier.hit }),
    ...(bytesIn === undefined ? {} : { bytesIn: bytesIn + (earlier.bytesIn ?? 0) }),
    ...(bytesOut === undefined ? {} : { bytesOut: bytesOut + (earlier.bytesOut ?? 0) }),
    ...(resent === 0 ? {} : { resent }),
    ...(metrics.length === 0 ? {} : { metrics }),
    ...(seen === undefined ? {} : { seen }),
  };
}

/** Undefined if nobody looked; of an attempt that was given up nothing is known. */
function seenByBoth(earlier?: TokensSeen, later?: TokensSeen): TokensSeen | undefined {
  if (earlier === undefined || later === undefined) {
    const known = earlier ?? later;
    return known === undefined ? undefined : { ...known, missed: true };
  }
  return {
    own: earlier.own || later.own,
    others: [...earlier.others, ...later.others],
    count: earlier.count + later.count,
    missed: earlier.missed || later.missed,
  };
}
