import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import type { HttpWork, ScenarioPlan } from '../../src/model/plan.js';
import { toJson } from '../../src/lib/json.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';
const config = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

const problems = (...lines: string[]): string[] =>
  validateConfig(config(...lines), FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));

async function planOf(...lines: string[]): Promise<ScenarioPlan> {
  const files = fakeFiles({ '/repo/flow.mjs': '', [`/repo/${FILE}`]: config(...lines) });
  return (await makePlan({}, { files, workspace: '/repo' })).scenarios[0] as ScenarioPlan;
}

const bodyOf = async (body: string): Promise<string | undefined> =>
  ((await planOf(`http: {url: "http://a.example", body: ${body}}`)).work as HttpWork).requests[0]?.body;

describe('a body', () => {
  test.each([
    ['{id: 12345678901234567890}', '{"id":12345678901234567890}'],
    ['{price: 1.10, size: 1e400, zero: -0}', '{"price":1.10,"size":1e400,"zero":-0}'],
    ['[0.1000000000000000055511151231257827, 1.0, 3]', '[0.1000000000000000055511151231257827,1.0,3]'],
    [
      '{hex: 0x1F, octal: 0o17, plus: +5, short: .5, open: 5.}',
      '{"hex":31,"octal":15,"plus":5,"short":0.5,"open":5}',
    ],
    ['{1.10: a, 007: b}', '{"1.10":"a","007":"b"}'],
    [
      '{flag: true, none: null, date: 2024-01-02, no: no}',
      '{"flag":true,"none":null,"date":"2024-01-02","no":"no"}',
    ],
    ['1.10', '1.10'],
    ['007', '007'],
  ])('%s is sent with its digits', async (written, sent) => {
    expect(await bodyOf(written)).toBe(sent);
  });

  test.each([
    ['{code: 007}', 'http.body.code: 007 is not a number in JSON; write "007" for text, or 7 for the number'],
    [
      '{list: [1, -010]}',
      'http.body.list[1]: -010 is not a number in JSON; write "-010" for text, or -10 for',
    ],
    ['{x: .nan}', 'http.body.x: .nan is not a number in JSON; write ".nan" for text'],
    ['{x: -.inf}', 'http.body.x: -.inf is not a number in JSON; write "-.inf" for text'],
  ])('%s is refused', (written, message) => {
    const found = problems(`http: {url: "http://a.example", body: ${written}}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });
});

test('what is expected of JSON keeps its digits', async () => {
  const { work } = await planOf(
    'http: {url: "http://a.example", expect: {json: {id: 12345678901234567891, items.0: {n: 0x10}}}}',
  );
  expect(toJson((work as HttpWork).requests[0]?.expect.json)).toBe(
    '{"id":12345678901234567891,"items.0":{"n":16}}',
  );
  expect(problems('http: {url: "http://a.example", expect: {json: {code: 007}}}')).toEqual([
    expect.stringContaining('http.expect.json.code: 007 is not a number in JSON'),
  ]);
});

describe('text keeps the characters that it was written with', () => {
  const written =
    '{VERSION: 1.10, ZIP: 007, ID: 12345678901234567890, HEX: 0x1F, ON: True, PORT: 3000, NO: no}';
  const kept = {
    VERSION: '1.10',
    ZIP: '007',
    ID: '12345678901234567890',
    HEX: '0x1F',
    ON: 'True',
    PORT: '3000',
    NO: 'no',
  };

  test('in the environment, of services too', async () => {
    expect((await planOf('run: x', `env: ${written}`)).env).toMatchObject(kept);
    const { services } = await planOf('run: x', `service: {run: y, env: ${written}}`);
    expect(services[0]?.env).toMatchObject(kept);
    const named = await planOf('run: x', `services: {db: {run: y, env: ${written}}}`);
    expect(named.services[0]?.env).toMatchObject(kept);
  });

  test('in options of a module and in headers', async () => {
    expect((await planOf('module: flow.mjs', `options: ${written}`)).work).toMatchObject({ options: kept });
    const { work } = await planOf(`http: [{url: "http://a.example", headers: ${written}}]`);
    expect(work).toMatchObject({ requests: [{ headers: kept }] });
  });

  test('behind an alias and a merge key', async () => {
    const { env } = await planOf(
      'run: x',
      'service: {run: y, env: &base {V: 1.10}}',
      'env: {<<: *base, W: 2.0}',
    );
    expect(env).toMatchObject({ V: '1.10', W: '2.0' });
  });
});

test('a quantity may be written in any way, in a scenario of any name', async () => {
  const text = [
    'version: 1',
    'scenarios:',
    '  json:',
    '    run: x',
    '    flows: 0x2',
    '    iterations: 4.0',
    '',
  ];
  const files = fakeFiles({ [`/repo/${FILE}`]: text.join('\n') });
  const plan = await makePlan({}, { files, workspace: '/repo' });
  expect(plan.scenarios[0]?.load).toMatchObject({ flows: 2, iterations: 4 });
});

test('a number that an alias takes from the environment stays one', async () => {
  const { load } = await planOf('run: x', 'env: {N: &n 20}', 'flows: *n');
  expect(load).toMatchObject({ flows: 20 });
});
