import { expect, test } from '@jest/globals';
import { nodeClock } from '../../src/system/clock.js';

const rung = (ms: number): Promise<number> =>
  new Promise((resolve) => {
    const due = nodeClock.now() + ms;
    nodeClock.alarm(ms, () => {
      resolve(nodeClock.now() - due);
    });
  });

test('alarms ring in order of their time, each once, and never early', async () => {
  const order: number[] = [];
  const late = await Promise.all(
    [30, 10, 20, 10.2, 0].map(async (ms) => {
      const by = await rung(ms);
      order.push(ms);
      return by;
    }),
  );
  expect(order).toEqual([0, 10, 10.2, 20, 30]);
  for (const by of late) expect(by).toBeGreaterThanOrEqual(0);
});

test('one that is cancelled does not ring, and the others still do', async () => {
  const heard: string[] = [];
  const cancelled = nodeClock.alarm(5, () => heard.push('cancelled'));
  const after = rung(15);
  cancelled.cancel();
  await after;
  await rung(1);
  expect(heard).toEqual([]);
});

test('one that is set by another one rings too', async () => {
  await new Promise<void>((resolve) => {
    nodeClock.alarm(2, () => {
      nodeClock.alarm(2, resolve);
    });
  });
  expect(await rung(0.1)).toBeGreaterThanOrEqual(0);
});

test('the clock is that of the machine, which other processes read as well', () => {
  const before = Number(process.hrtime.bigint()) / 1e6;
  const now = nodeClock.now();
  const after = Number(process.hrtime.bigint()) / 1e6;
  // Less than a tenth of a ms off, whatever happens between the readings.
  expect(now).toBeGreaterThan(before - 0.1);
  expect(now).toBeLessThan(after + 0.1);
});
