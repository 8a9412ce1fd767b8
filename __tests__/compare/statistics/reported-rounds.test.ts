import { expect, test } from '@jest/globals';
import { roundOf } from '../../../src/compare/statistics/round.js';
import { flowsAtOnce, recordOf } from '../../fakes/record.js';

test('a round holds the sum of what its flows reported, with its unit, of what thresholds ask for', () => {
  const flows = flowsAtOnce(4, (index) => ({
    metrics: [
      { name: 'size', value: (index + 1) * 1e6, unit: 'bytes' },
      { name: 'tokens', value: 7, unit: 'count' },
    ],
  }));
  const metrics = [
    { metric: 'metric', label: 'size', stat: 'sum' },
    { metric: 'metric', label: 'none', stat: 'avg' },
  ] as const;
  const { values, units } = roundOf(recordOf({ flows }), { metrics, steal: undefined });
  expect([values['metric(size).sum'], values['metric(none).avg']]).toEqual([10e6, null]);
  expect(values).not.toHaveProperty('metric(tokens).sum');
  expect(units).toEqual({ 'metric(size).sum': 'bytes' });
});
