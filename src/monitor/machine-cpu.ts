import type { MachineCpu } from '../ports/machine-state.js';

/** Columns of the line `cpu`: user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of user. */
const COLUMNS = 8;
const STEAL = 7;

/** The line `cpu` of /proc/stat (proc_stat(5)), in ticks; undefined if it is another text, or the kernel tells no steal. */
export function parseMachineCpu(stat: string): MachineCpu | undefined {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1];
  const ticks = (line ?? '').split(/\s+/).slice(0, COLUMNS).map(Number);
  const stolen = ticks[STEAL];
  if (stolen === undefined || !ticks.every(Number.isFinite)) return undefined;
  return { total: ticks.reduce((sum, tick) => sum + tick, 0), stolen };
}

/** Share of the machine that others were given between two readings, 0…1; undefined where it can not be told. */
export function stealBetween(
  before: MachineCpu | undefined,
  after: MachineCpu | undefined,
): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const total = after.total - before.total;
  // Shorter than a tick: nothing can be told.
  return total > 0 ? Math.max(0, after.stolen - before.stolen) / total : undefined;
}
