import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import type { Inputs } from '../../src/config/inputs.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';

/** A config of one scenario `s` with these lines in it. */
const scenario = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

/** Every problem as it is shown, without the file's name. */
const problems = (text: string) =>
  validateConfig(text, FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));

describe('a ladder in a config', () => {
  test.each([
    ['ladder: 5', '6:13: scenarios.s.ladder: must be a list of flows at once such as [1, 2, 5, 10], not 5'],
    ['ladder: [3]', '6:5: scenarios.s.ladder: must have at least two rungs, such as [1, 2, 5, 10]'],
    ['ladder: [1, 0.5]', '6:17: scenarios.s.ladder[1]: must be a whole number from 1 up, not 0.5'],
    [
      'ladder: [1, 5, 2]',
      '6:20: scenarios.s.ladder[2]: must be more than the rung before it (5), not 2: a ladder is ascending',
    ],
    [
      'ladder: [2, 2]',
      '6:17: scenarios.s.ladder[1]: must be more than the rung before it (2), not 2: a ladder is ascending',
    ],
  ])('%s', (line, expected) => {
    expect(problems(scenario('run: x', 'abort-on-fail: true', line))).toEqual([expected]);
  });

  test('a ladder says how many run at once, and nothing else does', () => {
    expect(problems(scenario('run: x', 'ladder: [1, 2]', 'flows: 2'))).toEqual([
      '6:5: scenarios.s: flows and ladder are given; keep one',
    ]);
  });

  test('iterations of a rung that never fill the top rung are refused', () => {
    expect(problems(scenario('run: x', 'ladder: [1, 5]', 'iterations: 4'))).toEqual([
      '6:17: scenarios.s.iterations: iterations (4) is less than the top rung (5): never would 5 be in flight',
    ]);
  });

  test.each([
    ['thresholds: [success_rate > 1%, efficiency(7) > 50%]', '6:37'],
    ['alerts: "efficiency(7) > 50%"', '6:14'],
    ['thresholds: [{expr: efficiency(7) > 50%, abort-on-fail: true}]', '6:25'],
  ])('the efficiency of a rung that there is not is refused: %s', (line, place) => {
    expect(problems(scenario('run: x', 'ladder: [1, 5]', line))).toEqual([
      expect.stringMatching(
        new RegExp(`^${place}: .*the ladder has no rung with 7 at once; rungs are 1, 5$`, 'u'),
      ),
    ]);
  });

  test('abort-delay delays nothing: a rung is judged at its end', () => {
    expect(problems(scenario('run: x', 'ladder: [1, 5]', 'abort-on-fail: true', 'abort-delay: 1s'))).toEqual([
      '7:5: scenarios.s: abort-delay delays nothing on a ladder: a rung is judged at its end',
    ]);
  });

  test.each(['rate: 5/s', 'stages: [{flows: 1, for: 1s}]'])('%s and a ladder are two loads', (line) => {
    const key = line.split(':')[0] ?? '';
    expect(problems(scenario('run: x', 'ladder: [1, 5]', line))).toEqual([
      `6:5: scenarios.s: ${key} and ladder are given; keep one`,
    ]);
  });
});

describe('the plan of a ladder', () => {
  const ladderOf = async (lines: readonly string[], inputs: Inputs = {}) => {
    const config = scenario('run: x', 'ladder: [1, 2, 5]', ...lines);
    const sources = { files: fakeFiles({ '/repo/.github/flowgate.yml': config }), workspace: '/repo' };
    return (await makePlan(inputs, sources)).scenarios[0];
  };

  test('runs three flows for each that is at once on every rung', async () => {
    expect(await ladderOf([])).toMatchObject({
      ladder: [
        { model: 'closed', flows: 1, iterations: 3 },
        { model: 'closed', flows: 2, iterations: 6 },
        { model: 'closed', flows: 5, iterations: 15 },
      ],
      load: { model: 'closed', flows: 5, iterations: 24 },
    });
  });

  test('iterations and duration are those of one rung, and an input replaces them', async () => {
    const byDuration = await ladderOf(['duration: 4s', 'abort-on-fail: true']);
    expect(byDuration?.ladder?.[1]).toEqual({ model: 'closed', flows: 2, duration: 4000 });
    expect(byDuration).toMatchObject({ load: { flows: 5, duration: 12_000 } });
    expect(byDuration?.thresholds.every(({ abort }) => abort !== undefined)).toBe(true);
    const byInput = await ladderOf(['duration: 4s'], { iterations: '7' });
    expect(byInput?.load).toEqual({ model: 'closed', flows: 5, iterations: 21 });
  });

  test('inputs that contradict it are refused, with what to do', async () => {
    await expect(ladderOf([], { flows: '7', iterations: '4' })).rejects.toThrow(
      /s has a ladder, which says how many flows run at once; leave it out[^]*iterations \(4\) is less than the top rung \(5\)/,
    );
  });
});
