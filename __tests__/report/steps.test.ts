import { expect, test } from '@jest/globals';
import { spoken } from '../../src/model/document.js';
import type { ScenarioResults } from '../../src/model/results.js';
import { stepGrowthOf, stepsOf } from '../../src/report/steps.js';
import { aScenario } from '../fakes/results.js';

/** Three steps of flows whose slow step differs from flow to flow: medians do not add up, sums do. */
test('shares of steps are those of all time, and add up to the whole', () => {
  const times = [
    [10, 20, 70],
    [70, 10, 20],
    [20, 70, 10],
    [14, 42.4, 32],
  ];
  const scenario = aScenario({});
  const [example] = scenario.flows;
  if (example === undefined) throw new Error('no flow');
  const flows = times.map((parts, index) => {
    let at = 0;
    const steps = parts.map((time, step) => {
      const startedAt = at;
      at += time;
      return { name: 'abc'[step] ?? '', startedAt, endedAt: at };
    });
    return {
      ...example,
      iteration: index + 1,
      outcome: 'ok' as const,
      startedAt: 0,
      scheduledAt: 0,
      endedAt: at,
      steps,
    };
  });
  const failed = { ...example, outcome: 'failed' as const, startedAt: 0, endedAt: 1e6, steps: [] };
  const metrics = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [`step(${name}).med`, { value: 20, unit: 'ms' as const }]),
  );
  const lines = stepsOf({ ...scenario, metrics, flows: [...flows, failed] });
  // 114, 142.4 and 132 of 388.4 ms.
  expect(lines.map(({ share }) => Number(share.toFixed(3)))).toEqual([0.294, 0.367, 0.34]);
  expect(lines.map(({ shareOfTime }) => shareOfTime)).toEqual(['29%', '37%', '34%']);
});

const draft = { name: 'draft', before: 120, after: 860 };

function told(stepGrowth: ScenarioResults['stepGrowth']): string | undefined {
  const sentence = stepGrowthOf(aScenario({}, stepGrowth === undefined ? {} : { stepGrowth }));
  return sentence && spoken(sentence);
}

test('a ladder tells at how many flows, a run in which of its thirds', () => {
  const send = { name: 'send', before: 20, after: 45 };
  expect(told({ over: 'ladder', first: 1, last: 50, steps: [draft, send] })).toBe(
    'draft grew most: 120 ms at 1 flow at once, 860 ms at 50',
  );
  expect(told({ over: 'run', steps: [draft] })).toBe(
    'draft grew: 120 ms in the first third, 860 ms in the last',
  );
});

test('nothing is said where nothing grew', () => {
  expect(told(undefined)).toBeUndefined();
  expect(told({ over: 'run', steps: [] })).toBeUndefined();
});
