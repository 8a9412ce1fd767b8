import { metricName } from '../model/metrics.js';
import type { Results } from '../model/results.js';

interface VerdictOutputs {
  readonly verdict: string;
  /** Number of gates that failed, those without data among them. */
  readonly failed: string;
  /** JSON object, metric → value in its base unit, null without data. */
  readonly metrics: string;
}

interface OutputsReading {
  readonly outputs: VerdictOutputs;
  /** Metrics that the output `metrics` has no room for. */
  readonly leftOut: number;
}

/** Of one output, in bytes: Linux allows 128 KiB for one variable, which is where workflows put an output. */
export const OUTPUT_LIMIT = 65_536;

/** The outputs that are numbers and words; the others are paths and text of the reports. */
export function verdictOutputs(results: Pick<Results, 'verdict' | 'scenarios'>): OutputsReading {
  const { metrics, leftOut } = metricsJson(results);
  const failed = String(failedGates(results));
  return { outputs: { verdict: results.verdict, failed, metrics }, leftOut };
}

/** A gate without data was not passed; one whose regression the change accepts has not failed. */
function failedGates({ scenarios }: Pick<Results, 'scenarios'>): number {
  return scenarios
    .flatMap(({ thresholds }) => thresholds)
    .filter(({ level, outcome }) => level === 'fail' && outcome !== 'pass' && outcome !== 'accepted').length;
}

/**
 * With several scenarios a metric's name begins with its scenario's: `checkout/flow_time.p95`. Metrics that a threshold
 * names come first, so that those are the last to be left out.
 */
function metricsJson({ scenarios }: Pick<Results, 'scenarios'>): { metrics: string; leftOut: number } {
  const all = scenarios.flatMap(({ name, metrics, thresholds }) => {
    const judged = new Set(thresholds.map(metricName));
    return Object.entries(metrics).map(([id, { value }]) => ({
      member: `${jsonName(scenarios.length > 1 ? `${name}/${id}` : id)}:${JSON.stringify(value)}`,
      isJudged: judged.has(id),
    }));
  });
  const members = [...all.filter(({ isJudged }) => isJudged), ...all.filter(({ isJudged }) => !isJudged)];
  const kept: string[] = [];
  let size = 2;
  for (const { member } of members) {
    size += member.length + 1;
    if (size > OUTPUT_LIMIT) break;
    kept.push(member);
  }
  return { metrics: `{${kept.join(',')}}`, leftOut: members.length - kept.length };
}

/** Means nothing to a shell, not even outside of quotes, which the quotes of JSON end within double ones. */
const INERT = /[A-Za-z0-9_./+ -]/;

/**
 * A string of JSON that a workflow may paste into a script: names of steps come from flows, and
 * `echo '${{ steps.gate.outputs.metrics }}'` would run what is in them. All but the plainest characters are `\uXXXX`,
 * which any parser of JSON reads as the character itself.
 */
function jsonName(name: string): string {
  const units = Array.from({ length: name.length }, (_, index) => name.charAt(index));
  return `"${units.map((unit) => (INERT.test(unit) ? unit : escaped(unit))).join('')}"`;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
