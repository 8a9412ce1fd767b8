import { expect, test } from '@jest/globals';
import { applyAccepts } from '../../src/accept/accept.js';
import type { Acceptance } from '../../src/model/accept.js';
import { type Results, resultsSchema } from '../../src/model/results.js';
import { annotations } from '../../src/report/annotations.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment, renderSummary } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { metricName } from '../../src/model/metrics.js';
import { slower } from '../fakes/sample-comparison.js';

const HOSTILE = '</td><script>alert(1)</script> | @octocat `x` **y** ::error::z';

/** The slower change, each broken limit of which it accepts. */
function accepted(reason: string, more: Partial<Acceptance> = {}): Results {
  const results = slower();
  const scenarios = results.scenarios.map((scenario) => {
    const metrics = scenario.thresholds.filter(({ outcome }) => outcome === 'fail').map(metricName);
    const accept = metrics.map((metric): Acceptance => ({ metric, reason, standing: 'new', ...more }));
    const verdict = more.standing === undefined ? ('warn' as const) : ('fail' as const);
    return { ...scenario, ...applyAccepts(scenario.thresholds, accept), verdict };
  });
  return resultsSchema.parse({ ...results, verdict: scenarios[0]?.verdict, scenarios });
}

const textsOf = (results: Results): readonly string[] => [
  renderComment(results, { marker: '<!-- m -->' }),
  renderComment(results, { marker: '<!-- m -->', limit: 4000 }),
  renderSummary(results),
  renderTerminal(results, { color: false, width: 200 }),
  renderHtml(results),
];

test('an accepted regression is said with its reason in every report', () => {
  const results = accepted('encryption at rest');
  for (const text of textsOf(results)) {
    expect(text).toContain('encryption at rest');
    expect(text).toMatch(/accepted regressions?/);
  }
  const [only] = annotations(results);
  expect([only?.level, only?.message]).toEqual([
    'warning',
    expect.stringMatching(/accepted by this change: encryption/),
  ]);
});

test('an entry that no longer counts says so, and what to do', () => {
  const note = 'main has it already; remove it from the config';
  for (const text of textsOf(accepted('encryption', { standing: 'stale', note }))) {
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`no longer counts: ${note}`);
  }
});

test('a reason is text wherever it is shown', () => {
  const [comment = '', short = '', summary = '', , page = ''] = textsOf(accepted(HOSTILE));
  for (const text of [comment, short, summary, page]) expect(text).not.toContain('<script>alert');
  for (const text of [comment, short, summary]) expect(text).not.toMatch(/(?<![`\w])@octocat/);
});

test('a verdict that only advises says so in every report', () => {
  for (const text of textsOf({ ...slower(), advisory: true })) {
    expect(text.replaceAll(/\s+/g, ' ')).toContain('on-fail is warn');
  }
  for (const text of textsOf(slower())) expect(text).not.toContain('on-fail is warn');
});
