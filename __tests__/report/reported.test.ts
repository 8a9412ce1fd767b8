import { expect, test } from '@jest/globals';
import { spoken } from '../../src/model/document.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import type { ScenarioResults } from '../../src/model/results.js';
import { partsOf } from '../fakes/report-parts.js';
import { aResults, aScenario, aThreshold } from '../fakes/results.js';

const stats = (label: string, unit: 'count' | 'bytes' | 'ms' | 'ratio', values: readonly number[]) =>
  Object.fromEntries(
    ['avg', 'p95', 'max', 'sum'].map((stat, index) => [
      `metric(${label}).${stat}`,
      { value: values[index] ?? 0, unit },
    ]),
  );

const withMetrics = (metrics: ScenarioResults['metrics']) => {
  const scenario = aScenario();
  return { ...scenario, metrics: { ...scenario.metrics, ...metrics } };
};

const scenario = withMetrics({
  ...stats('tokens', 'count', [412, 500, 510, 4120]),
  ...stats('size', 'bytes', [3e6, 4e6, 5e6, 30e6]),
  ...stats('wait', 'ms', [20, 45, 60, 200]),
  ...stats('hits', 'ratio', [0.93, 1, 1, 9.3]),
});

test('the tables show of each what its unit makes worth a row', () => {
  const rows = partsOf(scenario).rows.filter(({ metric }) => metric.startsWith('metric('));
  expect(rows.map(({ title, value }) => `${title}: ${value}`)).toEqual([
    'Metric tokens, in all: 4120',
    'Metric tokens, mean: 412',
    'Metric size, in all: 30 MB',
    'Metric size, mean: 3 MB',
    'Metric wait, mean: 20 ms',
    'Metric wait p95: 45 ms',
    'Metric hits, mean: 93%',
  ]);
});

test('of more than five names the first five are in the tables, and all in the list of all metrics', () => {
  const names = Array.from({ length: 8 }, (_, index) => `n${index}`);
  const many = withMetrics(
    Object.fromEntries(names.flatMap((name) => Object.entries(stats(name, 'ratio', [0.5])))),
  );
  expect(partsOf(many).rows.filter(({ metric }) => metric.startsWith('metric('))).toHaveLength(5);
  expect(renderHtml(aResults({ scenarios: [many] }))).toContain('metric(n7).max');
});

test('terminal, comment and page show them', () => {
  const results = aResults({ scenarios: [scenario] });
  expect(renderTerminal(results, { color: false, width: 80 })).toMatch(
    /metrics +tokens in all 4120 +tokens mean 412 +size in all 30 MB/,
  );
  expect(renderComment(results, { marker: '<!-- x -->' })).toMatch(/Metric tokens, in all \| 4120/);
  expect(renderHtml(results)).toContain('<td>Metric tokens, in all</td><td class="number">4120</td>');
});

test('a name that is markup is text', () => {
  const hostile = withMetrics(stats('<img src=x> **b** | @all', 'count', [1, 1, 1, 1]));
  const results = aResults({ scenarios: [hostile] });
  expect(renderHtml(results)).not.toContain('<img');
  expect(renderComment(results, { marker: '<!-- x -->' })).not.toMatch(/<img|@all/);
});

test('a gate in another unit than flows report is said not to be passed', () => {
  const reason = 'flows report a size, and 3s is a time';
  const change = { limit: 3000, bound: null, outcome: 'inconclusive', reason } as const;
  const thresholds = [aThreshold(scenario, 'metric(size).max < 3s', change)];
  const { headline } = partsOf({ ...scenario, verdict: 'inconclusive', thresholds });
  expect(spoken(headline.sentence)).toBe(
    `metric(size).max cannot be judged: ${reason}; the gate of < 3 s is not passed.`,
  );
});
