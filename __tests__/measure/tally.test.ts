import { describe, expect, test } from '@jest/globals';
import { inFlightOver, mostInFlight, runningFrom, Skew } from '../../src/measure/tally.js';
import type { Flow } from '../../src/model/flow.js';
import { flowOf } from '../fakes/record.js';
import { forSeeds } from './seeded.js';

type Span = Parameters<typeof runningFrom>[0];
const sweepOf = (flows: readonly Span[]) => ({
  starts: Float64Array.from(flows, runningFrom).sort(),
  ends: Float64Array.from(flows, ({ endedAt }) => endedAt).sort(),
});
/** As so many machines would have them. */
const columnsOf = (flows: readonly Span[], machines = 1) => {
  const all = Array.from({ length: machines }, (_, machine) =>
    sweepOf(flows.filter((__, index) => index % machines === machine)),
  );
  return { starts: all.map(({ starts }) => starts), ends: all.map(({ ends }) => ends) };
};
const most = (flows: readonly Span[]) => mostInFlight(sweepOf(flows).starts, sweepOf(flows).ends);
const startSkew = (flows: readonly Flow[]) => {
  const skew = new Skew();
  flows.forEach((flow) => {
    skew.add(flow);
  });
  return skew.widest;
};

const spans = (...pairs: [number, number][]) => pairs.map(([startedAt, endedAt]) => ({ startedAt, endedAt }));

describe('most flows in flight', () => {
  test('none without flows', () => {
    expect(most([])).toBe(0);
  });

  test('flows that overlap are counted together, whatever their order', () => {
    expect(most(spans([5, 15], [0, 10], [9, 12], [20, 30]))).toBe(3);
  });

  test('an end at the instant of a start does not overlap it', () => {
    expect(most(spans([0, 10], [10, 20], [20, 30]))).toBe(1);
  });

  test('a flow that took no measurable time counts while it is alone', () => {
    expect(most(spans([5, 5]))).toBe(1);
  });

  test('flows told to start at once are not together if one ended before the next was seen to run', () => {
    const told = [
      { startedAt: 0, runningAt: 1, endedAt: 5 },
      { startedAt: 0, runningAt: 6, endedAt: 9 },
    ];
    expect(most(told)).toBe(1);
  });

  test('equals the count at every start, tried one by one', () => {
    forSeeds(200, (random) => {
      const flows = Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
        const startedAt = Math.floor(random() * 50);
        return { startedAt, endedAt: startedAt + 1 + Math.floor(random() * 20) };
      });
      const counts = flows.map(
        ({ startedAt: at }) => flows.filter((flow) => flow.startedAt <= at && at < flow.endedAt).length,
      );
      expect(most(flows)).toBe(Math.max(...counts));
    });
  });
});

describe('flows in flight over time', () => {
  test('the most in each part of the window, those included that go on from the part before', () => {
    const flows = spans([0, 35], [12, 18], [14, 16], [31, 40]);
    expect(inFlightOver(columnsOf(flows), { from: 0, to: 40 }, 4)).toEqual([1, 3, 1, 2]);
  });

  test('the largest part is the most in flight of all', () => {
    forSeeds(100, (random) => {
      const flows = Array.from({ length: 1 + Math.floor(random() * 60) }, () => {
        const startedAt = random() * 50;
        return { startedAt, endedAt: startedAt + 0.1 + random() * 20 };
      });
      const window = {
        from: Math.min(...flows.map(({ startedAt }) => startedAt)),
        to: Math.max(...flows.map(({ endedAt }) => endedAt)),
      };
      const inFlight = inFlightOver(columnsOf(flows), window, 7);
      expect(Math.max(...inFlight)).toBe(most(flows));
      expect(inFlightOver(columnsOf(flows, 3), window, 7)).toEqual(inFlight);
    });
  });
});

describe('start skew', () => {
  test('is the spread of the flows that left the barrier, and of no others', () => {
    const flows = [
      flowOf({ barrier: true, startedAt: 3 }),
      flowOf({ barrier: true, startedAt: 1 }),
      flowOf({ barrier: true, startedAt: 9.5 }),
      flowOf({ startedAt: 400 }),
    ];
    expect(startSkew(flows)).toBe(8.5);
  });

  test('is of the moments that the processes were seen to run, where they are known', () => {
    const flows = [
      flowOf({ barrier: true, startedAt: 0, runningAt: 7 }),
      flowOf({ barrier: true, startedAt: 2 }),
      flowOf({ barrier: true, startedAt: 0, runningAt: 40 }),
    ];
    expect(startSkew(flows)).toBe(38);
  });

  test('is unknown without a barrier', () => {
    expect(startSkew([flowOf()])).toBeUndefined();
  });
});
