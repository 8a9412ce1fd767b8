import { formatCount } from '../lib/format.js';
import { countOf, statOf } from '../lib/statistics/distribution.js';
import type { Distribution } from '../model/flow.js';
import { definitionOf, LADDER_METRICS, type MetricId, type MetricRef, METRICS } from '../model/metrics.js';
import type { Record } from '../model/record.js';
import type { MetricResult } from '../model/results.js';
import {
  concurrencyFigure,
  type DistributionId,
  figure,
  type Figure,
  figureOr,
  type Figures,
  flowFigures,
  httpFigures,
  type LabelledId,
  type LadderMeasures,
  type Measures,
  NO_LADDER,
  NO_REQUEST,
  noData,
  NO_FLOW,
  NONE_OK,
  type ScalarId,
} from './figures.js';
import { machineFigures, type MachineMetric } from './machine.js';
import { MOST_REPORTED } from './reported.js';
import { tallyOf } from './tally.js';
import { EXACT_VALUES } from './values.js';

const FLOW_TIME_STATS = ['avg', 'min', 'med', 'p90', 'p95', 'p99', 'max'] as const;
const TTFB_STATS = ['med', 'p95', 'max'] as const;
const STEP_STATS = ['med', 'p95'] as const;
const REPORTED_STATS = ['avg', 'p95', 'max', 'sum'] as const;
/** Names come from the code under test: a name made anew by every flow must not swell the report. */
const MOST_SHOWN = { steps: 50, reported: 20 } as const;

const WITHOUT_LADDER: LadderMeasures['scalars'] = {
  memory_per_flow: NO_LADDER,
  cpu_per_flow_share: NO_LADDER,
  threads_per_flow: NO_LADDER,
  knee: NO_LADDER,
};

/**
 * Everything that can be asked of the record; what needs all times of all flows in order is computed when it is asked
 * for. An interrupted run's measures are of what ran.
 * @param machine what the monitor tells, where that is not of this record alone
 */
export function summarize(
  record: Record,
  ladder?: LadderMeasures,
  machine: Figures<MachineMetric> = machineFigures(tallyOf(record), record),
): Measures {
  const tally = tallyOf(record);
  return {
    scalars: {
      ...flowFigures(tally, record),
      ...machine,
      ...httpFigures(tally),
      ...(ladder?.scalars ?? WITHOUT_LADDER),
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
    get reported() {
      return tally.reported();
    },
    ladder,
  };
}

/** The value of one metric in its base unit; null, with the reason as note, when there is no data. Never throws. */
export function measure(measures: Measures, ref: MetricRef): MetricResult {
  const unit = definitionOf(ref.metric).unit ?? measures.reported.get(ref.label ?? '')?.unit ?? 'count';
  return { ...look(measures, ref), unit };
}

/**
 * What every report shows: each scalar, the usual stats of flow time and of time to first byte, median and p95 of at most
 * 50 steps, and of at most 20 metrics of the flows' own mean, p95, maximum and sum; of a ladder what only a ladder tells,
 * with the efficiency of every rung.
 */
export function standardRefs(measures: Measures): MetricRef[] {
  const refs: MetricRef[] = [];
  for (const id of Object.keys(METRICS) as MetricId[]) {
    if (id === 'flow_time') refs.push(...FLOW_TIME_STATS.map((stat) => ({ metric: id, stat })));
    else if (id === 'ttfb') refs.push(...TTFB_STATS.map((stat) => ({ metric: id, stat })));
    else if (id === 'step') refs.push(...stepRefs(measures));
    else if (id === 'metric') refs.push(...reportedRefs(measures));
    else if (id === 'retried' && measures.scalars.retried.value === null) continue;
    else if (LADDER_METRICS.has(id) && measures.ladder === undefined) continue;
    else if (id === 'efficiency') refs.push(...efficiencyRefs(measures));
    else refs.push({ metric: id });
  }
  return refs;
}

function stepRefs({ steps }: Measures): MetricRef[] {
  return [...steps.keys()]
    .slice(0, MOST_SHOWN.steps)
    .flatMap((label) => STEP_STATS.map((stat): MetricRef => ({ metric: 'step', label, stat })));
}

function reportedRefs({ reported }: Measures): MetricRef[] {
  return [...reported.keys()]
    .slice(0, MOST_SHOWN.reported)
    .flatMap((label) => REPORTED_STATS.map((stat): MetricRef => ({ metric: 'metric', label, stat })));
}

function efficiencyRefs({ ladder }: Measures): MetricRef[] {
  return (ladder?.rungs ?? []).map((label): MetricRef => ({ metric: 'efficiency', label }));
}

function look(measures: Measures, ref: MetricRef): Figure {
  if (isScalar(ref.metric)) return measures.scalars[ref.metric];
  if (ref.metric === 'efficiency') return measures.ladder?.efficiency(ref.label ?? '') ?? NO_LADDER;
  if (ref.metric === 'flow_time') return statFigure(measures.flowTime, { ref, empty: NONE_OK });
  if (ref.metric === 'ttfb') {
    const requested = measures.scalars.bytes_sent.value !== null;
    return statFigure(measures.ttfb, { ref, empty: requested ? NONE_OK : NO_REQUEST });
  }
  if (ref.metric === 'metric') return reportedFigure(measures, ref);
  const empty = measures.flowTime === undefined ? NONE_OK : `no ok flow had a step "${ref.label ?? ''}"`;
  return statFigure(measures.steps.get(ref.label ?? ''), { ref, empty });
}

function reportedFigure({ reported, scalars }: Measures, ref: MetricRef): Figure {
  const { label = '', stat = '' } = ref;
  const totals = reported.get(label);
  if (totals === undefined) {
    const cut = reported.size >= MOST_REPORTED ? `, among the first ${MOST_REPORTED} names` : '';
    return noData(scalars.total_time.value === null ? NO_FLOW : `no flow reported a metric "${label}"${cut}`);
  }
  if (stat === 'sum') return figure(totals.sum);
  const { values } = totals;
  if (!('percentile' in values) || EXACT_STATS.has(stat)) {
    return figureOr(statOf(values, stat), `${ref.metric} has no stat "${stat}"`);
  }
  const note = `of a random sample of ${formatCount(EXACT_VALUES)} of ${countOf(values)} values`;
  return { value: statOf(values, stat) ?? null, note };
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
  const others: readonly MetricId[] = ['flow_time', 'step', 'ttfb', 'metric', 'efficiency'] satisfies (
    DistributionId | LabelledId
  )[];
  return !others.includes(id);
}
