import type { HistoryGate, Past } from '../model/history.js';
import {
  definitionOf,
  type MetricDefinition,
  type MetricId,
  metricName,
  type MetricRef,
  type Unit,
} from '../model/metrics.js';
import { type ScenarioPlan, wholeLoad } from '../model/plan.js';
import type { Environment } from '../model/record.js';
import { meant, type Threshold } from '../model/threshold.js';
import { comparableTo, reportedBefore } from './points.js';
import { imageChange, trendOf } from './trend.js';

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
 * interval of the last level by more than the margin, for the worse. As it is without enough earlier runs. A new image of
 * the runner is named beside a gate, and silences none: it may well be what broke.
 */
export function gatedByHistory(
  scenario: ScenarioPlan,
  { past, environment }: { readonly past?: Past; readonly environment: Environment },
): ScenarioPlan {
  const gate = past?.plan.gate;
  if (past === undefined || gate === undefined) return scenario;
  const { all } = comparableTo({ name: scenario.name, load: wholeLoad(scenario) }, past, environment);
  const watched = [
    ...GATED.map((metric) => ({ ref: { metric }, definition: definitionOf(metric), points: all })),
    ...reportedBefore(all, scenario.metrics).map(({ label, definition, points }) => {
      const ref: MetricRef = meant({ metric: 'metric', label, stat: 'avg' }, scenario.metrics);
      return { ref, definition, points };
    }),
  ];
  const gates = watched.flatMap(({ ref, definition, points }) => {
    const last = trendOf({ name: metricName(ref), definition, now: null }, points)?.last;
    return last === undefined ? [] : gateBeyond(last, { ref, definition }, gate);
  });
  const image = imageChange(all.at(-1)?.image, environment.image);
  return { ...scenario, thresholds: [...scenario.thresholds, ...gates.map((each) => ({ ...each, image }))] };
}

/** The unit that a gate is written in, and what one of it is in the metric's base unit. */
interface Written {
  readonly unit: string;
  readonly size: number;
}

const WRITTEN_IN: Readonly<Record<Unit, Written>> = {
  bytes: { unit: 'MB', size: 1e6 },
  ratio: { unit: '%', size: 0.01 },
  count: { unit: '', size: 1 },
  ms: { unit: 'ms', size: 1 },
  per_second: { unit: '/s', size: 1 },
  bytes_per_minute: { unit: 'B/min', size: 1 },
};

/** What flows report may be of a few bytes. */
const SMALL_SIZES: readonly Written[] = [
  { unit: 'KB', size: 1e3 },
  { unit: 'B', size: 1 },
];

function writtenIn(unit: Unit, value: number): Written {
  const usual = WRITTEN_IN[unit];
  if (unit !== 'bytes' || value >= usual.size) return usual;
  return SMALL_SIZES.find(({ size }) => value >= size) ?? usual;
}

/** `peak_memory <= 148MB`; none if the last level is too short to predict anything, or nothing is worse. */
function gateBeyond(
  { low, high }: { readonly low?: number; readonly high?: number },
  { ref, definition }: { readonly ref: MetricRef; readonly definition: MetricDefinition },
  { margin, level }: HistoryGate,
): readonly Threshold[] {
  const isUpper = definition.worse === 'higher';
  const edge = isUpper ? high : low;
  const beyond = edge === undefined ? 0 : edge * (isUpper ? 1 + margin : 1 - margin);
  if (beyond <= 0) return [];
  const { unit, size } = writtenIn(definition.unit ?? 'count', beyond);
  const number = rounded(beyond / size, isUpper ? Math.ceil : Math.floor);
  const op = isUpper ? '<=' : '>=';
  return [
    {
      expression: `${metricName(ref)} ${op} ${number}${unit}`,
      level,
      ...ref,
      op,
      // The decimal that is written: 57 · 0.01 is 0.5700000000000001.
      limit: Number((number * size).toPrecision(15)),
      written: { number: String(number), unit },
      origin: 'history',
    },
  ];
}

/** Away from the values, to so many digits that a reader takes in: what is shown is what decides. */
function rounded(value: number, round: (value: number) => number): number {
  const scale = 10 ** (DIGITS - 1 - Math.floor(Math.log10(value)));
  // A whole number of the scale must not be taken for a little more than itself.
  return Number((round(Number((value * scale).toPrecision(12))) / scale).toPrecision(12));
}
