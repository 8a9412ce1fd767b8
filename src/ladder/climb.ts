import { type LoggedFlows, runFlows } from '../load/flows.js';
import type { Recorded } from '../measure/flow-log.js';
import type { Rung } from '../model/ladder.js';
import type { Load, RungPlan } from '../model/plan.js';
import { recordSoFar } from '../run/record.js';
import type { Stage } from '../run/stage.js';
import type { Monitor } from '../watch/sampler.js';
import { endingGates } from './judge.js';

/** What became of a ladder. */
export interface Climb {
  readonly rungs: readonly Rung[];
  /** What was climbed, where a gate has ended it: the scenario's load is that then. */
  readonly load?: Load;
}

/**
 * Runs one rung after another, each behind a start barrier of its own, in the slots that are there for the largest; the
 * monitor looks before and after each, so that what a rung used can be told from its neighbours'. With abort-on-fail a
 * rung that breaks a gate by its own figures is the last.
 */
export async function climb(stage: Stage, options: LoggedFlows, monitor: Monitor): Promise<Climb> {
  const { clock, halt, origin, log } = options;
  const isHalted = (): boolean => halt.aborted;
  const rungs: Rung[] = [];
  for (const load of stage.plan.ladder ?? []) {
    if (isHalted()) break;
    await monitor.sampleNow();
    const from = clock.now() - origin;
    await runFlows({ ...options, load, rung: load.flows });
    await monitor.sampleNow();
    rungs.push({ flows: load.flows, from, to: clock.now() - origin });
    if (!isHalted() && breaksGate(stage, monitor, { load, rungs, ...log.recorded() })) {
      return { rungs, load: climbed(load, log.count) };
    }
  }
  return { rungs };
}

interface SoFar extends Recorded {
  readonly load: RungPlan;
  readonly rungs: readonly Rung[];
}

function breaksGate(stage: Stage, monitor: Monitor, soFar: SoFar): boolean {
  const record = recordSoFar(stage, monitor, soFar);
  return endingGates(stage.plan.thresholds, record, soFar.load.flows).length > 0;
}

function climbed({ flows }: RungPlan, iterations: number): Load {
  return { model: 'closed', flows, iterations };
}
