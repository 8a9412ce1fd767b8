import { UNEXPECTED_FAILURE } from '../lib/errors.js';
import { FlowLog, type Recorded } from '../measure/flow-log.js';
import type { ImportedRun } from '../model/imported.js';
import type { ScenarioPlan } from '../model/plan.js';
import { type MonitorRecord, type Ran, type Record, recordOf } from '../model/record.js';
import type { Monitor } from '../watch/sampler.js';
import type { ExecutePorts, Stage } from './stage.js';

/** What the flows' part of a run leaves in the record. */
export type Performance = Omit<Ran, 'startedAt' | 'environment'> & Recorded & { readonly startedAt: Date };

const DEFECT =
  'flowgate met an unexpected failure, a defect of its own: the log says which; please report it';

type RecordedStage = Pick<Stage, 'plan' | 'ports' | 'environment' | 'problems'> &
  Partial<Pick<Stage, 'limits' | 'data'>> & { readonly runtime?: string | undefined };

/** The record of a run, or of a round of it, that is over. */
export function recordOfRun(
  { plan, ports, environment, problems, limits, data, runtime }: RecordedStage,
  { startedAt, ...performance }: Performance,
): Record {
  const { interrupt } = ports;
  return recordOf(plan, {
    environment,
    limits: limits?.record,
    data: plan.data && data && { file: plan.data.name, rows: data.count, order: plan.data.order },
    runtime,
    problems: interrupt.reason === UNEXPECTED_FAILURE ? [...problems, DEFECT] : problems,
    startedAt: startedAt.toISOString(),
    ...performance,
    interrupted: interrupt.aborted ? String(interrupt.reason) : undefined,
  });
}

/** What a run under way has come to, for the gates that may end it. */
export function recordSoFar(
  { plan, environment }: Pick<Stage, 'plan' | 'environment'>,
  monitor: Monitor,
  ran: Recorded & Pick<Record, 'load' | 'rungs'>,
): Record {
  return recordOf(plan, { environment, startedAt: '', monitor: monitor.soFar(), ...ran });
}

/** A run that came to no flow. */
export function nothing(plan: ScenarioPlan, ports: ExecutePorts, source: string): Performance {
  return { startedAt: ports.clock.wall(), ...logOf(plan).recorded(), monitor: unseen(source) };
}

/** A run of another tool, as its file tells. */
export function othersRun(
  { from, tally, flows, cut, ...told }: ImportedRun,
  ports: ExecutePorts,
): Performance {
  const { stated, counted } = told;
  return {
    startedAt: ports.clock.wall(),
    tally,
    flows,
    cut,
    imported: from,
    told: { stated, counted },
    monitor: { ...unseen('none'), unwatched: true },
  };
}

function unseen(source: string): MonitorRecord {
  const cost = { samples: 0, cpuTime: 0, duration: 0 };
  return { source, samples: [], processes: [], cost, notes: [] };
}

export function logOf({ load, seed, metrics }: ScenarioPlan): FlowLog {
  return new FlowLog({ model: load.model, seed, metrics });
}
