import type { ScenarioResults } from '../model/results.js';
import { formatRatio, formatTime } from '../model/format.js';
import { parseMetricName } from './metric-title.js';

/** One step of a flow: its time, and its share of the flow's time, at the median and at p95. */
export interface StepLine {
  readonly name: string;
  readonly median: string;
  readonly p95: string;
  /** `22%`; missing if the flow time has no data. */
  readonly shareOfMedian?: string;
  readonly shareOfP95?: string;
  /** Ratio for bars; 0 if unknown. */
  readonly share: number;
}

const STEPS_SHOWN = 20;

/** In the order in which the metrics name them: that of the flow. */
export function stepsOf(scenario: ScenarioResults): readonly StepLine[] {
  const value = (name: string): number | null => scenario.metrics[name]?.value ?? null;
  return stepNames(scenario)
    .slice(0, STEPS_SHOWN)
    .map((name) => {
      const median = value(`step(${name}).med`);
      const p95 = value(`step(${name}).p95`);
      const share = ratio(median, value('flow_time.med'));
      const tail = ratio(p95, value('flow_time.p95'));
      return {
        name,
        median: formatTime(median),
        p95: formatTime(p95),
        ...(share === undefined ? {} : { shareOfMedian: wholePercent(share) }),
        ...(tail === undefined ? {} : { shareOfP95: wholePercent(tail) }),
        share: share ?? 0,
      };
    });
}

function stepNames(scenario: ScenarioResults): readonly string[] {
  const names = Object.keys(scenario.metrics)
    .map(parseMetricName)
    .flatMap(({ id, label }) => (id === 'step' && label !== undefined ? [label] : []));
  return [...new Set(names)];
}

function ratio(part: number | null, whole: number | null): number | undefined {
  return part === null || whole === null || whole <= 0 ? undefined : part / whole;
}

/** Shares add up by eye when they are whole; below one per cent that would say nothing. */
function wholePercent(share: number): string {
  return share >= 0.01 ? `${Math.round(share * 100)}%` : formatRatio(share);
}
