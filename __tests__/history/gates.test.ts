import { describe, expect, test } from '@jest/globals';
import { parseThresholds } from '../../src/config/thresholds.js';
import { drawnWaves } from '../../src/faults/config.js';
import { gatedByHistory } from '../../src/history/gates.js';
import { loadKey } from '../../src/history/points.js';
import type { HistoryGate, Past } from '../../src/model/history.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { aPoint, HISTORY_PLAN, pastOf, STEP } from '../fakes/history.js';
import { aResults } from '../fakes/results.js';

const environment = aResults().environment;
const OWN = parseThresholds(['peak_memory < 500MB'], 'fail').thresholds;

const scenario = { name: 'checkout', load: { model: 'closed', flows: 10, iterations: 10 }, thresholds: OWN };

function gates(past: Past | undefined, of: object = scenario): string[] {
  const planned = gatedByHistory(of as ScenarioPlan, { environment, past });
  return planned.thresholds
    .filter(({ origin }) => origin === 'history')
    .map(({ expression, level }) => `${level} ${expression}`);
}

const gate = (megabytes: readonly number[], asked: HistoryGate = { margin: 0.1, level: 'warn' }) =>
  gates(pastOf(megabytes, { ...HISTORY_PLAN, gate: asked }));

describe('gates by history', () => {
  test('are none unless they are asked for', () => {
    expect(gates(undefined)).toEqual([]);
    expect(gates(pastOf(STEP))).toEqual([]);
  });

  test('lie the margin beyond what the last level lets expect, of no metric that depends on speed', () => {
    // The last level: n = 12, mean 133.917, s = 0.7334; t(11, 99%) = 3.106, so up to 136.288; and 10% more: 149.9.
    expect(gate(STEP)).toEqual(['warn success_rate >= 90%', 'warn peak_memory <= 150MB']);
    expect(gate(STEP, { margin: 0.5, level: 'fail' })).toEqual([
      'fail success_rate >= 50%',
      'fail peak_memory <= 205MB',
    ]);
  });

  test('come after those of the scenario, which stay', () => {
    const past = pastOf(STEP, { ...HISTORY_PLAN, gate: { margin: 0.1, level: 'warn' } });
    const { thresholds } = gatedByHistory(scenario as unknown as ScenarioPlan, { environment, past });
    expect(thresholds.slice(0, 1)).toEqual(OWN);
    expect(thresholds).toHaveLength(3);
  });

  test("name a change of the runner's image beside their limit, which stays", () => {
    const past = pastOf(STEP, { ...HISTORY_PLAN, gate: { margin: 0.1, level: 'warn' } });
    const points = past.points.map((point) => ({ ...point, image: 'ubuntu24 20260101.1' }));
    const gated = (image?: string) =>
      gatedByHistory(scenario as unknown as ScenarioPlan, {
        past: { ...past, points },
        environment: { ...environment, image },
      }).thresholds.slice(1);
    const images = (image?: string) => gated(image).map((threshold) => threshold.image);
    const change = 'ubuntu24 20260101.1 → ubuntu24 20260108.1';
    expect(images('ubuntu24 20260108.1')).toEqual([change, change]);
    expect(images('ubuntu24 20260101.1')).toEqual([undefined, undefined]);
    expect(images()).toEqual([undefined, undefined]);
    expect(gated('ubuntu24 20260108.1').map(({ limit }) => limit)).toEqual(gated().map(({ limit }) => limit));
  });

  test('are none before twenty runs, and none of a level of four', () => {
    expect(gate(STEP.slice(0, 19))).toEqual([]);
    expect(gate(STEP.slice(0, 34))).toEqual(['warn success_rate >= 90%']);
  });

  test('of a scenario with faults come from runs of all its waves', () => {
    // Two rounds are eight waves of ten flows each: 80 is what is kept.
    const kill = { share: 0.1, after: { from: 0, to: 10 }, signal: 'SIGKILL' };
    const faulted = { ...scenario, faults: { seed: 1, kill, waves: drawnWaves(2, 1) } };
    const past = pastOf(STEP, { ...HISTORY_PLAN, gate: { margin: 0.1, level: 'warn' } });
    const load = loadKey({ model: 'closed', flows: 10, iterations: 80 });
    const waved = { ...past, points: past.points.map((point) => ({ ...point, load })) };
    expect(gates(waved, faulted)).toEqual(['warn success_rate >= 90%', 'warn peak_memory <= 150MB']);
    expect(gates(past, faulted)).toEqual([]);
    expect(gates(waved)).toEqual([]);
  });

  test('know counts and large sizes', () => {
    const points = Array.from({ length: 20 }, (_unused, run) =>
      aPoint(run, { peak_threads: 11, peak_memory: 3.217e9, peak_files: 0 }),
    );
    const plan = { ...HISTORY_PLAN, gate: { margin: 0.05, level: 'warn' } } as const;
    expect(gates({ plan, points })).toEqual(['warn peak_memory <= 3380MB', 'warn peak_threads <= 11.6']);
  });
});
