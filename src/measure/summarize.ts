import { formatCount } from '../lib/format.js';
import { countOf, statOf } from '../lib/statistics/distribution.js';
import type { Distribution, FlowTally } from '../model/flow.js';
import type { StatedFigure } from '../model/imported.js';
import {
  definitionOf,
  isMetricId,
  isPartMetric,
  LADDER_METRICS,
  type MetricId,
  metricName,
  type MetricRef,
  METRICS,
  parseMetricName,
  type Unit,
} from '../model/metrics.js';
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
  type PartMeasures,
  throughput,
  totalTime,
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
    partOf: (name) => {
      const part = tally.parts?.get(name);
      return part && partMeasures(part, tally, record);
    },
    ladder,
    told: record.told && { ...record.told, format: record.imported?.format ?? 'file' },
  };
}

/** Its throughput is its share of that of the mix: over the time of all parts, so that they add up. */
function partMeasures(part: FlowTally, { window }: FlowTally, record: Record): PartMeasures {
  return {
    scalars: {
      ...flowFigures(part, record),
      ...httpFigures(part),
      throughput: throughput(part.counts.ok, totalTime({ window })),
    },
    get flowTime() {
      return part.flowTimes();
    },
    get ttfb() {
      return part.firstByteTimes();
    },
  };
}

/** The value of one metric in its base unit; null, with the reason as note, when there is no data. Never throws. */
export function measure(measures: Measures, ref: MetricRef): MetricResult {
  if (measures.told !== undefined) return lookTold(measures, measures.told, ref);
  const unit = definitionOf(ref.metric).unit ?? measures.reported.get(ref.label ?? '')?.unit ?? 'count';
  return { ...look(measures, ref), unit };
}

/** Of what another tool has run nothing is zero because nobody counted it: what the file does not tell has no data. */
function lookTold(
  measures: Measures,
  { stated, counted, format }: NonNullable<Measures['told']>,
  ref: MetricRef,
): MetricResult {
  const { unit: own } = definitionOf(ref.metric);
  const said = stated.get(metricName(ref)) ?? stated.get(metricName(sameStat(ref)));
  if (said !== undefined) return { ...said, unit: own ?? said.unit ?? 'count' };
  const unit = own ?? measures.reported.get(ref.label ?? '')?.unit ?? unitOf(stated, ref) ?? 'count';
  if (counted.has(ref.metric)) {
    const found = look(measures, ref);
    if (found.value !== null) return { ...found, unit };
  }
  return { ...noData(`the ${format} does not tell it${otherStats(stated, ref)}`), unit };
}

const SAME: { readonly [stat: string]: string } = { med: 'p50', p50: 'med', p0: 'min', p100: 'max' };

/** The same number by its other name. */
function sameStat(ref: MetricRef): MetricRef {
  const stat = SAME[ref.stat ?? ''];
  return stat === undefined ? ref : { ...ref, stat };
}

/** Of a metric with a name, as its other stats have it. */
function unitOf(stated: ReadonlyMap<string, StatedFigure>, { metric, label }: MetricRef): Unit | undefined {
  for (const stat of ['avg', 'sum', 'max', 'min']) {
    const unit = stated.get(metricName({ metric, label, stat }))?.unit;
    if (unit !== undefined) return unit;
  }
  return undefined;
}

/** `; of flow_time it has avg, min, med, max, p90, p95`: percentiles in between are never guessed. */
function otherStats(stated: ReadonlyMap<string, StatedFigure>, { metric, label, stat }: MetricRef): string {
  if (stat === undefined) return '';
  const beginning = `${metricName({ metric, label })}.`;
  const stats = [...stated.keys()]
    .filter((name) => name.startsWith(beginning))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  if (stats.length === 0) return '';
  return `; of ${metricName({ metric, label })} it has ${stats.map((name) => name.slice(beginning.length)).join(', ')}`;
}

/**
 * What every report shows: each scalar, the usual stats of flow time and of time to first byte, median and p95 of at most
 * 50 steps, and of at most 20 metrics of the flows' own mean, p95, maximum and sum; of a ladder what only a ladder tells,
 * with the efficiency of every rung.
 */
export function standardRefs(measures: Measures): MetricRef[] {
  const refs: MetricRef[] = toldRefs(measures.told?.stated);
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

/** What every report of a mix shows of each part. */
export function partRefs(parts: readonly string[]): MetricRef[] {
  return parts.flatMap((label) => [
    ...PART_SCALARS.map((metric): MetricRef => ({ metric, label })),
    ...PART_STATS.map((stat): MetricRef => ({ metric: 'flow_time', label, stat })),
  ]);
}

const PART_SCALARS = ['success_rate', 'throughput', 'failed', 'timed_out'] as const;
const PART_STATS = ['avg', 'med', 'p95', 'max'] as const;

/** What the file of another tool says, with as many names as of flows. */
function toldRefs(stated: ReadonlyMap<string, StatedFigure> = new Map()): MetricRef[] {
  const names = { step: new Set<string>(), metric: new Set<string>() };
  const most = { step: MOST_SHOWN.steps, metric: MOST_SHOWN.reported };
  return [...stated.keys()].flatMap((name): MetricRef[] => {
    const { id, label, stat } = parseMetricName(name);
    if (!isMetricId(id) || !isShown(id, stat)) return [];
    if (id === 'step' || id === 'metric') {
      if (!names[id].has(label ?? '') && names[id].size >= most[id]) return [];
      names[id].add(label ?? '');
    }
    return [
      { metric: id, ...(label === undefined ? {} : { label }), ...(stat === undefined ? {} : { stat }) },
    ];
  });
}

function isShown(id: MetricId, stat = ''): boolean {
  const shown: Partial<globalThis.Record<MetricId, readonly string[]>> = {
    flow_time: FLOW_TIME_STATS,
    ttfb: TTFB_STATS,
    step: STEP_STATS,
    metric: REPORTED_STATS,
  };
  return shown[id]?.includes(stat) ?? true;
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
  if (ref.label !== undefined && isPartMetric(ref.metric)) return lookAtPart(measures, ref);
  if (isScalar(ref.metric)) return measures.scalars[ref.metric];
  if (ref.metric === 'efficiency') return measures.ladder?.efficiency(ref.label ?? '') ?? NO_LADDER;
  if (ref.metric === 'flow_time') return statFigure(measures.flowTime, { ref, empty: NONE_OK });
  if (ref.metric === 'ttfb') {
    return ttfbFigure(measures, ref);
  }
  if (ref.metric === 'metric') return reportedFigure(measures, ref);
  const empty = measures.flowTime === undefined ? NONE_OK : `no ok flow had a step "${ref.label ?? ''}"`;
  return statFigure(measures.steps.get(ref.label ?? ''), { ref, empty });
}

function lookAtPart(measures: Measures, ref: MetricRef): Figure {
  const { label = '', metric } = ref;
  const part = measures.partOf(label);
  if (part === undefined) return noData(`no flow of ${label} was started`);
  if (metric === 'flow_time') return statFigure(part.flowTime, { ref, empty: NONE_OK });
  if (metric === 'ttfb') return ttfbFigure(part, ref);
  return part.scalars[metric as keyof typeof part.scalars];
}

function ttfbFigure({ ttfb, scalars }: Pick<PartMeasures, 'ttfb' | 'scalars'>, ref: MetricRef): Figure {
  const requested = scalars.bytes_sent.value !== null;
  return statFigure(ttfb, { ref, empty: requested ? NONE_OK : NO_REQUEST });
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
