import type { Contamination } from '../model/checks.js';
import { wholeLoad, type ScenarioPlan } from '../model/plan.js';
import type { Aborted, MonitorRecord, Record, VerifyOutcome } from '../model/record.js';
import { FlowLog, type Recorded } from '../stats/flow-log.js';
import type { Climb } from './climb.js';
import type { ExecutePorts, Stage } from './stage.js';
import type { Waves } from './waves.js';

/** What the flows' part of a run leaves in the record. */
export interface Performance
  extends Partial<Climb>, Partial<Waves>, Recorded, Partial<Pick<Record, 'leftovers' | 'leftBehind'>> {
  readonly startedAt: Date;
  readonly monitor: MonitorRecord;
  readonly verify?: VerifyOutcome;
  readonly aborted?: Aborted;
  readonly contamination?: Contamination;
}

/** What interrupts a run that flowgate itself can not go on with. */
export const UNEXPECTED_FAILURE = 'an unexpected failure';

const DEFECT =
  'flowgate met an unexpected failure, a defect of its own: the log says which; please report it';

type RecordedStage = Pick<Stage, 'plan' | 'ports' | 'environment' | 'problems'> &
  Partial<Pick<Stage, 'limits'>>;

export function recordOf(
  { plan, ports, environment, problems, limits }: RecordedStage,
  performance: Performance,
): Record {
  const { startedAt, ...rest } = performance;
  return {
    scenario: plan.name,
    startedAt: startedAt.toISOString(),
    load: wholeLoad(plan),
    timeout: plan.timeout,
    warmup: plan.warmup,
    retries: plan.retries,
    rungs: plan.ladder && [],
    environment,
    leftovers: [],
    limits: limits?.record,
    problems: ports.interrupt.reason === UNEXPECTED_FAILURE ? [...problems, DEFECT] : problems,
    ...rest,
    ...(ports.interrupt.aborted ? { interrupted: String(ports.interrupt.reason) } : {}),
  };
}

/** A run that came to no flow. */
export function nothing(plan: ScenarioPlan, ports: ExecutePorts, source: string): Performance {
  const cost = { samples: 0, cpuTime: 0, duration: 0 };
  return {
    startedAt: ports.clock.wall(),
    ...logOf(plan).recorded(),
    monitor: { source, samples: [], processes: [], cost, notes: [] },
  };
}

export function logOf({ load, seed }: ScenarioPlan): FlowLog {
  return new FlowLog({ model: load.model, seed });
}
