import type { ScenarioResults } from '../model/results.js';
import { formatCount, formatQuantity, formatTime, plural } from '../lib/format.js';

type Load = Pick<ScenarioResults['load'], 'model' | 'flows' | 'iterations' | 'duration' | 'rate' | 'stages'>;
type Stage = NonNullable<Load['stages']>[number];

/** More stages than these are told by their range. */
const STAGES_TOLD = 4;

/**
 * The load model in words: `10 flows at once, 240 in all`; `50 flows/s for 60 s, at most 100 in flight`;
 * `10 flows at once for 30 s, then 50 for 30 s`.
 */
export function loadWords(load: Load): string {
  const limit = load.model === 'open' ? `, at most ${formatCount(load.flows)} in flight` : '';
  if (load.stages !== undefined) return `${stagesWords(load.stages)}${limit}`;
  const level = levelWords(load.rate === undefined ? { flows: load.flows } : { rate: load.rate });
  return `${level}${extentOf(load)}${limit}`;
}

function extentOf({ iterations, duration }: Load): string {
  if (iterations !== undefined) return `, ${formatCount(iterations)} in all`;
  return duration === undefined ? '' : ` for ${formatTime(duration)}`;
}

function stagesWords(stages: readonly Stage[]): string {
  if (stages.length > STAGES_TOLD) return rangeWords(stages);
  return stages
    .map((stage, index) => {
      const ramp = stage.ramp === undefined ? '' : ` (${formatTime(stage.ramp)} of them a ramp)`;
      const level = index === 0 || stage.flows === undefined ? levelWords(stage) : formatCount(stage.flows);
      return `${level} for ${formatTime(stage.duration)}${ramp}`;
    })
    .join(', then ');
}

/** `6 stages from 10 to 60 flows at once, 3 min in all`. */
function rangeWords(stages: readonly Stage[]): string {
  const ordered = stages.toSorted((one, other) => levelOf(one) - levelOf(other));
  const [least] = ordered;
  const most = ordered.at(-1);
  const from = least?.rate === undefined ? formatCount(least?.flows ?? 0) : levelWords(least);
  const length = stages.reduce((sum, { duration }) => sum + duration, 0);
  return `${formatCount(stages.length)} stages from ${from} to ${levelWords(most ?? {})}, ${formatTime(length)} in all`;
}

function levelOf({ flows, rate }: Pick<Stage, 'flows' | 'rate'>): number {
  return rate ?? flows ?? 0;
}

function levelWords({ flows, rate }: Pick<Stage, 'flows' | 'rate'>): string {
  return rate === undefined ? `${plural(flows ?? 0, 'flow')} at once` : formatQuantity(rate, 'per_second');
}
