import { describe, expect, test } from '@jest/globals';
import { resultsJson } from '../../src/report/results-json.js';
import { flowOf } from '../fakes/record.js';
import { aResults, aScenario } from '../fakes/results.js';

describe('results.json', () => {
  test('is written without what is too long for one text, and says so', () => {
    const huge = 'x'.repeat(2 ** 28);
    const flows = [1, 2].map((iteration) =>
      flowOf({ iteration, outcome: 'failed', error: { message: huge } }),
    );
    const text = resultsJson(aResults({ scenarios: [{ ...aScenario({}), flows: flows }] }));
    const { scenarios } = JSON.parse(text) as ReturnType<typeof aResults>;
    expect(scenarios[0]?.cut).toEqual([
      'what flows printed, and their steps, are left out: the file would be too large',
    ]);
    expect(scenarios[0]?.flows[1]?.error?.message).toHaveLength(200);
  });
});
