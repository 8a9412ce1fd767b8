import { runChecks } from '../checks/index.js';
import { savedTally } from '../measure/tally.js';
import type { CheckId, CheckLevel } from '../model/checks.js';
import type { Load } from '../model/plan.js';
import { type Environment, type Record, recordOf } from '../model/record.js';
import type { CheckResult, Results, ScenarioResults } from '../model/results.js';
import { concernsOfFeatures } from './assemble.js';
import { decide, overall, unwhole } from './decide.js';

/**
 * Runs the checks of saved results again, over what was saved, each at the level that it had. A verdict changes only if
 * the outcome of a check does: a later version of flowgate may see more.
 */
export function rejudge(results: Results): Results {
  const scenarios = results.scenarios.map((scenario) => rejudgeScenario(scenario, results));
  return { ...results, scenarios, verdict: overall([...scenarios, ...unwhole(results)]) };
}

function rejudgeScenario(scenario: ScenarioResults, { environment }: Results): ScenarioResults {
  // Each machine was checked by itself, and what they are judged by is in their own files.
  if (scenario.shards !== undefined) return scenario;
  const record = recordFrom(scenario, environment);
  const levels: Partial<globalThis.Record<CheckId, CheckLevel>> = {};
  for (const { id, level } of scenario.checks) levels[id] = level;
  const again = runChecks(record, levels);
  const checks = scenario.checks.map((saved) => again.find(({ id }) => id === saved.id) ?? saved);
  if (checks.every((check, index) => isAsSaved(check, scenario.checks[index])))
    return { ...scenario, checks };
  const { thresholds, ladder, limits, comparison: results, compared } = scenario;
  const comparison = results === undefined || compared === undefined ? undefined : { results, compared };
  const more = concernsOfFeatures({ comparison, ladder, limits, checks });
  return { ...scenario, checks, ...decide({ thresholds, checks, record, ...more }) };
}

function isAsSaved({ outcome }: CheckResult, saved: CheckResult | undefined): boolean {
  return outcome === saved?.outcome;
}

/** What checks look at. */
function recordFrom(scenario: ScenarioResults, environment: Environment): Record {
  const { load, waves, ladder } = scenario;
  const { timeout, warmup } = load;
  return recordOf(
    { name: scenario.name, load: load as Load, timeout, warmup },
    {
      ...scenario,
      load: load as Load,
      environment,
      tally: savedTally(scenario),
      rungs: ladder === undefined ? undefined : [],
      waveFigures: waves === undefined ? undefined : figuresOf(waves),
    },
  );
}

function figuresOf(waves: NonNullable<ScenarioResults['waves']>): NonNullable<Record['waveFigures']> {
  return new Map(waves.flatMap(({ wave, flows }) => (flows === undefined ? [] : [[wave, flows] as const])));
}
