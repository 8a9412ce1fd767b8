import { describe, expect, test } from '@jest/globals';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import { formatProblem, type UserError } from '../../src/lib/errors.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = 'flowgate.yml';
const config = (metrics: string, ...scenario: string[]): string =>
  [
    'version: 1',
    'compare: base',
    `metrics: ${metrics}`,
    'scenarios:',
    '  s:',
    ...scenario.map((line) => `    ${line}`),
    '',
  ].join('\n');
const RUN = 'run: ./flow.sh';
const HTTP =
  'http: {url: "http://a.example/", measure: {tokens: json.tokens, size: {from: json.size, unit: KB}}}';

const problems = (metrics: string, ...scenario: string[]): string[] =>
  validateConfig(config(metrics, ...scenario), FILE).map((problem) =>
    formatProblem(problem).replace(`${FILE}:`, ''),
  );
const planOf = (text: string, inputs = {}) =>
  makePlan(inputs, { files: fakeFiles({ [`/repo/${FILE}`]: text }), workspace: '/repo' });

describe('what metrics mean', () => {
  test('is said once, and more is worse unless it says otherwise', async () => {
    const scores = 'thresholds: [metric(score).avg >= base - 5%, metric(tokens).avg <= base + 5%]';
    const { scenarios } = await planOf(
      config('{score: {better: higher}, tokens: {unit: count}}', RUN, scores),
    );
    expect(scenarios[0]?.metrics).toEqual({
      score: { better: 'higher' },
      tokens: { better: 'lower', unit: 'count' },
    });
    expect(scenarios[0]?.thresholds.map(({ worse }) => worse)).toEqual(['lower', undefined]);
  });

  test.each([
    ['{x: higher}', 'metrics.x: must be a map with better and unit'],
    ['{x: {better: more}}', 'metrics.x.better: must be one of lower, higher'],
    ['{x: {unit: MB}}', 'metrics.x.unit: must be one of ms, bytes, ratio, count'],
    ['{x: {beter: higher}}', 'metrics.x: there is no key beter; did you mean better?'],
    ['{"a(b)": {unit: ms}}', 'metrics.a(b): holds a parenthesis'],
    ['[x]', 'metrics: must be a map of names and what they mean'],
  ])('%s is refused', (metrics, message) => {
    expect(problems(metrics, RUN)).toEqual([expect.stringContaining(message)]);
  });

  test('a limit on the base is the bound on the side that is worse', () => {
    const gates = 'thresholds: [metric(score).avg <= base + 5%, metric(tokens).avg >= base - 5%]';
    expect(problems('{score: {better: higher}}', RUN, gates)).toEqual([
      expect.stringContaining(
        'metric(score).avg is worse when lower, so that base is the other bound of it; write metric(score).avg >= base - 5%',
      ),
      expect.stringContaining(
        'metric(tokens).avg is worse when higher, so that base is the other bound of it',
      ),
    ]);
  });

  test('a limit in another unit is refused where the unit is known', () => {
    const gates =
      'thresholds: [metric(t).avg < 3MB, metric(t).avg < 3, metric(t).max < 3s, metric(t).p95 <= base + 5%, metric(t).med <= base + 3MB]';
    expect(problems('{t: {unit: ms}}', RUN, gates)).toEqual([
      expect.stringContaining(
        '"metric(t).avg < 3MB": is not in the unit that metrics says, ms: flows report a time, and 3MB is a size',
      ),
      expect.stringContaining('flows report a time, and 3 is a bare number'),
      expect.stringContaining('flows report a time, and 3MB is a size'),
    ]);
  });

  test('belongs to the top', () => {
    expect(problems('{t: {unit: ms}}', RUN, 'metrics: {t: {unit: ms}}')).toEqual([
      expect.stringContaining('metrics is for the whole config; write it at the top, beside scenarios'),
    ]);
  });
});

describe('a metric that no request measures', () => {
  test('is refused in thresholds and under metrics, with the nearest name', () => {
    const gates = 'thresholds: [metric(token).avg < 5, metric(cost).sum < 3, metric(size).max < 3MB]';
    expect(problems('{sizes: {unit: bytes}}', HTTP, gates)).toEqual([
      expect.stringMatching(/metrics: no request measures sizes; did you mean size\?$/),
      expect.stringContaining('"metric(token).avg < 5": no request measures token; did you mean tokens?'),
      expect.stringContaining(
        'no request measures cost; they measure tokens, size: add it to measure of a request',
      ),
    ]);
    expect(
      problems('{size: {unit: bytes}}', 'http: http://a.example/', 'alerts: [metric(x).avg < 5]'),
    ).toEqual([
      expect.stringContaining('no request measures size; they measure nothing'),
      expect.stringContaining('no request measures x; they measure nothing'),
    ]);
  });

  test('is not known of commands, nor where requests are wrong', () => {
    expect(problems('{t: {unit: ms}}', RUN, 'thresholds: [metric(x).avg < 5]')).toEqual([]);
    const wrong = 'http: {url: "http://a.example/", measure: 5}';
    expect(problems('{t: {unit: ms}}', wrong, 'thresholds: [metric(x).avg < 5]')).toEqual([
      expect.stringContaining('measure'),
    ]);
  });

  test('is refused in inputs too, and what the config says of others holds there', async () => {
    const refusals = async (text: string, thresholds: string): Promise<string[]> => {
      try {
        await planOf(text, { thresholds });
        return [];
      } catch (thrown) {
        return (thrown as UserError).problems.map(({ where, message }) => `${where ?? ''}: ${message}`);
      }
    };
    expect(await refusals(config('{size: {unit: bytes}}', HTTP), 'metric(token).avg < 5')).toEqual([
      'input thresholds[0]: "metric(token).avg < 5": no request measures token; did you mean tokens?',
    ]);
    const scored = config('{score: {better: higher}}', RUN);
    expect(await refusals(scored, 'metric(score).avg >= base - 5%')).toEqual([]);
    expect(await refusals(scored, 'metric(other).avg >= base - 5%')).toEqual([
      expect.stringContaining('metric(other).avg is worse when higher'),
    ]);
  });
});
