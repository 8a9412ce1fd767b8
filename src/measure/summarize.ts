import { efficiencyAt, ladderFigures, ladderOf } from '../ladder/capacity.js';
import { countOf, statOf } from '../lib/statistics/distribution.js';
import type { Distribution } from '../model/flow.js';
import { definitionOf, LADDER_METRICS, type MetricId, type MetricRef, METRICS } from '../model/metrics.js';
import type { Record } from '../model/record.js';
import type { MetricResult } from '../model/results.js';
import {
  concurrencyFigure,
  type DistributionId,
  type Figure,
  figureOr,
  flowFigures,
  httpFigures,
  type LabelledId,
  type Measures,
  NO_REQUEST,
  noData,
  NONE_OK,
  type ScalarId,
} from './figures.js';
import { machineFigures } from './machine.js';
import { tallyOf } from './tally.js';

const FLOW_TIME_STATS = ['avg', 'min', 'med', 'p90', 'p95', 'p99', 'max'] as const;
const TTFB_STATS = ['med', 'p95', 'max'] as const;
const STEP_STATS = ['med', 'p95'] as const;
/** Names of steps come from the code under test: a name made anew by every flow must not swell the report. */
const MOST_STEPS = 50;

/**
 * Everything that can be asked of the record; what needs all times of all flows in order is computed when it is asked
 * for. An interrupted run's measures are of what ran.
 */
export function summarize(record: Record): Measures {
  const ladder = ladderOf(record);
  const tally = tallyOf(record);
  return {
    scalars: {
      ...flowFigures(tally, record),
      ...machineFigures(tally, record),
      ...httpFigures(tally),
      ...ladderFigures(ladder),
      get max_concurrency() {
        return concurrencyFigure(tally);
      },
    },
    get flowTime() {
      return tally.flowTimes();
    },
    get ttfb() {
      return tally.firstByteTimes();
    },
    get steps() {
      return tally.stepTimes();
    },
    ladder,
  };
}

/** The value of one metric in its base unit; null, with the reason as note, when there is no data. Never throws. */
export function measure(measures: Measures, ref: MetricRef): MetricResult {
  const { unit } = definitionOf(ref.metric);
  return { ...look(measures, ref), unit };
}

/**
 * What every report shows: each scalar, the usual stats of flow time and of time to first byte, and median and p95 of at most 50 steps; of a
 * ladder what only a ladder tells, with the efficiency of every rung.
 */
export function standardRefs(measures: Measures): MetricRef[] {
  const refs: MetricRef[] = [];
  for (const id of Object.keys(METRICS) as MetricId[]) {
    if (id === 'flow_time') refs.push(...FLOW_TIME_STATS.map((stat) => ({ metric: id, stat })));
    else if (id === 'ttfb') refs.push(...TTFB_STATS.map((stat) => ({ metric: id, stat })));
    else if (id === 'step') refs.push(...stepRefs(measures));
    else if (id === 'retried' && measures.scalars.retried.value === null) continue;
    else if (LADDER_METRICS.has(id) && measures.ladder === undefined) continue;
    else if (id === 'efficiency') refs.push(...efficiencyRefs(measures));
    else refs.push({ metric: id });
  }
  return refs;
}

function stepRefs({ steps }: Measures): MetricRef[] {
  return [...steps.keys()]
    .slice(0, MOST_STEPS)
    .flatMap((label) => STEP_STATS.map((stat): MetricRef => ({ metric: 'step', label, stat })));
}

function efficiencyRefs({ ladder }: Measures): MetricRef[] {
  return (ladder?.rungs ?? []).map(({ flows }): MetricRef => ({
    metric: 'efficiency',
    label: String(flows),
  }));
}

function look(measures: Measures, ref: MetricRef): Figure {
  if (isScalar(ref.metric)) return measures.scalars[ref.metric];
  if (ref.metric === 'efficiency') return efficiencyAt(measures.ladder, ref.label ?? '');
  if (ref.metric === 'flow_time') return statFigure(measures.flowTime, { ref, empty: NONE_OK });
  if (ref.metric === 'ttfb') {
    const requested = measures.scalars.bytes_sent.value !== null;
    return statFigure(measures.ttfb, { ref, empty: requested ? NONE_OK : NO_REQUEST });
  }
  const empty = measures.flowTime === undefined ? NONE_OK : `no ok flow had a step "${ref.label ?? ''}"`;
  return statFigure(measures.steps.get(ref.label ?? ''), { ref, empty });
}

function statFigure(
  distribution: Distribution | undefined,
  { ref, empty }: { ref: MetricRef; empty: string },
): Figure {
  if (distribution === undefined) return noData(empty);
  const stat = ref.stat ?? '';
  if ('percentile' in distribution && !EXACT_STATS.has(stat)) return coarse(distribution, stat);
  return figureOr(statOf(distribution, stat), `${ref.metric} has no stat "${stat}"`);
}

/** They are known exactly however many values there are. */
const EXACT_STATS: ReadonlySet<string> = new Set(['avg', 'min', 'max']);

function coarse(distribution: Distribution, stat: string): Figure {
  const note = `of ${countOf(distribution)} values by an HDR histogram, to within 0.1%`;
  return { value: statOf(distribution, stat) ?? null, note };
}

function isScalar(id: MetricId): id is ScalarId {
  const others: readonly MetricId[] = ['flow_time', 'step', 'ttfb', 'efficiency'] satisfies (
    DistributionId | LabelledId
  )[];
  return !others.includes(id);
}
