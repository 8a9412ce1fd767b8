import { describe, expect, test } from '@jest/globals';
import type { Compared } from '../../../src/model/comparison.js';
import { spoken } from '../../../src/model/document.js';
import type { Results } from '../../../src/model/results.js';
import { annotations } from '../../../src/report/annotations.js';
import { renderHtml } from '../../../src/report/html.js';
import { renderSummary } from '../../../src/report/markdown.js';
import { renderTerminal } from '../../../src/report/terminal.js';
import { firstOf, made } from '../../fakes/one-comparison.js';
import { aResults, aScenario, editable, parsedThreshold } from '../../fakes/results.js';
import { absent, faster, slower, unchanged, unresolved } from '../../fakes/sample-comparison.js';

const answer = (results: Results): string => spoken(firstOf(results).compared?.answer.sentence ?? []);
const headline = (results: Results): string => {
  const { status, sentence } = firstOf(results).headline;
  return `${status}: ${spoken(sentence)}`;
};
const terminal = (results: Results, width = 120): string => renderTerminal(results, { color: false, width });

describe('the answer of a comparison is one sentence', () => {
  test('slower, by how much, how sure, over how many pairs', () => {
    expect(answer(made({}))).toBe('Slower: flow_time.p95 +9.8% (99% interval +7.1% … +12.6%) over 24 pairs');
  });

  test('unresolved, with what could have been seen and what it would take', () => {
    const open = made(
      { outcome: 'unresolved', change: 0.012, low: -0.02, high: 0.054 },
      { outcome: 'unresolved' },
    );
    expect(answer(open)).toBe(
      'Unresolved: flow_time.p95 +1.2% (99% interval −2% … +5.4%) over 24 pairs: could have seen +6.3%; about 40 pairs (4 min) would show +5%',
    );
  });

  test('unresolved as the budget was spent, with what one more minute would see', () => {
    const change = { outcome: 'unresolved', change: 0.012, low: -0.02, high: 0.054 } as const;
    const spent = made(change, { outcome: 'unresolved' }, { ended: 'budget' });
    // 6 s a pair. The half is h = (ln 1.054 − ln 0.98) ÷ 2 = 0.0364, and ln 1.063 = 0.0611 = ln 1.02 + 1.134·h, or
    // ln 1.05 + 0.338·h. Of 34 pairs h is √(24/34) of it: max(ln 1.02 + 0.0347, ln 1.05 + 0.0041) = 0.0545 is 5.6%.
    expect(answer(spent)).toMatch(/; one more minute \(10 pairs\) would see \+5\.6%$/u);
    const looked = made(change, { outcome: 'unresolved' }, { ended: 'looks' });
    expect(answer(looked)).not.toContain('one more minute');
  });

  test('unresolved for another reason than noise gives that', () => {
    const open = made(
      {
        outcome: 'unresolved',
        change: null,
        low: null,
        high: null,
        confidence: null,
        mde: null,
        needed: null,
        reason: 'there is no valid pair of rounds',
      },
      { outcome: 'unresolved' },
    );
    expect(answer(open)).toBe('Unresolved: flow_time.p95: there is no valid pair of rounds');
    expect(headline(open)).toBe(
      'is unresolved against main: flow_time.p95 is not judged: there is no valid pair of rounds; the gate is ≤ base + 5%.',
    );
  });

  test('faster, and no regression', () => {
    const better = { outcome: 'improvement', change: -0.12, low: -0.14, high: -0.09 } as const;
    expect(answer(made(better, { outcome: 'pass' }))).toBe(
      'Faster: flow_time.p95 −12% (99% interval −14% … −9%) over 24 pairs',
    );
    const same = { outcome: 'no_regression', change: 0.003, low: -0.009, high: 0.016 } as const;
    expect(answer(made(same, { outcome: 'pass' }))).toBe(
      'No regression beyond 5%: flow_time.p95 +0.3% (99% interval −0.9% … +1.6%) over 24 pairs',
    );
    expect(answer(unchanged())).toMatch(/^No regression beyond 5%: flow_time\.med /u);
  });

  test('worse, where another limit is missed than the one that it was compared by', () => {
    const cleared = { outcome: 'no_regression', change: 0.03, low: 0.022, high: 0.04 } as const;
    const results = made(cleared, { expression: 'flow_time.p95 <= base' });
    expect(answer(results)).toBe('Slower: flow_time.p95 +3% (99% interval +2.2% … +4%) over 24 pairs');
  });

  test.each([
    ['cpu_per_flow', 'More CPU', 'takes more CPU than main'],
    ['peak_memory', 'More memory', 'takes more memory than main'],
    ['success_rate', 'Fails more often', 'fails more often than main'],
    ['peak_threads', 'Worse', 'is worse than main'],
    ['throughput', 'Slower', 'is slower than main'],
  ])('of %s is called what it is', (metric, word, status) => {
    const results = made({ metric }, { expression: `${metric} <= base + 5%` });
    expect(answer(results)).toContain(`${word}: ${metric} `);
    expect(firstOf(results).headline.status).toBe(status);
  });

  test('absolute changes in their unit, rates in points', () => {
    const bytes = {
      metric: 'peak_memory',
      scale: 'absolute',
      limit: 10e6,
      change: 12e6,
      low: 11e6,
      high: 13e6,
    } as const;
    expect(answer(made(bytes, { expression: 'peak_memory <= base + 10MB' }))).toContain(
      'peak_memory +12 MB (99% interval +11 MB … +13 MB)',
    );
    const rate = {
      metric: 'success_rate',
      scale: 'rate',
      limit: 0,
      change: -0.031,
      low: -0.052,
      high: -0.011,
    } as const;
    expect(answer(made(rate, { expression: 'success_rate >= base' }))).toContain(
      'success_rate −3.1 points (99% interval −5.2 … −1.1 points)',
    );
  });

  test('a limit of base itself that nothing speaks against is neither broken nor shown', () => {
    const open = {
      metric: 'success_rate',
      scale: 'rate',
      limit: 0,
      outcome: 'unresolved',
      change: 0,
      low: -0.02,
      high: 0.02,
    } as const;
    const results = made(open, { expression: 'success_rate >= base', outcome: 'pass' });
    expect(answer(results)).toBe(
      'No change seen: success_rate 0 points (99% interval −2 … +2 points) over 24 pairs',
    );
    expect(firstOf(results).compared?.lines[0]).toMatchObject({
      standing: 'pass',
      outcome: 'no change seen',
    });
  });

  test('nothing was compared: why, and that absolute gates are in force', () => {
    expect(answer(absent())).toBe('checkout is new in head; judged by its absolute gates alone');
    expect(terminal(absent())).toContain('not with main (1a2b3c4): checkout is new in head; judged by');
    expect(headline(absent())).toMatch(
      /^is not compared with main: flow_time\.p95 is not judged: checkout is new in head;/u,
    );
  });

  test.each([
    ['interrupted', 'the run was interrupted before anything was known'],
    ['failed', 'the rounds failed before anything was known'],
    ['budget', 'no pair of rounds was finished'],
  ] as const)('without any result that ended %s says so', (ended, words) => {
    const [scenario] = made({}, {}, { ended }).scenarios;
    expect(answer(aResults({ scenarios: [{ ...(scenario ?? aScenario()), comparison: [] }] }))).toBe(words);
  });
});

