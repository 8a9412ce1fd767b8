import { expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
import { spoken } from '../../src/report/blocks.js';
import { stepGrowthOf } from '../../src/report/steps.js';
import { aScenario } from '../fakes/results.js';

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
