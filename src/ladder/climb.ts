import { type LoggedFlows, runFlows } from '../load/flows.js';
import type { Rung } from '../model/ladder.js';
import type { Load, RungPlan } from '../model/plan.js';
import type { Record } from '../model/record.js';
import type { Monitor } from '../watch/sampler.js';
import { type Climbed, endingGates } from './judge.js';

/** What became of a ladder. */
export interface Climb {
  readonly rungs: readonly Rung[];
  /** What was climbed, where a gate has ended it: the scenario's load is that then. */
  readonly load?: Load;
}

interface ClimbOptions extends Omit<Climbed, 'record'> {
  readonly monitor: Pick<Monitor, 'sampleNow'>;
  /** The record of what has run by now. */
  readonly soFar: (part: { readonly load: RungPlan; readonly rungs: readonly Rung[] }) => Record;
}

/**
 * Runs one rung after another, each behind a start barrier of its own, in the slots that are there for the largest; the
 * monitor looks before and after each, so that what a rung used can be told from its neighbours'. With abort-on-fail a
 * rung that breaks a gate by its own figures is the last.
 */
export async function climb(flows: LoggedFlows, options: ClimbOptions): Promise<Climb> {
  const { clock, halt, origin, log } = flows;
  const { plan, monitor, soFar } = options;
  const isHalted = (): boolean => halt.aborted;
  const rungs: Rung[] = [];
  for (const load of plan.ladder ?? []) {
    if (isHalted()) break;
    await monitor.sampleNow();
    const from = clock.now() - origin;
    await runFlows({ ...flows, load, rung: load.flows });
    await monitor.sampleNow();
    rungs.push({ flows: load.flows, from, to: clock.now() - origin });
    if (isHalted()) break;
    if (endingGates(load, { ...options, record: soFar({ load, rungs }) }).length > 0) {
      return { rungs, load: { model: 'closed', flows: load.flows, iterations: log.count } };
    }
  }
  return { rungs };
}
