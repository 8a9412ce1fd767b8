import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { validateConfig } from '../../src/config/plan.js';

/** What is said of the text; each of these took from half a minute to an hour before, or a defect was reported. */
const said = (text: string): readonly string[] => validateConfig(text, 'f.yml').map(formatProblem);
const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');
const HEAD = 'version: 1\nscenarios:\n  a:\n    run: x\n';

describe('a config of 256 KB is read in one pass', () => {
  test('of keys that do not exist: the first 50 are named, the others counted', () => {
    const found = said(`${HEAD}${repeat(25_000, (index) => `k${index}:\n`)}`);
    expect(found).toHaveLength(51);
    expect(found[0]).toMatch(/^f\.yml:5:1: there is no key k0;/);
    expect(found.at(-1)).toBe('f.yml: has 24950 more problems');
  });

  test('of variables, all of which are right', () => {
    expect(said(`${HEAD}    env:\n${repeat(15_000, (index) => `      K${index}: 1\n`)}`)).toEqual([]);
  });

  test('of placeholders in one text', () => {
    const found = said(`version: 1\nscenarios: {a: {run: "${'{{port}} '.repeat(27_000)}"}}`);
    expect(found.at(-1)).toBe('f.yml: has 26950 more problems');
  });

  test('of one key that is given again and again', () => {
    const found = said(`${HEAD}${'budget: 1m\n'.repeat(20_000)}`);
    expect(found[0]).toBe('f.yml:6:1: budget is given twice in the same map');
    expect(found).toHaveLength(51);
  });

  test('of anchors and aliases', () => {
    const text = `version: 1\nx:\n${repeat(5000, (index) => `  - &a${index} 1\n  - *a${index}\n`)}`;
    expect(said(text)[0]).toBe('f.yml:1:1: has 5000 aliases; write the values out, at most 1000 are read');
  });

  test.each([['maps', `version: 1\nscenarios: ${'{a: '.repeat(40_000)}${'}'.repeat(40_000)}`]])(
    'of %s inside each other',
    (_, text) => {
      expect(said(text)).toEqual([
        expect.stringMatching(/^f\.yml:2:\d+: is nested too deeply; write fewer lists and maps/),
      ]);
    },
  );

  test.each([
    ['empty thresholds', `version: 1\nscenarios: {a: {run: x, thresholds: "a${','.repeat(250_000)}"}}`],
  ])('of so many %s that the stack does not hold what is wrong', (_, text) => {
    expect(said(text)).toEqual([expect.stringContaining('has too many or too deeply nested values')]);
  });
});

test('a key that is given twice is found however it is written, and a merge key may stand twice', () => {
  expect(said(`${HEAD}    flows: 2\n    "flows": 3\n`)).toEqual([
    'f.yml:6:5: flows is given twice in the same map',
  ]);
  expect(said('version: 1\nscenarios:\n  a: &x {run: x}\n  b: {<<: *x, flows: 2}\n')).toEqual([]);
});
