import { runChecks } from '../checks/index.js';
import { growthConcerns, invalidConcerns, ofComparison } from '../compare/judge.js';
import { climbConcerns } from '../ladder/judge.js';
import { savedTally } from '../measure/tally.js';
import type { CheckId, CheckLevel } from '../model/checks.js';
import type { Load } from '../model/plan.js';
import { type Record, recordOf } from '../model/record.js';
import type { CheckResult, Results, ScenarioResults } from '../model/results.js';
import { decide, overall } from './decide.js';
import { limitConcerns } from './limits.js';

/**
 * Runs the checks of saved results again, over what was saved, each at the level that it had. A verdict changes only if
 * the outcome of a check does: a later version of flowgate may see more.
 */
export function rejudge(results: Results): Results {
  const scenarios = results.scenarios.map((scenario) => rejudgeScenario(scenario, results));
  return { ...results, scenarios, verdict: overall(scenarios) };
}

function rejudgeScenario(scenario: ScenarioResults, { environment }: Results): ScenarioResults {
  const record = recordFrom(scenario, environment);
  const levels: Partial<globalThis.Record<CheckId, CheckLevel>> = {};
  for (const { id, level } of scenario.checks) levels[id] = level;
  const again = runChecks(record, levels);
  const checks = scenario.checks.map((saved) => again.find(({ id }) => id === saved.id) ?? saved);
  const { thresholds, ladder } = scenario;
  if (checks.every((check, index) => isAsSaved(check, scenario.checks[index])))
    return { ...scenario, checks };
  const more = [
    ...invalidConcerns(comparisonIn(scenario)),
    ...climbConcerns(ladder),
    ...limitConcerns(scenario.limits),
    ...growthConcerns(scenario.compared, checks),
  ];
  return {
    ...scenario,
    checks,
    ...decide({ thresholds, checks, record, more, ...ofComparison(comparisonIn(scenario)) }),
  };
}

function comparisonIn({ comparison, compared }: ScenarioResults) {
  return comparison === undefined || compared === undefined ? undefined : { results: comparison, compared };
}

function isAsSaved({ outcome }: CheckResult, saved: CheckResult | undefined): boolean {
  return outcome === saved?.outcome;
}

/** What checks look at. */
function recordFrom(scenario: ScenarioResults, environment: Results['environment']): Record {
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
