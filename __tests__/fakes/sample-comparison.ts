import { alsoRose } from '../../src/compare/statistics/changes.js';
import { compareRun } from '../../src/compare/statistics/looks.js';
import type {
  Compared,
  ComparedMetric,
  ComparisonOutcome,
  ComparisonResult,
  Pair,
} from '../../src/model/comparison.js';
import { metricName } from '../../src/model/metrics.js';
import type { Results, ScenarioResults, ThresholdResult, Verdict } from '../../src/model/results.js';
import { runStepped, type Slowdown } from '../compare/statistics/stepped-rounds.js';
import { aResults, aScenario, aThreshold, parsedThreshold } from './results.js';

/*
 * Results of comparisons: seeded pairs of a noisy machine, judged by the real statistics.
 */

const STEPS = { research: 0.22, audience: 0.11, draft: 0.41, style: 0.14, quality: 0.12 };

const relative = { worse: 'higher', scale: 'relative', limit: 0.05 } as const;

/** Each threshold on the base with what it asks of the comparison. */
const GATES: Readonly<Record<string, ComparedMetric>> = {
  'flow_time.p95 <= base + 5%': { metric: 'flow_time.p95', ...relative },
  'flow_time.med <= base + 5%': { metric: 'flow_time.med', ...relative },
  'throughput >= base - 5%': { metric: 'throughput', ...relative, worse: 'lower' },
  'peak_memory <= base + 10MB': { metric: 'peak_memory', worse: 'higher', scale: 'absolute', limit: 10e6 },
  'success_rate >= base': { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0 },
};

export interface ComparisonShape {
  readonly slowdown: Slowdown;
  readonly seed?: number;
  /** Expressions of GATES; all if left out. */
  readonly gates?: readonly string[];
  /** Valid pairs that the budget allows. */
  readonly most?: number;
  /** Places of pairs that were dropped. */
  readonly dropped?: readonly number[];
}

/** The pairs of one comparison, and what the statistics make of them. */
function measured({
  slowdown,
  seed = 1,
  gates = Object.keys(GATES),
  most = Infinity,
  dropped = [],
}: ComparisonShape): {
  readonly pairs: readonly (Pair & { readonly dropped?: string })[];
  readonly comparison: readonly ComparisonResult[];
} {
  const metrics = gates.flatMap((gate) => GATES[gate] ?? []);
  const valid = runStepped(slowdown, seed, metrics).pairs.slice(0, most);
  const pairs: (Pair & { readonly dropped?: string })[] = valid.map((pair) => ({ ...pair }));
  for (const [index, place] of dropped.entries()) {
    const disturbed = pairs[place];
    if (disturbed === undefined) continue;
    const head = { ...disturbed.head, steal: 0.12 };
    pairs.splice(place + index, 0, {
      ...disturbed,
      head,
      dropped: '12% of the machine was given to others while head ran',
    });
  }
  return { pairs, comparison: compareRun(pairs, metrics, { exhausted: true }).results };
}

const OUTCOMES: Readonly<Record<ComparisonOutcome, ThresholdResult['outcome']>> = {
  regression: 'fail',
  no_regression: 'pass',
  improvement: 'pass',
  unresolved: 'unresolved',
};