describe('how it was measured', () => {
  const compared = (change: Partial<Compared>) => firstOf(made({}, {}, change)).compared;

  test('cut short in the first pair says so', () => {
    expect(compared({ pairs: [], ended: 'interrupted' })?.facts).toEqual([
      'interrupted before the first pair was through',
    ]);
    expect(compared({ pairs: [], ended: 'budget' })?.facts).toEqual([]);
  });

  test.each([
    ['feature', 'head is feature (9f8e7d6)'],
    ['head, merged into main', 'head is merged into main (9f8e7d6)'],
    ['head', 'head is 9f8e7d6'],
  ])('head that is called %s is told once', (label, fact) => {
    const { pairs, ...source } = firstOf(slower()).compared?.source ?? { pairs: [] };
    expect(source).toBeDefined();
    expect(compared({ pairs, head: { label, sha: '9f8e7d6c5b' } })?.facts).toContain(fact);
  });

  test('commits that a shallow clone does not know are said to be unknown', () => {
    const commits = { total: 0, list: [], unknown: 'the clone is shallow (fetch-depth: 0 shows them)' };
    const results = made({}, {}, { commits });
    for (const text of [terminal(results), renderSummary(results), renderHtml(results)]) {
      const spelled = text.replaceAll(/&#(\d+);/gu, (_all, digits: string) =>
        String.fromCodePoint(Number(digits)),
      );
      expect(spelled.replaceAll(/\s+/gu, ' ')).toContain(
        'commits between base and head: not known: the clone is shallow (fetch-depth: 0 shows them)',
      );
    }
    expect(terminal(made({}, {}, { commits: { total: 0, list: [] } }))).not.toContain('commits');
  });
});

