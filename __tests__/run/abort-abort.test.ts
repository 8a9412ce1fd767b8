import { describe, expect, test } from '@jest/globals';
import { parseThresholds } from '../../src/config/thresholds.js';
import type { Threshold } from '../../src/model/threshold.js';
import { abortReason } from '../../src/run/abort.js';
import { assembleScenario } from '../../src/verdict/assemble.js';
import { failedFlow, flowOf, flowsAtOnce, recordOf, scenarioPlanOf } from '../fakes/record.js';

/** Gates with abort-on-fail after `delay` ms, or without it. */
const gates = (expressions: readonly string[], delay?: number): Threshold[] =>
  parseThresholds(expressions, 'fail').thresholds.map((gate) => ({
    ...gate,
    ...(delay === undefined ? {} : { abort: { delay } }),
  }));

const HALF_BAD = recordOf({ flows: [...flowsAtOnce(2), failedFlow(3), failedFlow(4)] });

describe('a run is aborted', () => {
  const NONE = recordOf({ flows: [] });

  test.each([
    {
      name: 'by a gate that does not hold',
      thresholds: gates(['error_rate < 10%'], 0),
      reason: 'error_rate 50%, the gate is < 10%',
    },
    { name: 'not before its delay is over', thresholds: gates(['error_rate < 10%'], 1001) },
    {
      name: 'when it is',
      thresholds: gates(['error_rate < 10%'], 1000),
      reason: 'error_rate 50%, the gate is < 10%',
    },
    { name: 'not by a gate without abort-on-fail', thresholds: gates(['error_rate < 10%']) },
    { name: 'not by one that holds', thresholds: gates(['error_rate <= 50%'], 0) },
    { name: 'not for want of data', thresholds: gates(['flow_time.p95 < 1s'], 0), record: NONE },
    {
      name: 'by the first of several that do not hold',
      thresholds: gates(['error_rate <= 50%', 'failed == 0', 'error_rate < 10%'], 0),
      reason: 'failed 2, the gate is == 0',
    },
  ])('$name', ({ thresholds, record = HALF_BAD, reason }) => {
    expect(abortReason(thresholds, record, 1000)).toBe(reason);
  });

  test('then it has failed, says why first, and what the abortion cut short counts for nothing', () => {
    const record = recordOf({
      flows: [...flowsAtOnce(9), failedFlow(10), flowOf({ iteration: 11, outcome: 'killed' })],
      aborted: { at: 3000, reason: 'error_rate 20%, the gate is <= 10%' },
    });
    // Over what has ended the gate holds in the end; the run was ended by it all the same.
    const results = assembleScenario(scenarioPlanOf({ thresholds: gates(['error_rate <= 10%'], 0) }), record);
    expect(results.verdict).toBe('fail');
    expect(results.reasons[0]).toBe('aborted after 3 s by abort-on-fail: error_rate 20%, the gate is <= 10%');
    expect(results.metrics['error_rate']?.value).toBe(0.1);
    expect(results.aborted).toEqual(record.aborted);
  });
});
