import type { ScenarioResults } from '../model/results.js';
import { formatRatio, formatTime } from '../lib/format.js';
import { parseMetricName } from '../model/metrics.js';

/** One step of a flow: its time, and its share of the time of all ok flows. */
export interface StepLine {
  readonly name: string;
  readonly median: string;
  readonly p95: string;
  /** `22%`: all time in the step ÷ all time of the flows, which adds up as medians do not; missing if nothing is known. */
  readonly shareOfTime?: string;
  /** Ratio for bars; 0 if unknown. */
  readonly share: number;
}

const STEPS_SHOWN = 20;

/** In the order in which the metrics name them: that of the flow. */
export function stepsOf(scenario: ScenarioResults): readonly StepLine[] {
  const value = (name: string): number | null => scenario.metrics[name]?.value ?? null;
  const shares = sharesOf(scenario);
  return stepNames(scenario)
    .slice(0, STEPS_SHOWN)
    .map((name) => {
      const share = shares.get(name);
      return {
        name,
        median: formatTime(value(`step(${name}).med`)),
        p95: formatTime(value(`step(${name}).p95`)),
        ...(share === undefined ? {} : { shareOfTime: wholePercent(share) }),
        share: share ?? 0,
      };
    });
}

/** Of the ok flows that are kept with their steps, all of them or an even sample: as in flow times, those that a fault hit are left out. */
function sharesOf({ flows, load }: ScenarioResults): ReadonlyMap<string, number> {
  const from = load.model === 'open' ? 'scheduledAt' : 'startedAt';
  const known = flows.filter(
    ({ outcome, hit, steps }) => outcome === 'ok' && hit === undefined && steps !== undefined,
  );
  const whole = known.reduce((sum, flow) => sum + flow.endedAt - flow[from], 0);
  const times = new Map<string, number>();
  for (const { name, startedAt, endedAt } of known.flatMap(({ steps = [] }) => steps)) {
    times.set(name, (times.get(name) ?? 0) + endedAt - startedAt);
  }
  if (whole <= 0) return new Map();
  return new Map([...times].map(([name, time]) => [name, time / whole]));
}

function stepNames(scenario: ScenarioResults): readonly string[] {
  const names = Object.keys(scenario.metrics)
    .map(parseMetricName)
    .flatMap(({ id, label }) => (id === 'step' && label !== undefined ? [label] : []));
  return [...new Set(names)];
}

/** Shares add up by eye when they are whole; below one per cent that would say nothing. */
function wholePercent(share: number): string {
  return share >= 0.01 ? `${Math.round(share * 100)}%` : formatRatio(share);
}
