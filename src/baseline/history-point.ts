import { MOST_METRICS, type HistoryPoint } from '../model/history.js';
import type { Load } from '../model/plan.js';
import type { Results, ScenarioResults } from '../model/results.js';
import { fingerprintOf } from './fingerprint.js';

/** More digits say nothing of a run. */
const DIGITS = 6;

/** What is kept of a run: a point for each scenario that ran whole, whatever its verdict. */
export function pointsOf(results: Results): readonly HistoryPoint[] {
  return results.scenarios.filter(ranWhole).map((scenario) => pointOf(scenario, results));
}

/** The load as one text, the same for the plan and for the results of one scenario. */
export function loadKey(load: Load | ScenarioResults['load']): string {
  const { model, flows, iterations, duration, rate, stages } = load as ScenarioResults['load'];
  return JSON.stringify({ model, flows, iterations, duration, rate, stages });
}

function ranWhole({ interrupted, aborted, problems, counts }: ScenarioResults): boolean {
  const ran = counts.ok + counts.failed + counts.timed_out + counts.killed;
  return interrupted === undefined && aborted === undefined && problems.length === 0 && ran > 0;
}

function pointOf(scenario: ScenarioResults, { environment, git, run, flowgate }: Results): HistoryPoint {
  return {
    v: 1,
    scenario: scenario.name,
    fingerprint: fingerprintOf(environment),
    load: loadKey(scenario.load),
    at: scenario.startedAt,
    sha: git.sha,
    run: run && `${run.id}.${run.attempt}`,
    image: environment.image,
    flowgate,
    metrics: figuresOf(scenario),
  };
}

function figuresOf({ metrics }: ScenarioResults): HistoryPoint['metrics'] {
  const known = Object.entries(metrics).flatMap(([name, { value }]) =>
    value === null || !Number.isFinite(value) ? [] : [[name, Number(value.toPrecision(DIGITS))] as const],
  );
  return Object.fromEntries(known.slice(0, MOST_METRICS));
}
