import { expect, test } from '@jest/globals';
import { parseThresholds } from '../../src/config/thresholds.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import { AbortWatch } from '../../src/run/abort.js';
import type { Stage } from '../../src/run/stage.js';
import type { Monitor } from '../../src/watch/sampler.js';
import { failedFlow, flowOf, monitorOf, recordOf, scenarioPlanOf } from '../fakes/record.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

const gates = parseThresholds(['error_rate < 50%'], 'fail').thresholds;

function watching(delay: number | undefined) {
  const clock = new SimulatedClock();
  const halts: string[] = [];
  const thresholds = gates.map((gate) => ({ ...gate, ...(delay === undefined ? {} : { abort: { delay } }) }));
  const stage = {
    plan: scenarioPlanOf({ thresholds }),
    ports: { clock } as unknown as Stage['ports'],
    environment: recordOf().environment,
  } as Stage;
  const monitor: Pick<Monitor, 'soFar'> = { soFar: () => monitorOf([]) };
  const log = new FlowLog({ model: 'closed', seed: 1 });
  const watch = new AbortWatch({
    stage,
    monitor: monitor as Monitor,
    log,
    origin: clock.now(),
    halt: (reason) => halts.push(reason),
  });
  return { clock, watch, halts, log };
}

test('looks once a second, halts at the first miss, and then looks no more', async () => {
  const { clock, watch, halts, log } = watching(0);
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
  const { clock, watch, log } = watching(4500);
  log.add(failedFlow(1));
  await clock.run(clock.sleep(10_000));
  expect(watch.aborted?.at).toBe(5000);
});

test('does nothing without abort-on-fail, and none after it was stopped', async () => {
  for (const { clock, watch, halts, log } of [watching(undefined), watching(1500)]) {
    log.add(failedFlow(1));
    clock.timer(1200, () => {
      watch.stop();
    });
    await clock.run(clock.sleep(5000));
    expect([halts, watch.aborted]).toEqual([[], undefined]);
  }
});
