import type { Results } from '../model/results.js';

export interface VerdictOutputs {
  readonly verdict: string;
  /** Number of gates that failed, those without data among them. */
  readonly failed: string;
  /** JSON object, metric → value in its base unit, null without data. */
  readonly metrics: string;
}

/** The outputs that are numbers and words; the others are paths and text of the reports. */
export function verdictOutputs(results: Pick<Results, 'verdict' | 'scenarios'>): VerdictOutputs {
  return {
    verdict: results.verdict,
    failed: String(failedGates(results)),
    metrics: JSON.stringify(metricValues(results)),
  };
}

/** A gate without data was not passed. */
function failedGates({ scenarios }: Pick<Results, 'scenarios'>): number {
  return scenarios
    .flatMap(({ thresholds }) => thresholds)
    .filter(({ level, outcome }) => level === 'fail' && outcome !== 'pass').length;
}

/** With several scenarios a metric's name begins with its scenario's: `checkout/flow_time.p95`. */
function metricValues({ scenarios }: Pick<Results, 'scenarios'>): Record<string, number | null> {
  const entries = scenarios.flatMap(({ name, metrics }) =>
    Object.entries(metrics).map(
      ([id, { value }]) => [scenarios.length > 1 ? `${name}/${id}` : id, value] as const,
    ),
  );
  return Object.fromEntries(entries);
}
