import { expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { validateConfig } from '../../src/config/plan.js';

/** As in large-config.test.ts, what takes seconds. */
test.each([
  [
    'lists inside each other',
    `version: 1\nscenarios: ${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    'is nested too deeply; write fewer lists and maps',
  ],
  [
    'so many stages that are none that the stack does not hold what is wrong',
    `version: 1\nscenarios: {a: {run: x, stages: [${'1,'.repeat(125_000)}]}}`,
    'has too many or too deeply nested values',
  ],
])('a config of 256 KB of %s is read in one pass', (_, text, expected) => {
  expect(validateConfig(text, 'f.yml').map(formatProblem)).toEqual([expect.stringContaining(expected)]);
});
