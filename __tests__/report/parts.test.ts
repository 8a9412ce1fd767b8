import { expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { aResults, aScenario } from '../fakes/results.js';

const none = { failed: 0, timed_out: 0, killed: 0, dropped: 0 };

/** 3 flows of browse and 1 of buy, of which there are figures. */
function mixOf(name = 'buy'): ScenarioResults {
  const plain = aScenario();
  const [flow] = plain.flows;
  return {
    ...plain,
    kind: 'mix',
    counts: { ...none, ok: 4 },
    parts: [
      { name: 'browse', share: 0.8, kind: 'http', counts: { ...none, ok: 3 } },
      { name, share: 0.2, kind: 'command', counts: { ...none, ok: 1 } },
    ],
    metrics: {
      ...plain.metrics,
      'success_rate(browse)': { value: 1, unit: 'ratio' },
      'flow_time(browse).med': { value: 12, unit: 'ms' },
      'flow_time(browse).p95': { value: 34, unit: 'ms' },
      'throughput(browse)': { value: 5, unit: 'per_second' },
      [`success_rate(${name})`]: { value: null, unit: 'ratio', note: 'no flow was started' },
    },
    flows: flow === undefined ? [] : [{ ...flow, part: name }],
  };
}

test('each part has a row of what was drawn, what was asked for, and its figures; no data is said', () => {
  const results = aResults({ scenarios: [mixOf()] });
  const terminal = renderTerminal(results, { color: false, width: 100 });
  expect(terminal).toMatch(/browse +3 \(75%, asked: 80%\) +100% +12 ms +34 ms +5 flows\/s/);
  expect(terminal).toMatch(/buy +1 \(25%, asked: 20%\) +no data +no data/);
  const comment = renderComment(results, { marker: '<!-- x -->' });
  expect(comment).toContain('| browse | 3 (75%, asked: 80%) | 100% | 12 ms | 34 ms | 5 flows/s |');
  const page = renderHtml(results);
  expect(page).toContain('Parts of the mix');
  expect(page).toMatch(/flow \d+ \(buy\), slot/);
});

test('a scenario that is no mix has no such table', () => {
  const results = aResults({ scenarios: [aScenario()] });
  expect(renderHtml(results)).not.toContain('Parts of the mix');
});
