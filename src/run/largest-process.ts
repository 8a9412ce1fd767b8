import type { MonitorRecord } from '../model/record.js';
import type { ScenarioPlan } from '../model/plan.js';
import type { FlowRunner } from '../scenarios/runner.js';

/**
 * Adds to what the monitor has seen what the kernel says of the largest process of all. Asked of the whole life of the
 * slots, so not where that is more than what is counted: after warm-up flows; nor on a ladder, of whose rungs it tells
 * nothing.
 */
export async function withLargestProcess(
  monitor: MonitorRecord,
  { runner, plan }: { runner: FlowRunner; plan: ScenarioPlan },
): Promise<MonitorRecord> {
  if (plan.warmup > 0 || plan.ladder !== undefined) return monitor;
  const largestProcess = await runner.largestProcess?.();
  const { source, samples, processes, ...rest } = monitor;
  return { source, samples, processes, largestProcess, ...rest };
}
