import { describe, expect, test } from '@jest/globals';
import type { FlowEnd, FlowStart } from '../../src/flows/runner.js';
import { seededRandom } from '../../src/lib/random.js';
import { measure, summarize } from '../../src/measure/summarize.js';
import type { Flow } from '../../src/model/flow.js';
import type { Load, OpenLoad } from '../../src/model/plan.js';
import type { Timer } from '../../src/system/ports.js';
import { recordOf } from '../fakes/record.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';
import { flowsRun, simulation } from '../fakes/simulation.js';

/*
 * Whole runs in simulated time, against what queueing theory or arithmetic says must come out.
 */

async function run(load: Load, time: (start: FlowStart) => number): Promise<readonly Flow[]> {
  const { clock, options } = simulation(load, time);
  return clock.run(flowsRun(options));
}

const dropped = (flows: readonly Flow[]) => flows.filter(({ outcome }) => outcome === 'dropped');
const ran = (flows: readonly Flow[]) => flows.filter(({ outcome }) => outcome !== 'dropped');
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Poisson arrivals: a stage for each gap, in which the integral of the rate grows by one flow. */
function poisson(flows: number, meanGap: number, slots: number): OpenLoad {
  const random = seededRandom(20260105);
  const stages = Array.from({ length: flows }, () => {
    const duration = -Math.log(1 - random()) * meanGap;
    return { duration, rate: 1000 / duration };
  });
  return { model: 'open', flows: slots, stages };
}

describe('the open model', () => {
  test('M/D/1: flows that queue for one server wait ρ/(2μ(1−ρ)) on average', async () => {
    const service = 10;
    for (const load of [0.5, 0.7]) {
      const { clock, runner, options } = simulation(poisson(40_000, service / load, 5000), () => 0);
      let freeAt = 0;
      runner.release = (starts) =>
        starts.map(async (): Promise<FlowEnd> => {
          const startedAt = Math.max(freeAt, clock.now());
          freeAt = startedAt + service;
          await clock.sleep(freeAt - clock.now());
          return { outcome: 'ok', startedAt, endedAt: freeAt };
        });
      const flows = await clock.run(flowsRun(options));
      expect(dropped(flows)).toEqual([]);
      const expected = (load * service) / (2 * (1 - load));
      const waited = mean(flows.map(({ scheduledAt, startedAt }) => startedAt - scheduledAt));
      expect(Math.abs(waited / expected - 1)).toBeLessThan(0.05);
    }
  });

  test.each([
    { slots: 1, erlangs: 0.8 },
    { slots: 5, erlangs: 4 },
  ])(
    'with $slots slots for $erlangs Erlang as many are dropped as Erlang B says',
    async ({ slots, erlangs }) => {
      const flows = await run(poisson(12_000, 10 / erlangs, slots), () => 10);
      // B(0) = 1, B(n) = a·B(n−1) ÷ (n + a·B(n−1)): the same for every distribution of service times.
      let blocked = 1;
      for (let n = 1; n <= slots; n += 1) blocked = (erlangs * blocked) / (n + erlangs * blocked);
      expect(Math.abs(dropped(flows).length / flows.length / blocked - 1)).toBeLessThan(0.05);
    },
  );

  test('1000/s for 30 s: exact starts, and one of five dropped where five would be needed and four are allowed', async () => {
    const flows = await run({ model: 'open', flows: 4, rate: 1000, duration: 30_000 }, () => 5);
    expect(flows).toHaveLength(30_000);
    flows.forEach(({ scheduledAt, iteration }) => {
      expect(Math.abs(scheduledAt - (iteration - 1))).toBeLessThan(1e-6);
    });
    expect(dropped(flows)).toHaveLength(6000);
    expect(dropped(flows)[0]).toMatchObject({ slot: 0, iteration: 5, startedAt: 4, endedAt: 4 });
    expect(measure(summarize(recordOf({ flows })), { metric: 'dropped' }).value).toBe(6000);
    expect(measure(summarize(recordOf({ flows })), { metric: 'success_rate' }).value).toBe(0.8);
  });

  test('timers that are late do not add up: the rate is right, and nobody starts more than a timer late', async () => {
    const clock = new CoarseClock();
    const load: Load = { model: 'open', flows: 100, rate: 730, duration: 30_000 };
    const { options } = simulation(load, () => 5, clock);
    const flows = await clock.run(flowsRun(options));
    expect(flows).toHaveLength(21_900);
    const starts = flows.map(({ startedAt }) => startedAt);
    const rate = (1000 * (flows.length - 1)) / (Math.max(...starts) - Math.min(...starts));
    expect(Math.abs(rate / 730 - 1)).toBeLessThan(0.005);
    const late = flows.map(({ scheduledAt, startedAt }) => startedAt - scheduledAt);
    expect(Math.max(...late)).toBeLessThan(CoarseClock.LATE + 1);
  });

  test('a stall of 1.4 s at 100/s is in the flow time: p99 is 1200 ms, and not what the flows took', async () => {
    const load: Load = { model: 'open', flows: 200, rate: 100, duration: 20_000 };
    const { clock, runner, options } = simulation(load, () => 0);
    const stall = { from: clock.now() + 5000, to: clock.now() + 6400 };
    runner.release = (starts) =>
      starts.map(async (): Promise<FlowEnd> => {
        const now = clock.now();
        const startedAt = now >= stall.from && now < stall.to ? stall.to : now;
        await clock.sleep(startedAt + 2.7 - now);
        return { outcome: 'ok', startedAt, endedAt: clock.now() };
      });
    const flows = await clock.run(flowsRun(options));
    const p99 = (model: Load) =>
      measure(summarize(recordOf({ flows, load: model })), { metric: 'flow_time', stat: 'p99' }).value ?? 0;
    // 1% of 2000 flows are those of the first 200 ms of the stall, which waited for 1200 ms or more.
    expect(Math.abs(p99(load) / 1200 - 1)).toBeLessThan(0.01);
    expect(p99({ model: 'closed', flows: 200, iterations: 2000 })).toBeCloseTo(2.7, 6);
  });

  test('slots are taken again, so that no more are used than flows are in flight', async () => {
    const flows = await run({ model: 'open', flows: 100, rate: 100, duration: 1000 }, () => 25);
    expect(Math.max(...flows.map(({ slot }) => slot))).toBe(3);
    expect(flows.some(({ barrier }) => barrier)).toBe(false);
  });
});

