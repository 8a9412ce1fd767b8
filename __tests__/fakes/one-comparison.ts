import type { Compared, ComparisonResult } from '../../src/model/comparison.js';
import type { Results, ScenarioResults } from '../../src/model/results.js';
import { partsOf } from './report-parts.js';
import { aResults, aScenario, parsedThreshold } from './results.js';

/* Comparisons with numbers that were chosen, where the wording is the point. */

/** What is told of the first scenario. */
export function firstOf(results: Results) {
  const [first] = results.scenarios;
  if (first === undefined) throw new Error('no scenario');
  return partsOf(first);
}

const RESULT: ComparisonResult = {
  metric: 'flow_time.p95',
  scale: 'relative',
  base: 2000,
  head: 2196,
  change: 0.098,
  low: 0.071,
  high: 0.126,
  confidence: 0.99,
  pairs: 24,
  dropped: 0,
  looks: 2,
  limit: 0.05,
  outcome: 'regression',
  mde: 0.063,
  needed: 40,
};

/** A scenario with one comparison, and one threshold on it. */
export function made(
  change: Partial<ComparisonResult>,
  {
    expression = 'flow_time.p95 <= base + 5%',
    outcome = 'fail',
    ...more
  }: Partial<ScenarioResults['thresholds'][number]> = {},
  compared: Partial<Compared> = {},
): Results {
  const result = { ...RESULT, ...change };
  const { head } = result;
  const verdict = outcome === 'pass' ? 'pass' : outcome === 'fail' ? 'fail' : 'warn';
  return aResults({
    verdict,
    scenarios: [
      {
        ...aScenario({}, { verdict }),
        thresholds: [
          { ...parsedThreshold(expression), actual: head, bound: null, unit: 'ms', outcome, ...more },
        ],
        comparison: [result],
        compared: { ...surroundings(), ...compared },
      },
    ],
  });
}

/** 24 pairs in 2 min 24 s: 6 s each. */
export function surroundings(): Compared {
  const round = { values: {}, flows: { started: 10, failed: 0 } };
  const pair = { order: 'base_first' as const, base: round, head: round };
  return {
    base: { label: 'main', sha: '1a2b3c4'.padEnd(40, '0') },
    head: { label: 'topic' },
    pairs: Array.from({ length: 24 }, () => pair),
    time: 144_000,
    budget: 120_000,
    onUnresolved: 'warn',
    alsoRose: [],
  };
}