describe('the headline', () => {
  test('of a regression says how much against what', () => {
    expect(headline(slower())).toMatch(
      /^is slower than main: flow_time\.p95 rose by 9\.3% \(99\.8% interval \+6\.4% … \+11\.6%, 40 pairs\); the gate is ≤ base \+ 5%; 2 other gates fail too\.$/u,
    );
  });

  test('of a run that holds and is better says so', () => {
    expect(headline(faster())).toMatch(/^holds, and is faster than main: .*; all 6 gates hold\.$/u);
    expect(firstOf(unchanged()).headline.status).toBe('holds');
  });

  test('never counts an unresolved gate among those that hold', () => {
    const [scenario] = unresolved().scenarios;
    const passing = aResults({ scenarios: [{ ...(scenario ?? aScenario()), verdict: 'pass' }] });
    expect(headline(passing)).toMatch(/; 3 of 6 gates hold, 3 are unresolved\.$/u);
  });

  test('of what is unresolved says what could have been seen, as a warning or as no verdict', () => {
    expect(headline(unresolved())).toMatch(
      /^is unresolved against main: flow_time\.p95 changed by \+2\.1% \(.*\), too uncertain for the gate of ≤ base \+ 5%: could have seen \+12%; about 177 pairs \(21 min\) would show \+5%; one more minute \(8 pairs\) would see \+10\.2%; 2 other thresholds are unresolved too\.$/u,
    );
    const [scenario] = unresolved().scenarios;
    const stopped = aResults({ scenarios: [{ ...(scenario ?? aScenario()), verdict: 'inconclusive' }] });
    expect(headline(stopped)).toBe(headline(unresolved()));
  });

  test('of a gate of another kind that fails too is not of the comparison alone', () => {
    const results = editable(made({}));
    const [scenario] = results.scenarios;
    scenario?.thresholds.push({
      ...parsedThreshold('total_time < 1s'),
      actual: 2000,
      bound: 1000,
      unit: 'ms',
      outcome: 'fail',
    });
    expect(headline(results)).toMatch(/^misses 2 gates: flow_time\.p95 rose by 9\.8% /u);
  });
});

describe('the rows of metrics', () => {
  const { rows } = firstOf(slower());
  const row = (metric: string) => rows.find((one) => one.metric === metric);

  test('have base, change and interval where a threshold hangs on the base', () => {
    expect(row('flow_time.p95')).toMatchObject({
      standing: 'fail',
      value: '2.5 s',
      limit: '≤ base + 5%',
      against: { base: '2.31 s', change: '+9.3%', interval: '+6.4% … +11.6%' },
    });
    expect(row('throughput')?.limit).toBe('≥ base − 5%');
    expect(row('peak_memory')?.limit).toBe('≤ base + 10 MB');
  });

  test('have a ~ where noise may be all of it, and a = where nothing differs', () => {
    expect(row('peak_memory')?.against?.change).toBe('~');
    const equal = made({ change: 0, low: 0, high: 0, outcome: 'no_regression' }, { outcome: 'pass' });
    expect(firstOf(equal).rows[0]?.against?.change).toBe('=');
  });

  test('with a limit of their own have none', () => {
    expect(row('total_time')?.against).toBeUndefined();
    const results = editable(made({}));
    const [scenario] = results.scenarios;
    scenario?.thresholds.push({
      ...parsedThreshold('flow_time.p95 < 9s'),
      actual: 2500,
      bound: 9000,
      unit: 'ms',
      outcome: 'pass',
    });
    const own = firstOf(results).rows.find(({ expression }) => expression === 'flow_time.p95 < 9s');
    expect(own).toMatchObject({ value: '2.5 s', limit: '< 9 s' });
    expect(own?.against).toBeUndefined();
  });

  test('that are unresolved have a standing and a mark of their own in every report', () => {
    expect(firstOf(unresolved()).rows[0]?.standing).toBe('unresolved');
    const alert = made({ outcome: 'unresolved' }, { outcome: 'unresolved', level: 'warn' });
    expect(firstOf(alert).rows[0]?.standing).toBe('unresolved');
    expect(renderSummary(unresolved())).toContain('| 〰️ | Flow time p95 |');
    expect(terminal(unresolved())).toContain('  ~ flow_time.p95 <= base + 5%  2.16 s  from 2.13 s  ~');
    expect(renderHtml(unresolved())).toContain('<span role="img" aria-label="unresolved">~</span>');
  });
});

describe('the annotations of a comparison', () => {
  const levels = (results: Results) => annotations(results).map(({ level, title }) => `${level}: ${title}`);

  test('are errors with the effect where a gate fails', () => {
    expect(annotations(made({}))).toEqual([
      {
        level: 'error',
        title: 'checkout is slower than main',
        message: 'flow_time.p95 +9.8% (99% interval +7.1% … +12.6%, 24 pairs), the gate is ≤ base + 5%',
      },
    ]);
  });

  test('are as bad as on-inconclusive makes what is unresolved', () => {
    const open = (onUnresolved: Compared['onUnresolved'], level: 'fail' | 'warn' = 'fail') =>
      levels(made({ outcome: 'unresolved' }, { outcome: 'unresolved', level }, { onUnresolved }));
    expect(open('warn')).toEqual(['warning: checkout: 1 alert']);
    expect(open('fail')).toEqual(['error: checkout is unresolved against main']);
    expect(open('fail', 'warn')).toEqual(['warning: checkout: 1 alert']);
    expect(open('pass')).toEqual([]);
  });
});
