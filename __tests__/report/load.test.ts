import { describe, expect, test } from '@jest/globals';
import { resultsSchema } from '../../src/model/results.js';
import { renderHtml } from '../../src/report/html.js';
import { renderProgress } from '../../src/report/progress.js';
import { loadWords } from '../../src/report/surroundings.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { distributionPlot } from '../../src/report/timeline-plot.js';
import type { Progress } from '../../src/system/ports.js';
import { aResults, aScenario } from '../fakes/results.js';

const stage = (flows: number) => ({ flows, duration: 30_000 });

describe('the load in words', () => {
  test.each([
    [{ model: 'closed', flows: 10, iterations: 240 }, '10 flows at once, 240 in all'],
    [{ model: 'closed', flows: 1, duration: 60_000 }, '1 flow at once for 1 min'],
    [{ model: 'open', flows: 100, rate: 50, duration: 30_000 }, '50 flows/s for 30 s, at most 100 in flight'],
    [
      { model: 'closed', flows: 50, stages: [stage(10), { ...stage(50), ramp: 5000 }] },
      '10 flows at once for 30 s, then 50 for 30 s (5 s of them a ramp)',
    ],
    [
      {
        model: 'open',
        flows: 100,
        stages: [
          { rate: 10, duration: 30_000 },
          { rate: 50, duration: 5000 },
        ],
      },
      '10 flows/s for 30 s, then 50 flows/s for 5 s, at most 100 in flight',
    ],
    [
      { model: 'closed', flows: 10, stages: [stage(10), { ...stage(0), ramp: 30_000 }] },
      '10 flows at once for 30 s, then 0 for 30 s (30 s of them a ramp)',
    ],
    [
      {
        model: 'open',
        flows: 100,
        stages: [
          { rate: 10, duration: 30_000 },
          { rate: 0, duration: 5000 },
        ],
      },
      '10 flows/s for 30 s, then 0 flows/s for 5 s, at most 100 in flight',
    ],
    [
      { model: 'closed', flows: 60, stages: [10, 20, 60, 30, 5].map(stage) },
      '5 stages from 5 to 60 flows at once, 2 min 30 s in all',
    ],
  ] as const)('%j', (load, words) => {
    expect(loadWords(load)).toBe(words);
  });
});

describe('a run in the open model with drops', () => {
  const scenario = aScenario({ iterations: 20 });
  const open = {
    ...scenario,
    load: { model: 'open' as const, flows: 10, rate: 50, duration: 30_000, timeout: 30_000, warmup: 0 },
    metrics: { ...scenario.metrics, dropped: { value: 12, unit: 'count' as const } },
  };
  const results = aResults({ scenarios: [open] });

  test('says the model and how many were dropped, in every report', () => {
    const words = '50 flows/s for 30 s, at most 10 in flight; 12 dropped';
    expect(renderTerminal(results, { color: false, width: 120 })).toContain(words);
    expect(renderHtml(results)).toContain(words);
    expect(resultsSchema.parse(results).scenarios[0]?.load).toEqual(open.load);
  });

  test('shows the distribution from when flows were due, as flow_time counts', () => {
    const flows = open.flows.map((flow) => ({ ...flow, scheduledAt: flow.startedAt - 9000 }));
    expect(distributionPlot({ ...open, flows })).not.toBe(distributionPlot(open));
    const closed = { ...open, load: { ...open.load, model: 'closed' as const } };
    expect(distributionPlot({ ...closed, flows })).toBe(distributionPlot(closed));
  });

  test('shows the rate and the limit while it is under way', () => {
    const progress: Progress = {
      scenario: 'checkout',
      flows: 100,
      load: { model: 'open', flows: 100, rate: 50, duration: 30_000 },
      duration: 30_000,
      elapsed: 10_000,
      done: 490,
      inFlight: 10,
      failed: 0,
      rate: 49,
      memory: 1e6,
      memoryHistory: [],
      cpu: 0.1,
      cpuHistory: [],
    };
    const shown = renderProgress(progress, { color: false, width: 100 });
    expect(shown).toContain('50 flows/s for 30 s, at most 100 in flight');
    expect(shown).toContain('left 0:20');
  });
});
