import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../src/checks/index.js';
import type { Record } from '../../../src/model/record.js';
import { flowsAtOnce, monitorOf, recordOf, sampleOf } from '../../fakes/record.js';
import { FLOWS, seriesOf, WITHOUT_LEAK } from '../../measure/series.js';

const of = (record: Record) => runChecks(record, { growth: 'fail' }).find(({ id }) => id === 'growth');

describe('of services with 10,000 flows', () => {
  const TRIALS = 150;
  const caught = (shape: string, leak: number): number => {
    let count = 0;
    for (let seed = 1; seed <= TRIALS; seed++) {
      const samples = seriesOf(shape, seed, leak).map(({ at, flows, value }) =>
        sampleOf({ at, flows, serviceMemory: value }),
      );
      const record = recordOf({
        load: { model: 'closed', flows: 10, iterations: 100 },
        flows: flowsAtOnce(100),
        monitor: monitorOf(samples),
      });
      if (of(record)?.outcome === 'fail') count += 1;
    }
    return count / TRIALS;
  };

  test.each(Object.keys(WITHOUT_LEAK))('one that does not leak is let pass: %s', (shape) => {
    // 1% is the target; of 150 trials at 1%, more than 5 are seen in 0.4%.
    expect(caught(shape, 0)).toBeLessThanOrEqual(5 / TRIALS);
  });

  test.each([
    ['flat', 0.99],
    ['warming', 0.99],
    ['steps', 0.98],
  ])('one that leaks 1 KB a flow is found: %s in %d', (shape, share) => {
    expect(caught(shape, 1024)).toBeGreaterThanOrEqual(share);
  });

  test.each(['sawtooth', 'wandering', 'autocorrelated'])(
    'one whose own noise is as large as the leak is found when it leaks 4 KB a flow: %s',
    (shape) => {
      expect(caught(shape, 4096)).toBeGreaterThanOrEqual(0.95);
      expect(FLOWS).toBe(10_000);
    },
  );
});
