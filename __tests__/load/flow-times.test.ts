import { describe, expect, test } from '@jest/globals';
import type { FlowEnd, FlowRunner } from '../../src/flows/runner.js';
import { timeDefect } from '../../src/load/flows.js';
import type { Flow } from '../../src/model/flow.js';
import { flowsRun, simulation } from '../fakes/simulation.js';

const SOUND: Flow = {
  slot: 1,
  iteration: 1,
  token: 'fg-1',
  outcome: 'ok',
  scheduledAt: 0,
  startedAt: 0,
  runningAt: 1,
  endedAt: 5,
  steps: [{ name: 'draft', startedAt: 1, endedAt: 1 }],
  ttfb: [0, 3],
};

test('times that can be are sound', () => {
  expect(timeDefect(SOUND)).toBeUndefined();
  expect(timeDefect({ ...SOUND, startedAt: 5, runningAt: 5, endedAt: 5 })).toBeUndefined();
  // Two processes read the clock.
  expect(timeDefect({ ...SOUND, scheduledAt: 0.01 })).toBeUndefined();
});

const IMPOSSIBLE: readonly [string, Partial<Flow>][] = [
  ['an end before the start', { endedAt: -5 }],
  ['an end that is no number', { endedAt: NaN }],
  ['a start that is infinite', { startedAt: -Infinity }],
  ['a start before it was due', { scheduledAt: 3 }],
  ['running before the start', { runningAt: -1 }],
  ['a step below zero', { steps: [{ name: 'draft', startedAt: 2, endedAt: 1 }] }],
  ['a step that is no number', { steps: [{ name: 'draft', startedAt: NaN, endedAt: 1 }] }],
  ['a first byte below zero', { ttfb: [1, -0.5] }],
  ['a first byte that is no number', { ttfb: [NaN] }],
];

describe('a flow with', () => {
  test.each(IMPOSSIBLE)('%s is not ok, is not measured, and fails the run', async (_, times) => {
    const world = simulation({ model: 'closed', flows: 2, iterations: 6 }, () => 10);
    const problems: string[] = [];
    const { clock, options } = world;
    const lying: FlowRunner = {
      broken: world.runner.broken,
      endAll: () => undefined,
      settle: async () => world.runner.settle(),
      close: async () => world.runner.close(),
      release: (starts) => {
        const { origin } = options;
        return world.runner.release(starts).map(async (end) => {
          const ended = await end;
          const shifted = Object.entries(times).map(([name, time]) => [
            name,
            typeof time === 'number' ? ended.startedAt + time : time,
          ]);
          const scheduled = 'scheduledAt' in times ? { startedAt: origin - 3 } : {};
          return { ...ended, ...Object.fromEntries(shifted), ...scheduled } as FlowEnd;
        });
      },
    };
    const flows = await clock.run(
      flowsRun({ ...options, runner: lying, onProblem: (message) => problems.push(message) }),
    );
    const bad = flows.filter(({ outcome }) => outcome !== 'ok');
    expect(bad.length).toBeGreaterThan(0);
    for (const { error, startedAt, endedAt } of bad) {
      expect(error?.message).toContain('impossible times');
      expect(endedAt - startedAt).toBe(0);
    }
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^flow \d+ has impossible times: .*defect in flowgate/);
    // Nothing that is measured comes from it: times are of ok flows.
    for (const flow of flows) expect(timeDefect(flow)).toBeUndefined();
  });
});
