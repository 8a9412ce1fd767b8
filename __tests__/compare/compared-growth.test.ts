import { describe, expect, test } from '@jest/globals';
import { growthConcerns } from '../../src/compare/judge.js';
import { comparedGrowth } from '../../src/compare/statistics/growth.js';
import type { CheckLevel } from '../../src/model/checks.js';
import type { Compared } from '../../src/model/comparison.js';
import { type Results, resultsSchema, type ScenarioResults } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderSummary } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { assembleResults, assembleScenario } from '../../src/verdict/assemble.js';
import { leakingPairs } from '../fakes/leaking-pairs.js';
import { recordOf, scenarioPlanOf } from '../fakes/record.js';

const SENTENCE =
  "memory of the service grew by 10 KB a flow more than main's (10 KB … 10 KB, 99%) over 3500 flows";

/** A comparison of so many pairs, in which head leaks; the check is at the level. */
function compared(level: CheckLevel, pairs = 12): Results {
  const measured = leakingPairs(pairs, 'service');
  const growth = comparedGrowth(measured, { services: 'keep', base: 'main', asked: level !== 'off' });
  const surroundings: Compared = {
    base: { label: 'main' },
    head: { label: 'head' },
    pairs: measured.map((pair) => ({ ...pair })),
    time: 1000,
    budget: 2000,
    onUnresolved: 'warn',
    attribution: [],
    growth,
  };
  const plan = scenarioPlanOf({ checks: { growth: level } });
  const record = recordOf();
  const scenario = assembleScenario(plan, record, {
    defaultGates: [],
    results: [],
    compared: surroundings,
  });
  return resultsSchema.parse(
    assembleResults({
      version: '0',
      createdAt: record.startedAt,
      environment: record.environment,
      git: {},
      reproduce: '',
      scenarios: [scenario],
    }),
  );
}

function only({ scenarios: [scenario] }: Results): ScenarioResults {
  if (scenario === undefined) throw new Error('there is one scenario');
  return scenario;
}

const reports = (results: Results): readonly string[] =>
  [renderTerminal(results, { color: false, width: 400 }), renderSummary(results), renderHtml(results)].map(
    (text) =>
      text
        .replace(/\s+/gu, ' ')
        .replaceAll('&#39;', "'")
        .replaceAll('&#58;', ':')
        .replaceAll('&#40;', '(')
        .replaceAll('&#41;', ')'),
  );

describe('what grows more in head than in base', () => {
  test('fails where the check growth is at level fail, as the reason', () => {
    const scenario = only(compared('fail'));
    expect(scenario.verdict).toBe('fail');
    expect(scenario.reasons).toContain(SENTENCE);
  });

  test('warns where the check is at level warn', () => {
    const scenario = only(compared('warn'));
    expect(scenario.verdict).toBe('warn');
    expect(scenario.reasons).toContain(SENTENCE);
  });

  test('is only told where nobody asked', () => {
    const scenario = only(compared('off'));
    expect(scenario.verdict).toBe('pass');
    expect(scenario.reasons).not.toContain(SENTENCE);
  });

  test('stands in every report, whatever the level', () => {
    for (const level of ['fail', 'off'] as const) {
      for (const text of reports(compared(level)))
        expect(text.toLowerCase()).toContain(SENTENCE.toLowerCase());
    }
  });

  test('what grows alike or less is no concern', () => {
    const { compared: found, checks } = only(compared('fail'));
    for (const outcome of ['alike', 'less'] as const) {
      const growth = { found: (found?.growth?.found ?? []).map((one) => ({ ...one, outcome })) };
      expect(growth.found).toHaveLength(1);
      expect(growthConcerns(found && { ...found, growth }, checks)).toEqual([]);
    }
  });

  test('is not known of too few pairs, which is told to who asked', () => {
    const why = 'growth against base is not known: it takes 12 pairs of rounds, and there were 11';
    for (const text of reports(compared('fail', 11))) expect(text.toLowerCase()).toContain(why);
    for (const text of reports(compared('off', 11))) expect(text).not.toContain('not known');
  });
});
