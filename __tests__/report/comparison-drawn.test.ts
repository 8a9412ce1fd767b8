import { describe, expect, test } from '@jest/globals';
import type { Compared } from '../../src/model/comparison.js';
import type { Results } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { byteLength, renderComment, renderSummary } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { firstOf, made, surroundings } from '../fakes/one-comparison.js';
import { aResults, aScenario } from '../fakes/results.js';
import { absent, comparedScenario, faster, slower, unchanged } from '../fakes/sample-comparison.js';

const terminal = (results: Results, width = 120): string => renderTerminal(results, { color: false, width });

describe('how it was measured', () => {
  test('is told: pairs, those dropped and why, rounds, services, time of the budget', () => {
    expect(firstOf(slower()).compared?.facts).toEqual([
      '42 pairs, 2 dropped (12% of the machine was given to others while head ran)',
      'rounds of 10 flows, each on a start of its own: 42 starts of either side, of 320 ms with 10 flows to warm up',
      'starts of base differ by 7.5% in flow_time.p95, 7% in flow_time.med, 7% in throughput (SD, with the noise of their rounds)',
      '58.8 s of 2 min, then it was decided',
      'all that is claimed holds together with 99%',
      'head is refs/pull/12/merge (9f8e7d6)',
      'what stands beside a base is the median of these rounds, all else is of head by itself',
    ]);
  });

  test('is told with a bounded list of reasons, and why services were restarted', () => {
    const { pairs } = surroundings();
    const dropped = pairs.map((pair, index) => ({ ...pair, dropped: `reason ${index}` }));
    const rounds = { flows: 1, services: 'restart' as const, starts: 24, note: 'the port of web is fixed' };
    expect(firstOf(made({}, {}, { pairs: dropped, rounds })).compared?.facts.slice(0, 3)).toEqual([
      '24 pairs, 24 dropped (reason 0, reason 1, reason 2, and 21 more)',
      'rounds of 1 flow, each on a start of its own: 24 starts of either side',
      'the port of web is fixed',
    ]);
  });

  test('is told of one start a side too, and what that does not see', () => {
    const factsWith = (rounds: Compared['rounds']) => firstOf(made({}, {}, { rounds })).compared?.facts[1];
    expect(factsWith({ flows: 10, services: 'keep', starts: 1 })).toBe(
      'rounds of 10 flows, one start a side: differences between starts are not seen',
    );
    expect(factsWith({ flows: 10, services: 'keep', starts: 1, startSpread: 0.01 })).toBe(
      'rounds of 10 flows, one start a side: intervals are widened for starts that differ by 1%',
    );
    expect(factsWith({ flows: 10, services: 'none' })).toBe('rounds of 10 flows');
  });

  test('and the default gates of a comparison are said in every report', () => {
    for (const text of [terminal(faster()), renderSummary(faster()), renderHtml(faster())]) {
      expect(text).toMatch(/no threshold hangs on the base/iu);
    }
    expect(renderSummary(slower())).not.toMatch(/no threshold hangs on the base/iu);
  });

  test('commits are listed up to a bound, the others counted', () => {
    const list = Array.from({ length: 50 }, (_unused, index) => ({
      sha: `${index}`.padStart(40, 'a'),
      subject: `s${index}`,
      author: 'x',
    }));
    const view = firstOf(made({}, {}, { commits: { total: 73, list } })).compared?.commits;
    expect(view).toMatchObject({ title: '73 commits between base and head', more: 53 });
    expect(view?.list).toHaveLength(20);
    expect(terminal(made({}, {}, { commits: { total: 73, list } }))).toContain('and 68 more');
  });

  test('what else rose is a table of its own, however many metrics became worse', () => {
    const summary = renderSummary(slower());
    expect(summary.match(/^\| <code>step&#40;research&#41;\.med<\/code> \| \+41\.2% \|/gmu)).toHaveLength(1);
    expect(summary).toContain('Exploratory: what rose with it need not be why.');
    expect(terminal(slower())).toMatch(/^ +waiting +\+14\.4% +\+12\.1% … \+16\.1% +\+191 ms$/mu);
    expect(renderSummary(unchanged())).not.toContain('Also rose');
  });
});

describe('the plots of the page', () => {
  const page = renderHtml(slower());

  test('have a row for each metric, which the tab key reaches, with estimate, interval, limit and margin', () => {
    expect(page.match(/<g class="effect [a-z]+" tabindex="0" role="img"/gu)).toHaveLength(5);
    expect(page).toContain(
      'aria-label="flow_time.p95 +9.3%, interval +6.4% … +11.6%: slower, gate ≤ base + 5%"',
    );
    const [row = ''] = /<g class="effect fail".*?<\/g>/su.exec(page) ?? [];
    const at = (kind: string): number =>
      Number(new RegExp(`class="${kind}" x1="([\\d.]+)"`, 'u').exec(row)?.[1]);
    // The axis is linear: margin 2%, limit 5% and the lower bound 6.4% stand in this order.
    expect(at('margin')).toBeLessThan(at('limit'));
    expect(at('limit')).toBeLessThan(at('span'));
    const zero = Number(/class="axis zero" x1="([\d.]+)"/u.exec(page)?.[1]);
    expect((at('limit') - zero) / (at('margin') - zero)).toBeCloseTo(2.5, 1);
  });

  test('have a dot for each pair, hollow where it was dropped', () => {
    expect(page.match(/<rect class="dot/gu)).toHaveLength(5 * 42);
    expect(page.match(/<rect class="dot dropped-pair/gu)).toHaveLength(5 * 2);
    expect(page).toMatch(/<title>pair 4: [+−][\d.]+%, (?:base|head) first, dropped: 12% of the machine/u);
  });

  test('draw nothing that is not known', () => {
    const unknown = made({ change: null, low: null, high: null }, { outcome: 'unresolved' });
    expect(renderHtml(unknown)).not.toMatch(/class="effect|class="dot|NaN/u);
    expect(renderHtml(absent())).not.toContain('class="effect');
  });

  test('add their look only to a page that needs it', () => {
    expect(page).toContain('.dropped-pair');
    expect(renderHtml(aResults())).not.toContain('.dropped-pair');
  });
});

describe('a comment with a comparison', () => {
  test('keeps the answer when only failing rows fit', () => {
    const full = renderComment(slower(), { marker: '' });
    const short = renderComment(slower(), { marker: '', limit: 2500 });
    expect(byteLength(full)).toBeGreaterThan(2500);
    expect(short).toContain('Slower&#58; <code>flow&#95;time.p95</code> <b>+9.3%</b>');
    expect(short).toContain('| ❌ | Flow time p95 |');
    expect(short).not.toContain('commits between');
  });

  test('on several scenarios says in the first table how each compares', () => {
    const scenarios = [comparedScenario({ slowdown: {} }), aScenario({ name: 'plain' })];
    expect(renderComment(aResults({ scenarios }), { marker: '' })).toMatch(/\| Against base \|/u);
    expect(renderComment(aResults({ scenarios: scenarios.slice(1) }), { marker: '' })).not.toContain(
      'Against',
    );
  });
});

test('the terminal leaves columns out where it is narrow, never the outcome before the gate', () => {
  expect(terminal(slower(), 120)).toMatch(/ metric +change +interval +outcome +base +head +gate$/mu);
  expect(terminal(slower(), 60)).toMatch(/ metric +change +interval$/mu);
});