describe('stages', () => {
  const stages = [
    { flows: 3, duration: 2000 },
    { flows: 12, duration: 2000 },
    { flows: 5, duration: 2000 },
  ];

  test('of flows switch within 50 ms, up and down', async () => {
    const flows = await run({ model: 'closed', flows: 12, stages }, ({ iteration }) => 20 + (iteration % 7));
    const inFlightAt = (at: number) =>
      ran(flows).filter(({ startedAt, endedAt }) => startedAt <= at && at < endedAt).length;
    expect([10, 1999, 2001, 3999, 4050, 5999, 6050].map(inFlightAt)).toEqual([3, 3, 12, 12, 5, 5, 0]);
    expect(Math.max(...flows.map(({ slot }) => slot))).toBe(12);
  });

  test('of flows with a ramp take on one after another', async () => {
    const load: Load = { model: 'closed', flows: 10, stages: [{ flows: 10, duration: 2000, ramp: 1000 }] };
    const flows = await run(load, () => 10_000);
    expect(flows.map(({ startedAt }) => Math.round(startedAt))).toEqual(
      Array.from({ length: 10 }, (_, index) => (index + 1) * 100),
    );
  });

  test('of rates switch at the boundary', async () => {
    const load: Load = {
      model: 'open',
      flows: 10,
      stages: [
        { rate: 10, duration: 2000 },
        { rate: 100, duration: 2000 },
      ],
    };
    const flows = await run(load, () => 5);
    const started = (from: number, to: number) =>
      flows.filter(({ startedAt }) => startedAt >= from - 1e-6 && startedAt < to - 1e-6).length;
    expect([started(0, 2000), started(2000, 2050), started(2000, 4000)]).toEqual([20, 5, 200]);
  });
});

/** Timers as Node has them: whole ms, at least one, and late. */
class CoarseClock extends SimulatedClock {
  static readonly LATE = 0.3;

  override timer(ms: number, callback: () => void): Timer {
    return super.timer(Math.max(1, Math.trunc(ms)) + CoarseClock.LATE, callback);
  }
}
