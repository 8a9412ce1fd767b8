import { describe, expect, test } from '@jest/globals';
import { parseThresholds } from '../../src/config/thresholds.js';
import { type Results, resultsSchema, type ScenarioResults } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { assembleResults, assembleScenario } from '../../src/verdict/assemble.js';
import { rejudge } from '../../src/verdict/rejudge.js';
import { recordOf, scenarioPlanOf } from '../fakes/record.js';

const GATES = 'fail';

/** A run with --no-compare of ten flows that take 100 ms. */
function judged(...expressions: readonly string[]): ScenarioResults {
  const { thresholds } = parseThresholds(expressions, GATES);
  return assembleScenario(scenarioPlanOf({ thresholds, comparesNothing: true }), recordOf());
}

const resultsOf = (...scenarios: readonly ScenarioResults[]): Results =>
  resultsSchema.parse(
    assembleResults({
      version: '0.1.0',
      createdAt: '2026-01-02T03:04:06.000Z',
      environment: recordOf().environment,
      git: {},
      reproduce: 'npx flowgate run --no-compare',
      scenarios,
    }),
  );

const outcomes = ({ thresholds }: ScenarioResults) => thresholds.map(({ outcome }) => outcome);

describe('a limit on the base where nothing is compared', () => {
  test('is not judged, and keeps the scenario from passing', () => {
    const scenario = judged('success_rate >= 99%', 'flow_time.p95 <= base + 10%');
    expect(outcomes(scenario)).toEqual(['pass', 'not_judged']);
    expect(scenario).toMatchObject({
      verdict: 'warn',
      reasons: ['flow_time.p95 <= base + 10% was not judged: nothing was compared (--no-compare)'],
    });
  });

  test.each([
    ['a share of a time', ['flow_time.p95 <= base + 10%']],
    ['an amount', ['peak_memory <= base + 10MB']],
    ['base itself', ['success_rate >= base']],
    ['several', ['flow_time.p95 <= base + 10%', 'throughput >= base - 5%']],
  ])('is no gate that passed, where there is no other: %s', (_, expressions) => {
    const scenario = judged(...expressions);
    expect(scenario.verdict).toBe('inconclusive');
    expect(scenario.reasons[0]).toMatch(/^no gate was judged: /);
  });

  test('hides no gate that fails', () => {
    expect(judged('flow_time.p95 <= 50ms', 'flow_time.p95 <= base + 10%').verdict).toBe('fail');
  });

  test('is said in every report, of a saved run too', () => {
    const results = resultsOf(judged('success_rate >= 99%', 'flow_time.p95 <= base + 10%'));
    const shown = [
      renderTerminal(results, { color: false, width: 100 }),
      renderComment(results, { marker: '' }).replaceAll(/<[^>]+>/g, ''),
      renderHtml(results).replaceAll(/<[^>]+>/g, ''),
    ];
    for (const text of shown) expect(text).toMatch(/not judged(:|&#58;) nothing was compared/);
    expect(rejudge(results)).toMatchObject({ verdict: 'warn' });
  });
});

test('where --no-compare was not given, it has no data and is inconclusive', () => {
  const { thresholds } = parseThresholds(['success_rate >= 99%', 'flow_time.p95 <= base + 10%'], GATES);
  const scenario = assembleScenario(scenarioPlanOf({ thresholds }), recordOf());
  expect(scenario.verdict).toBe('inconclusive');
  expect(outcomes(scenario)).toEqual(['pass', 'inconclusive']);
});

test('several scenarios of which none was compared are not said to hold', () => {
  const one = judged('success_rate >= 99%', 'flow_time.p95 <= base + 10%');
  const text = renderTerminal(resultsOf(one, { ...one, name: 'other' }), { color: false, width: 100 });
  expect(text).toContain('flowgate: nothing was compared');
  expect(text).not.toMatch(/with alerts/);
});
