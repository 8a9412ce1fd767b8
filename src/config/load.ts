import type { Load } from '../model/plan.js';
import type { StageConfig } from './load-fields.js';

export const DEFAULT_FLOWS = 10;
/** Most in flight in the open model: so many, or what starts in so many seconds if that is more. */
const DEFAULT_MAX_FLOWS = 100;
const MAX_FLOWS_SECONDS = 2;

/** Load as one place gives it: the inputs, or a scenario of the config. */
export interface LoadWish {
  readonly flows?: number | undefined;
  readonly iterations?: number | undefined;
  /** ms */
  readonly duration?: number | undefined;
  /** Starts per second. */
  readonly rate?: number | undefined;
  readonly maxFlows?: number | undefined;
  readonly stages?: readonly StageConfig[] | undefined;
}

/** What an input can say of it too. */
export type LoadKey = Exclude<keyof LoadWish, 'stages'>;

export type LoadResult =
  | { readonly ok: true; readonly load: Load }
  | {
      readonly ok: false;
      readonly message: string;
      readonly by: 'input' | 'config';
      readonly key: LoadKey;
    };

/**
 * What is given by the inputs goes before what the config gives: a rate in the inputs makes the model open, flows or
 * iterations make it closed, else it is as the config has it.
 */
export function resolveLoad(input: LoadWish, config: LoadWish): LoadResult {
  const closed = input.flows !== undefined || input.iterations !== undefined;
  if (input.rate !== undefined || (!closed && config.rate !== undefined)) return openLoad(input, config);
  if (!closed && config.stages !== undefined) return stagedLoad(input, { ...config, stages: config.stages });
  if (input.maxFlows !== undefined) return needsOpenModel();
  return closedLoad(input, config);
}

function needsOpenModel(): LoadResult {
  const message = 'is for the open model; give a rate, or leave it out: flows is how many run at once';
  return { ok: false, message, by: 'input', key: 'maxFlows' };
}

function openLoad(input: LoadWish, config: LoadWish): LoadResult {
  const rate = input.rate ?? config.rate ?? 0;
  const duration = input.duration ?? config.duration;
  if (duration === undefined) {
    const message = 'needs duration: for how long flows are started';
    return { ok: false, message, by: input.rate === undefined ? 'config' : 'input', key: 'rate' };
  }
  const flows = input.maxFlows ?? config.maxFlows ?? defaultMaxFlows(rate);
  return { ok: true, load: { model: 'open', flows, rate, duration } };
}

function stagedLoad(input: LoadWish, config: LoadWish & { stages: readonly StageConfig[] }): LoadResult {
  if (input.duration !== undefined) {
    const message = 'the scenario has stages, which say how long they are; leave it out';
    return { ok: false, message, by: 'input', key: 'duration' };
  }
  const rates = config.stages.map((stage) => ({ ...timesOf(stage), rate: stage.rate ?? 0 }));
  if (config.stages.some(({ rate }) => rate !== undefined)) {
    const highest = Math.max(...rates.map(({ rate }) => rate));
    const flows = input.maxFlows ?? config.maxFlows ?? defaultMaxFlows(highest);
    return { ok: true, load: { model: 'open', flows, stages: rates } };
  }
  if (input.maxFlows !== undefined) return needsOpenModel();
  const stages = config.stages.map((stage) => ({ ...timesOf(stage), flows: stage.flows ?? 0 }));
  const flows = Math.max(...stages.map((stage) => stage.flows));
  return { ok: true, load: { model: 'closed', flows, stages } };
}

function timesOf({ for: duration, ramp }: StageConfig): { duration: number; ramp?: number } {
  return ramp === undefined ? { duration } : { duration, ramp };
}

/** @param rate starts per second */
function defaultMaxFlows(rate: number): number {
  return Math.max(DEFAULT_MAX_FLOWS, Math.ceil(rate * MAX_FLOWS_SECONDS));
}

/** Iterations and duration stand for each other: one of them in the inputs replaces the other in the config. */
function closedLoad(input: LoadWish, config: LoadWish): LoadResult {
  const flows = input.flows ?? config.flows ?? DEFAULT_FLOWS;
  const end = hasEnd(input) ? input : config;
  if (end.iterations === undefined && end.duration !== undefined) {
    return { ok: true, load: { model: 'closed', flows, duration: end.duration } };
  }
  const iterations = end.iterations ?? flows;
  if (iterations >= flows) return { ok: true, load: { model: 'closed', flows, iterations } };
  const shown = input.flows === undefined && config.flows === undefined ? `${flows}, the default` : flows;
  return {
    ok: false,
    message: `iterations (${iterations}) is less than flows (${shown}): never would ${flows} be in flight`,
    ...culprit(input),
  };
}

function hasEnd({ iterations, duration }: LoadWish): boolean {
  return iterations !== undefined || duration !== undefined;
}

function culprit(input: LoadWish): { by: 'input' | 'config'; key: LoadKey } {
  if (input.iterations !== undefined) return { by: 'input', key: 'iterations' };
  if (input.flows !== undefined) return { by: 'input', key: 'flows' };
  return { by: 'config', key: 'iterations' };
}