/** A scenario that was compared; a limit of `base` itself holds as long as nothing is seen against it. */
export function comparedScenario(
  shape: ComparisonShape,
  change: Partial<Compared> = {},
): ScenarioResults & { readonly compared: Compared } {
  const scenario = aScenario({ iterations: 40, steps: STEPS });
  const { pairs, comparison } = measured(shape);
  const thresholds = (shape.gates ?? Object.keys(GATES)).map((expression): ThresholdResult => {
    const result = comparison.find(({ metric }) => expression.startsWith(`${metric} `));
    const outcome = OUTCOMES[result?.outcome ?? 'unresolved'];
    const { metric = '', head = null, limit = 0 } = result ?? {};
    const unit = scenario.metrics[metric]?.unit ?? 'ms';
    // As the verdict has it: a limit of base itself holds unless it is seen to be broken.
    const held = limit === 0 && outcome === 'unresolved' ? 'pass' : outcome;
    return { ...parsedThreshold(expression), actual: head, bound: null, unit, outcome: held };
  });
  return {
    ...scenario,
    thresholds: [...thresholds, aThreshold(scenario, 'total_time < 30s', { limit: 30_000 })],
    comparison: [...comparison],
    compared: {
      base: { label: 'main', sha: '1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d' },
      head: { label: 'refs/pull/12/merge', sha: '9f8e7d6c5b4a3928171605f4e3d2c1b0a9f8e7d6' },
      rounds: { flows: 10, services: 'restart', starts: pairs.length, startTime: 320, warmup: 10 },
      pairs: [...pairs],
      time: pairs.length * 1400,
      budget: 120_000,
      ended: 'decided',
      onUnresolved: 'warn',
      alsoRose: [...alsoRose(pairs, comparison)],
      commits: {
        total: 3,
        list: [
          {
            sha: '9f8e7d6c5b4a3928171605f4e3d2c1b0a9f8e7d6',
            subject: 'Look every author up by name',
            author: 'Ada',
          },
          {
            sha: '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
            subject: 'Research asks for more sources',
            author: 'Grace',
          },
          { sha: 'aabbccddeeff00112233445566778899aabbccdd', subject: 'Sort imports', author: 'Ada' },
        ],
      },
      ...change,
    },
  };
}

function resultsOf(verdict: Verdict, scenarios: readonly ScenarioResults[]): Results {
  return aResults({
    verdict,
    reproduce: 'npx flowgate run --scenario checkout --compare main',
    scenarios: scenarios.map((scenario) => ({ ...scenario, verdict })),
  });
}

/** Research waits longer in head, and draft a little. */
export function slower(): Results {
  const slowdown = { steps: { research: 1.42, draft: 1.03 }, computing: 0 };
  return resultsOf('fail', [comparedScenario({ slowdown, seed: 10, dropped: [3, 9] })]);
}

export function faster(): Results {
  const shape = { slowdown: { steps: { draft: 0.6 } } };
  return resultsOf('pass', [comparedScenario(shape, { defaultGates: Object.keys(GATES), ended: 'decided' })]);
}

export function unresolved(): Results {
  const shape = { slowdown: { steps: { style: 1.1 } }, most: 17 };
  return resultsOf('warn', [comparedScenario(shape, { ended: 'budget', time: 119_400 })]);
}

export function unchanged(): Results {
  return resultsOf('pass', [comparedScenario({ slowdown: {}, gates: ['flow_time.med <= base + 5%'] })]);
}

/** There is no such scenario in base. */
export function absent(reason = 'checkout is new in head'): Results {
  const { comparison, compared, ...scenario } = comparedScenario({ slowdown: {} });

  const open = scenario.thresholds.map((threshold) =>
    comparison?.some(({ metric }) => metric === metricName(threshold)) === true
      ? { ...threshold, actual: null, outcome: 'unresolved' as const, reason: `not judged: ${reason}` }
      : threshold,
  );
  return resultsOf('warn', [
    {
      ...scenario,
      thresholds: open,
      compared: { ...compared, pairs: [], time: 0, alsoRose: [], absent: reason },
    },
  ]);
}

/** Whatever of a comparison a pull request or a forged file can set is one of these texts. */
export function hostileComparison(texts: readonly string[]): Results {
  const all = texts.join(' ');
  const scenario = comparedScenario({ slowdown: { steps: { research: 1.45 } }, dropped: [2] });
  const { compared } = scenario;
  const [result] = scenario.comparison ?? [];
  const named = texts.map((text, index) => ({ sha: all.slice(index), subject: text, author: all }));
  return resultsOf('fail', [
    {
      ...scenario,
      comparison: [
        ...(scenario.comparison ?? []),
        ...(result === undefined
          ? []
          : [{ ...result, metric: `step(${all}).p95`, outcome: 'unresolved' as const, reason: all }]),
      ],
      compared: {
        ...compared,
        base: { label: all, sha: all },
        head: { label: all },
        pairs: compared.pairs.map((pair) => (pair.dropped === undefined ? pair : { ...pair, dropped: all })),
        alsoRose: texts.map((metric) => ({ metric, change: 1, low: 1, high: 1, amount: 1 })),
        commits: { total: 99, list: named },
      },
    },
    { ...(absent(all).scenarios[0] as ScenarioResults), name: 'new' },
  ]);
}
