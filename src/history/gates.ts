import { parseThreshold } from '../config/threshold-grammar.js';
import type { HistoryGate, Past } from '../model/history.js';
import { definitionOf, type MetricDefinition, type MetricId } from '../model/metrics.js';
import { type ScenarioPlan, wholeLoad } from '../model/plan.js';
import type { Environment } from '../model/record.js';
import type { Threshold } from '../model/threshold.js';
import { comparableTo } from './points.js';
import { trendOf } from './trend.js';

/** They do not depend on how fast the machine is, nor on how many flows it got through in a time. */
const GATED: readonly MetricId[] = [
  'success_rate',
  'peak_memory',
  'avg_memory',
  'peak_threads',
  'peak_processes',
  'peak_files',
  'memory_per_flow',
  'threads_per_flow',
];
const DIGITS = 3;

/**
 * The scenario with a threshold for each metric whose next value earlier runs predict: it must not lie beyond the
 * interval of the last level by more than the margin, for the worse. As it is without enough earlier runs.
 */
export function gatedByHistory(
  scenario: ScenarioPlan,
  { past, environment }: { readonly past?: Past; readonly environment: Environment },
): ScenarioPlan {
  const gate = past?.plan.gate;
  if (past === undefined || gate === undefined) return scenario;
  const { all } = comparableTo({ name: scenario.name, load: wholeLoad(scenario) }, past, environment);
  const gates = GATED.flatMap((id) => {
    const definition = definitionOf(id);
    const last = trendOf({ name: id, definition, now: null }, all)?.last;
    const limit = last === undefined ? undefined : limitBeyond(last, gate, definition);
    return limit === undefined ? [] : thresholdOf(`${id} ${limit}`, gate);
  });
  return { ...scenario, thresholds: [...scenario.thresholds, ...gates] };
}

/** `<= 148MB`; undefined if the last level is too short to predict anything, or nothing is worse. */
function limitBeyond(
  { low, high }: { readonly low?: number; readonly high?: number },
  { margin }: HistoryGate,
  { worse, unit }: MetricDefinition,
): string | undefined {
  const edge = worse === 'higher' ? high : low;
  const limit = edge === undefined ? 0 : edge * (worse === 'higher' ? 1 + margin : 1 - margin);
  if (limit <= 0) return undefined;
  const round = worse === 'higher' ? Math.ceil : Math.floor;
  const op = worse === 'higher' ? '<=' : '>=';
  switch (unit) {
    case 'bytes':
      return `${op} ${rounded(limit / 1e6, round)}MB`;
    case 'ratio':
      return `${op} ${rounded(limit * 100, round)}%`;
    case 'count':
    case 'ms':
    case 'per_second':
    case 'bytes_per_minute':
      return `${op} ${rounded(limit, round)}`;
  }
}

/** Away from the values, to so many digits that a reader takes in: what is shown is what decides. */
function rounded(value: number, round: (value: number) => number): number {
  const scale = 10 ** (DIGITS - 1 - Math.floor(Math.log10(value)));
  // A whole number of the scale must not be taken for a little more than itself.
  return Number((round(Number((value * scale).toPrecision(12))) / scale).toPrecision(12));
}

function thresholdOf(expression: string, { level }: HistoryGate): readonly Threshold[] {
  const parsed = parseThreshold(expression, level);
  return parsed.ok ? [{ ...parsed.threshold, origin: 'history' }] : [];
}
