import { describe, expect, test } from '@jest/globals';
import { parseThresholds } from '../../src/config/thresholds.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import type { Record } from '../../src/model/record.js';
import type { Threshold } from '../../src/model/threshold.js';
import { AbortWatch } from '../../src/run/abort.js';
import { assembleScenario } from '../../src/verdict/assemble.js';
import { brokenGates } from '../../src/verdict/decide.js';
import { failedFlow, flowOf, flowsAtOnce, recordOf, scenarioPlanOf } from '../fakes/record.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

/** Gates with abort-on-fail after `delay` ms, or without it. */
const gates = (expressions: readonly string[], delay?: number): Threshold[] =>
  parseThresholds(expressions, 'fail').thresholds.map((gate) => ({
    ...gate,
    ...(delay === undefined ? {} : { abort: { delay } }),
  }));

function watching(thresholds: readonly Threshold[], soFar: () => Record) {
  const clock = new SimulatedClock();
  const halts: string[] = [];
  const watch = new AbortWatch({
    thresholds,
    broken: (due) => brokenGates(due, soFar()),
    clock,
    origin: clock.now(),
    halt: (reason) => halts.push(reason),
  });
  return { clock, watch, halts };
}

/** Of a run whose flows are added while it is under way. */
function running(delay: number | undefined) {
  const log = new FlowLog({ model: 'closed', seed: 1 });
  const watched = watching(gates(['error_rate < 50%'], delay), () => recordOf(log.recorded()));
  return { ...watched, log };
}

test('judges once a second, halts at the first miss, and then judges no more', async () => {
  const { clock, watch, halts, log } = running(0);
  clock.timer(1500, () => {
    log.add(flowOf());
  });
  clock.timer(2500, () => {
    log.add(failedFlow(2));
  });
  await clock.run(clock.sleep(10_000));
  expect(halts).toEqual(['aborted: error_rate 50%, the gate is < 50%']);
  expect(watch.aborted).toEqual({ at: 3000, reason: 'error_rate 50%, the gate is < 50%' });
});

test('waits for the delay', async () => {
  const { clock, watch, log } = running(4500);
  log.add(failedFlow(1));
  await clock.run(clock.sleep(10_000));
  expect(watch.aborted?.at).toBe(5000);
});

test('does nothing without abort-on-fail, and none after it was stopped', async () => {
  for (const { clock, watch, halts, log } of [running(undefined), running(1500)]) {
    log.add(failedFlow(1));
    clock.timer(1200, () => {
      watch.stop();
    });
    await clock.run(clock.sleep(5000));
    expect([halts, watch.aborted]).toEqual([[], undefined]);
  }
});

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
  ])('$name', async ({ thresholds, record = HALF_BAD, reason }) => {
    const { clock, watch } = watching(thresholds, () => record);
    await clock.run(clock.sleep(1500));
    watch.stop();
    expect(watch.aborted?.reason).toBe(reason);
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
