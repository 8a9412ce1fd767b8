import { describe, expect, test } from '@jest/globals';
import { compareRun } from '../../src/compare/statistics/looks.js';
import type { ComparedMetric, Pair } from '../../src/model/comparison.js';
import { spoken } from '../../src/model/document.js';
import type { Results } from '../../src/model/results.js';
import { firstOf, made } from '../fakes/one-comparison.js';

const answer = (results: Results): string => spoken(firstOf(results).compared?.answer.sentence ?? []);
const headline = (results: Results): string => spoken(firstOf(results).headline.sentence);

describe('an answer is never contradicted by how its figures are rounded', () => {
  test('unresolved: the estimate is below the limit in print too', () => {
    const open = { outcome: 'unresolved', change: 0.0497, low: 0.0312, high: 0.0688 } as const;
    expect(headline(made({ ...open, needed: null }, { outcome: 'unresolved' }))).toContain(
      'flow_time.p95 changed by +4.97% (99% interval +3.1% … +6.9%, 24 pairs), too uncertain for the gate of ≤ base + 5%',
    );
  });

  test('no regression: the whole interval is below the limit in print too', () => {
    const held = { outcome: 'no_regression', change: 0.012, low: -0.0204, high: 0.0496 } as const;
    expect(answer(made(held, { outcome: 'pass' }))).toBe(
      'No regression beyond 5%: flow_time.p95 +1.2% (99% interval −2.1% … +4.96%) over 24 pairs',
    );
  });

  test('slower, faster: the whole interval is beyond the margin in print too', () => {
    expect(answer(made({ change: 0.06, low: 0.0203, high: 0.0991 }))).toContain(
      '+6% (99% interval +2.03% … +10%)',
    );
    // 2% of a metric that is better when lower are 1 − 1 ÷ 1.02 on this side.
    const better = { outcome: 'improvement', change: -0.04, low: -0.06, high: -0.0197 } as const;
    expect(answer(made(better, { outcome: 'pass' }))).toContain('−4% (99% interval −6% … −1.97%)');
  });

  test('the limit has all of its digits', () => {
    const rate = { metric: 'success_rate', scale: 'rate', change: -0.02, low: -0.0424, high: 0.001 } as const;
    const held = { ...rate, outcome: 'no_regression', limit: 0.0425 } as const;
    expect(answer(made(held, { expression: 'success_rate >= base - 4.25%', outcome: 'pass' }))).toBe(
      'No regression beyond 4.25 points: success_rate −2 points (99% interval −4.24 … +0.1 points) over 24 pairs',
    );
  });

  test('another limit of the same metric counts as well', () => {
    const cleared = { outcome: 'no_regression', change: 0.0302, low: 0.022, high: 0.04 } as const;
    const missed = made(cleared, { expression: 'flow_time.p95 <= base + 3%', bound: 2060 });
    expect(headline(missed)).toContain('rose by 3.02% (99% interval +2.2% … +4%, 24 pairs)');
  });
});

describe('beside a gate on a rate stands', () => {
  const metric: ComparedMetric = { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0 };

  /** 20 pairs of rounds of 10 flows; head loses one flow in so many of them, here and there. */
  function besideTheGate(lost: number) {
    const pairs = Array.from({ length: 20 }, (_unused, index): Pair => ({
      order: index % 2 === 0 ? 'base_first' : 'head_first',
      base: { values: {}, flows: { started: 10, failed: 0 } },
      head: { values: {}, flows: { started: 10, failed: (7 * index) % 20 < lost ? 1 : 0 } },
    }));
    const [result] = compareRun(pairs, [metric], { exhausted: true }).results;
    const outcome = result?.outcome === 'regression' ? 'fail' : 'pass';
    const [row] = firstOf(made(result ?? {}, { expression: 'success_rate >= base', outcome })).rows;
    return { standing: row?.standing, ...row?.against };
  }

  test('the change where it is found, though the bounds only touch 0', () => {
    expect(besideTheGate(14)).toMatchObject({
      standing: 'fail',
      change: '−7 points',
      interval: expect.stringMatching(/^−[\d.]+ … 0 points$/u),
    });
  });

  test('a ~ where it is not found, and an interval that does not end at 0', () => {
    expect(besideTheGate(4)).toMatchObject({ standing: 'pass', change: '~' });
    const hardly = { metric: 'success_rate', scale: 'rate', change: -0.07, low: -0.12 } as const;
    const open = { ...hardly, high: Number.EPSILON, limit: 0, outcome: 'unresolved' } as const;
    const [row] = firstOf(made(open, { expression: 'success_rate >= base', outcome: 'pass' })).rows;
    expect(row?.against).toMatchObject({ change: '~', interval: '−12 … +0.01 points' });
  });
});
