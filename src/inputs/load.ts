import type { Load } from '../model/plan.js';

export const DEFAULT_FLOWS = 10;

/** Load as one place gives it: the inputs, or a scenario of the config. */
export interface LoadWish {
  readonly flows?: number | undefined;
  readonly iterations?: number | undefined;
  /** ms */
  readonly duration?: number | undefined;
}

export type LoadResult =
  | { readonly ok: true; readonly load: Load }
  | {
      readonly ok: false;
      readonly message: string;
      readonly by: 'input' | 'config';
      readonly key: keyof LoadWish;
    };

/**
 * What is given by the inputs goes before what the config gives; iterations and duration stand for each other, so that
 * one of them in the inputs replaces the other in the config. With neither, each of the flows runs once.
 */
export function resolveLoad(input: LoadWish, config: LoadWish): LoadResult {
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

function culprit(input: LoadWish): { by: 'input' | 'config'; key: keyof LoadWish } {
  if (input.iterations !== undefined) return { by: 'input', key: 'iterations' };
  if (input.flows !== undefined) return { by: 'input', key: 'flows' };
  return { by: 'config', key: 'iterations' };
}
