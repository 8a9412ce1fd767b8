import { describe, expect, test } from '@jest/globals';
import { spreadBetween } from '../../../src/compare/calibrate/spread.js';
import { measureStarts } from '../../../src/compare/calibrate/starts.js';
import { comparedMetrics } from '../../../src/compare/thresholds.js';
import { seededRandom } from '../../../src/lib/random.js';
import { gates } from '../../fakes/simulated-sides.js';
import { startingWorld, type StartingSides } from '../../fakes/starting-sides.js';

async function measured(sides: Partial<StartingSides> = {}, until = Infinity) {
  const { clock, ports, head, events, open } = startingWorld({ starting: 100, ...sides });
  const { thresholds } = gates('flow_time.med <= base + 5%');
  const starts = await clock.run(
    (async () =>
      measureStarts(await open(), {
        plan: head,
        thresholds,
        metrics: comparedMetrics(thresholds),
        until,
        ports,
      }))(),
  );
  return { starts, events };
}

describe('measuring starts', () => {
  test('runs five rounds on each of twenty starts of the same side, warmed up as in a comparison', async () => {
    const load = { model: 'closed', flows: 4, iterations: 400 } as const;
    const { starts, events } = await measured({ starting: 1000, plan: { load } });
    // After the trial of either side, of four events each. A round of 400 ms is shorter than to start.
    const [first, ...others] = Array.from({ length: 20 }, (_, start) =>
      events.slice(8 + 8 * start, 16 + 8 * start),
    );
    expect(first).toEqual(
      ['starts', 'warms up by 36', ...Array<string>(5).fill('runs 64'), 'stops'].map(
        (what) => `head ${what}`,
      ),
    );
    expect(others.every((one) => one.join() === first?.join())).toBe(true);
    expect(events).toHaveLength(8 + 20 * 8);
    expect(starts?.starts.map((rounds) => rounds.length)).toEqual(Array<number>(20).fill(5));
    expect(starts?.roundTime).toBeCloseTo(400, -1);
  });

  test('begins no further start once its time is up', async () => {
    const { starts } = await measured({}, 12_000);
    // 1.6 s each, after the trials.
    expect(starts?.starts).toHaveLength(7);
    expect(starts?.time).toBeGreaterThanOrEqual(12_000);
    expect(starts?.time).toBeLessThan(15_000);
  });

  test('tells how starts differ from how their rounds do', async () => {
    const random = seededRandom(3);
    const drawSlowness = () => {
      const slowness = 1 + 0.07 * (random() - 0.5);
      return () => slowness * (1 + 0.04 * (random() - 0.5));
    };
    const { starts } = await measured({ drawSlowness });
    const logs = starts?.starts.map((rounds) =>
      rounds.map(({ values }) => Math.log(values['flow_time.med'] ?? NaN)),
    );
    // Evenly spread on a width of 7%: a standard deviation of 2%, which twenty starts tell within a third.
    const spread = spreadBetween(logs ?? []);
    expect(spread?.between).toBeGreaterThan(0.014);
    expect(spread?.between).toBeLessThan(0.027);
    expect(spread?.within).toBeLessThan(0.004);
    expect(spread?.atMost).toBeGreaterThan(0.02);
  });
});
