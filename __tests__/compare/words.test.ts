import { expect, test } from '@jest/globals';
import { batchesWords, differenceWords, unresolvedWords } from '../../src/compare/words.js';
import type { ComparisonResult } from '../../src/model/comparison.js';

const RESULT: ComparisonResult = {
  metric: 'flow_time.med',
  scale: 'relative',
  limit: 0.05,
  base: 100,
  head: 105,
  change: 0.0497,
  low: 0.0203,
  high: 0.0691,
  confidence: 0.99,
  pairs: 12,
  dropped: 0,
  looks: 1,
  outcome: 'unresolved',
  mde: 0.0499,
  needed: null,
};

test('a figure near the limit or the margin of 2% has the digits that tell them apart', () => {
  expect(differenceWords(RESULT, 'main')).toBe(
    'flow_time.med is 4.97% slower than main (99% interval +2.03% … +7%, 12 pairs)',
  );
  expect(unresolvedWords(RESULT, 'main')).toContain('a change of 4.99% for the worse could have been seen');
});

test('of what is worse when lower too', () => {
  const fell = { ...RESULT, metric: 'throughput', change: -0.0497, low: -0.0691, high: -0.0203 };
  expect(differenceWords(fell, 'main')).toBe(
    'throughput is 4.97% lower than main (99% interval −7% … −2.03%, 12 pairs)',
  );
});

test('pairs that resemble their neighbours are said to be judged by batches too', () => {
  const dependence = { correlation: 0.617, p: 0.002, batches: 12 };
  expect(batchesWords({ ...RESULT, pairs: 24, dependence })).toBe(
    'pairs resemble their neighbours (correlation 0.62): judged by 12 batches of 2 too',
  );
  expect(batchesWords({ ...RESULT, pairs: 40, dependence })).toMatch(/12 batches of 3 or 4 too$/);
  // Too few for batches of two: nothing was judged by them, and the reason says so.
  expect(batchesWords({ ...RESULT, pairs: 20, dependence })).toBeUndefined();
  expect(batchesWords({ ...RESULT, dependence: { correlation: 0.1, p: 0.4 } })).toBeUndefined();
});
