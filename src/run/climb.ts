import type { Rung } from '../model/ladder.js';
import type { Load, RungPlan } from '../model/plan.js';
import type { Flow, Record } from '../model/record.js';
import type { Monitor } from '../monitor/sampler.js';
import { endingGates } from '../verdict/climb.js';
import { runFlows, type FlowsOptions } from './flows.js';
import type { Stage } from './stage.js';

/** What became of a ladder. */
export interface Climb {
  readonly flows: readonly Flow[];
  readonly rungs: readonly Rung[];
  /** What was climbed, where a gate has ended it: the scenario's load is that then. */
  readonly load?: Load;
}

/**
 * Runs one rung after another, each behind a start barrier of its own, in the slots that are there for the largest; the
 * monitor looks before and after each, so that what a rung used can be told from its neighbours'. With abort-on-fail a
 * rung that breaks a gate by its own figures is the last.
 */
export async function climb(stage: Stage, options: FlowsOptions, monitor: Monitor): Promise<Climb> {
  const { clock, halt, origin } = options;
  const isHalted = (): boolean => halt.aborted;
  const flows: Flow[] = [];
  const rungs: Rung[] = [];
  for (const load of stage.plan.ladder ?? []) {
    if (isHalted()) break;
    await monitor.sampleNow();
    const from = clock.now() - origin;
    const own = await runFlows({ ...options, load, before: flows.length });
    await monitor.sampleNow();
    for (const flow of own) flows.push({ ...flow, rung: load.flows });
    rungs.push({ flows: load.flows, from, to: clock.now() - origin });
    if (!isHalted() && breaksGate(stage, monitor, { load, flows, rungs })) {
      return { flows, rungs, load: climbed(load, flows.length) };
    }
  }
  return { flows, rungs };
}

interface SoFar {
  readonly load: RungPlan;
  readonly flows: readonly Flow[];
  readonly rungs: readonly Rung[];
}

function breaksGate(
  { plan, environment, problems }: Stage,
  monitor: Monitor,
  { load, ...soFar }: SoFar,
): boolean {
  const record: Record = {
    ...soFar,
    scenario: plan.name,
    startedAt: '',
    load,
    timeout: plan.timeout,
    warmup: plan.warmup,
    monitor: monitor.soFar(),
    environment,
    leftovers: [],
    problems,
  };
  return endingGates(plan.thresholds, record, load.flows).length > 0;
}

function climbed({ flows }: RungPlan, iterations: number): Load {
  return { model: 'closed', flows, iterations };
}
