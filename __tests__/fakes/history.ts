import { fingerprintOf, loadKey } from '../../src/history/points.js';
import type { HistoryPlan, HistoryPoint, Past } from '../../src/model/history.js';
import { aResults, aScenario } from './results.js';

export const HISTORY_PLAN: HistoryPlan = { branch: 'flowgate-data', file: 'history.jsonl' };

const DAY = 86_400_000;

/** The n-th run of `aScenario` on the machine of `aResults`, a day after the one before it. */
export function aPoint(
  run: number,
  metrics: HistoryPoint['metrics'],
  change: Partial<HistoryPoint> = {},
): HistoryPoint {
  return {
    v: 1,
    scenario: 'checkout',
    fingerprint: fingerprintOf(aResults().environment),
    load: loadKey(aScenario().load),
    at: new Date(Date.UTC(2026, 0, 1) + run * DAY).toISOString(),
    sha: run.toString(16).padStart(40, '0'),
    run: `${run}.1`,
    flowgate: '0.1.0',
    metrics,
    ...change,
  };
}

/** A run for each value of peak memory, in MB. */
export function pastOf(megabytes: readonly number[], plan: HistoryPlan = HISTORY_PLAN): Past {
  return {
    plan,
    points: megabytes.map((value, index) =>
      aPoint(index + 1, {
        peak_memory: value * 1e6,
        success_rate: 1,
        'flow_time.p95': 2000 + (index % 7) * 10,
      }),
    ),
  };
}

/** 30 runs at about 120 MB, then 12 at about 134 MB. */
export const STEP: readonly number[] = [
  ...Array.from({ length: 30 }, (_unused, run) => 119 + ((run * 7) % 5) * 0.5),
  ...Array.from({ length: 12 }, (_unused, run) => 133 + ((run * 7) % 5) * 0.5),
];
