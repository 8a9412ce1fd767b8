import type { ScenarioPlan } from '../model/plan.js';
import type { MonitorRecord } from '../model/record.js';
import { startMonitor, type Monitor } from '../monitor/sampler.js';
import type { FlowLog } from '../stats/flow-log.js';
import type { Stage } from './stage.js';

/** What ran, when, and what the machine saw of it. */
export type Watched<T> = T & { readonly startedAt: Date; readonly monitor: MonitorRecord };

interface WatchedRun<T> {
  /** Where the flows end up. */
  readonly log: Pick<FlowLog, 'ended'>;
  /** `origin`: ms of Clock.now() that the times of the record count from. */
  readonly run: (monitor: Monitor, origin: number) => Promise<T>;
}

/** Watches the processes of a stage while something runs on it. */
export async function watched<T>(
  { plan, ports, watch, table }: Stage,
  { log, run }: WatchedRun<T>,
): Promise<Watched<T>> {
  const { clock } = ports;
  const startedAt = clock.wall();
  const origin = clock.now();
  const unwatched = isWatched(plan) ? undefined : true;
  const monitor = startMonitor({ clock, table, origin, unwatched, flows: () => log.ended });
  watch.attach(monitor, clock);
  // The baseline: what service and host have used before the first flow is not the flows'.
  await monitor.sampleNow();
  const ran = await run(monitor, origin);
  watch.detach();
  return { startedAt, ...ran, monitor: await monitor.stop() };
}

/** Requests of our own to somebody else's service have no processes. */
export function isWatched({ work, services }: Pick<ScenarioPlan, 'work' | 'services'>): boolean {
  return work.kind !== 'http' || services.length > 0;
}

/**
 * Adds to what the monitor has seen what the kernel says of the largest process of all. Asked of the whole life of the
 * slots, so not where that is more than what is counted: after warm-up flows; nor on a ladder, of whose rungs it tells
 * nothing.
 */
export async function withLargestProcess(
  monitor: MonitorRecord,
  { plan, watch }: Pick<Stage, 'plan' | 'watch'>,
): Promise<MonitorRecord> {
  if (plan.warmup > 0 || plan.ladder !== undefined) return monitor;
  const largestProcess = await watch.largestProcess();
  const { source, samples, processes, ...rest } = monitor;
  return { source, samples, processes, largestProcess, ...rest };
}
