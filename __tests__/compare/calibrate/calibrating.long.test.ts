import { describe, expect, test } from '@jest/globals';
import { type CalibrateOptions, calibrateScenario } from '../../../src/compare/calibrate/calibrating.js';
import { calibrationSchema, type ScenarioCalibration } from '../../../src/model/calibration.js';
import { recordOf } from '../../fakes/record.js';
import { answering, httpPlanOf, type SimulatedSides, simulatedWorld } from '../../fakes/simulated-sides.js';

interface Calibrated {
  readonly calibration: ScenarioCalibration;
  readonly bases: readonly string[];
}

async function calibrated(
  sides: Partial<SimulatedSides> = {},
  how: Partial<CalibrateOptions> = {},
): Promise<Calibrated> {
  const { clock, ports, progress } = simulatedWorld({ answer: answering(1), ...sides });
  const options = {
    budget: 120_000,
    runs: 4,
    time: Infinity,
    services: 'keep',
    replays: 50,
    ...how,
  } as const;
  const context = { environment: recordOf().environment, env: {} };
  const calibration = await clock.run(
    calibrateScenario(httpPlanOf('head', sides.head), { ...options, ports, context }),
  );
  return {
    calibration,
    bases: [...new Set(progress.flatMap((state) => ('base' in state ? [state.base] : [])))],
  };
}

describe('calibrating, in simulated time', () => {
  test('the same code is compared with itself, and in turn with itself slowed by each share', async () => {
    const { calibration, bases } = await calibrated();
    expect(bases).toEqual([
      'itself',
      'itself, 5% slowed',
      'itself, 2% slowed',
      'itself, 10% slowed',
      'itself, 20% slowed',
    ]);
    const { same, slower } = calibration;
    expect(same?.runs).toMatchObject({ runs: 4, regression: { count: 0 }, improvement: { count: 0 } });
    expect(same?.replays?.runs).toBe(50);
    expect(slower.map(({ slowdown, runs }) => [slowdown, runs.runs])).toEqual([
      [0.02, 1],
      [0.05, 1],
      [0.1, 1],
      [0.2, 1],
    ]);
  });

  test('what is injected is what comes out: flows are slower by their share, and found from 10% on', async () => {
    const { calibration } = await calibrated();
    for (const { slowdown, injected, runs } of calibration.slower) {
      const time = injected.find(({ metric }) => metric === 'flow_time.med');
      expect(time?.low).toBeLessThanOrEqual(slowdown);
      expect(time?.high).toBeGreaterThanOrEqual(slowdown);
      // One that is judged by batches is wider.
      expect((time?.high ?? 1) - (time?.low ?? 0)).toBeLessThan(0.06);
      if (slowdown >= 0.1) expect(runs.regression.count).toBe(1);
      if (slowdown === 0.02) expect(runs.regression.count).toBe(0);
    }
  });

  test('a report holds to its schema, with limits and a budget for the config', async () => {
    const { calibration } = await calibrated();
    expect(calibrationSchema.shape.scenarios.safeParse([calibration]).error).toBeUndefined();
    const { suggestion, metrics, pairTime } = calibration;
    expect(suggestion?.thresholds[0]).toMatch(/^flow_time\.med <= base \+ \d(\.5)?%$/);
    expect(suggestion?.thresholds.at(-1)).toBe('success_rate >= base');
    expect(suggestion?.budget).toBeGreaterThanOrEqual((suggestion?.pairs ?? 0) * (pairTime ?? Infinity));
    expect(metrics.map(({ metric }) => metric)).toEqual(['flow_time.med', 'throughput', 'success_rate']);
  });

  test('after its time no further comparison is begun', async () => {
    const { calibration } = await calibrated({}, { runs: undefined, time: 30_000 });
    expect(calibration.same?.runs.runs).toBeGreaterThan(1);
    // One comparison may be under way when the time is up.
    expect(calibration.time).toBeLessThan(30_000 + 120_000);
    expect(calibration.time).toBeGreaterThanOrEqual(30_000);
  });

  test('a budget that holds no first look is said, and nothing is made up', async () => {
    const { calibration } = await calibrated({ answer: () => ({ headAfter: 2000 }) }, { budget: 10_000 });
    expect(calibration.problem).toMatch(/the fewest that can tell anything.*raise the budget/);
    expect(calibration.same).toBeUndefined();
    expect(calibration.suggestion).toBeUndefined();
  });

  test('an interrupt keeps what was measured, and counts no comparison that it cut short', async () => {
    const { calibration } = await calibrated({ interruptAt: 4000 });
    expect(calibration.problem).toBeUndefined();
    expect(calibration.same?.runs.runs).toBe(0);
    expect(calibration.metrics[0]?.pairs).toBeGreaterThan(1);
    expect(calibration.slower).toEqual([]);
  });
});
