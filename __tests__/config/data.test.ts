import { describe, expect, test } from '@jest/globals';
import { makePlan, type PlanSources, validateConfig } from '../../src/config/plan.js';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';
const USERS = 'email,name\na@x,ann\nb@x,ben\n';

const config = (...lines: string[]): string =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

const sourcesOf = (lines: readonly string[], files: Readonly<Record<string, string>>): PlanSources => ({
  files: fakeFiles({ '/repo/shop/users.csv': USERS, [`/repo/${FILE}`]: config(...lines), ...files }),
  workspace: '/repo',
});

async function planOf(...lines: string[]): Promise<ScenarioPlan | undefined> {
  return (await makePlan({}, sourcesOf(lines, {}))).scenarios[0];
}

async function problems(
  lines: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  try {
    await makePlan({}, sourcesOf(lines, files));
    return [];
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems.map(formatProblem);
    throw thrown;
  }
}

describe('data of a scenario', () => {
  test('is a file, from the working directory', async () => {
    const plan = await planOf('run: x', 'data: users.csv', 'working-directory: shop');
    expect(plan?.data).toEqual({ name: 'users.csv', file: '/repo/shop/users.csv', order: 'sequence' });
    expect(await planOf('run: x')).not.toHaveProperty('data');
  });

  test('or a map, with the order of its rows', async () => {
    const plan = await planOf('run: x', 'data: {file: shop/users.csv, order: shuffle}');
    expect(plan?.data).toEqual({ name: 'shop/users.csv', file: '/repo/shop/users.csv', order: 'shuffle' });
  });

  test.each([
    [
      'data: 7',
      '5:11: scenarios.s.data: must be a file such as users.csv, or a map with file and order, not 7',
    ],
    [
      'data: [a.csv]',
      '5:5: scenarios.s.data: must be a file such as users.csv, or a map with file and order, not a list',
    ],
    ['data: ""', 'is empty; write users.csv'],
    [
      'data: users.txt',
      '"users.txt" is no file of rows; its name must end in .csv, .json, .ndjson or .jsonl',
    ],
    ['data: {order: shuffle}', '5:5: scenarios.s.data.file: must be text such as users.csv, not nothing'],
    [
      'data: {file: a.csv, order: random}',
      '5:32: scenarios.s.data.order: must be one of sequence, shuffle, not "random"',
    ],
    ['data: {file: a.csv, ordr: shuffle}', 'there is no key ordr; did you mean order?'],
    ['env: {FLOWGATE_DATA: x}', '5:26: scenarios.s.env.FLOWGATE_DATA: is set by flowgate for each flow'],
    [
      'setup: "echo {{data.name}}"',
      '{{data.name}} is for http; a command finds its row in FLOWGATE_DATA, a module in ctx.data',
    ],
  ])('%s', (line, told) => {
    const found = validateConfig(config('run: x', line), FILE).map(formatProblem);
    expect(found).toEqual([expect.stringContaining(told)]);
  });

  test('its file is missing, which is told once', async () => {
    expect(await problems(['run: x', 'data: user.csv'])).toEqual([
      `${FILE}:5:11: scenarios.s.data: there is no file user.csv; write its path from the working directory`,
    ]);
  });

  test('its file may be made by prepare', async () => {
    const lines = ['http: "http://a/{{data.x}}"', 'data: made.csv'];
    const { files, workspace } = sourcesOf(lines, {});
    const plan = await makePlan({ compare: 'base', prepare: 'make' }, { files, workspace, prepares: true });
    expect(plan.scenarios[0]?.data?.name).toBe('made.csv');
  });

  test('all that is wrong with it is told with file and line, beside what is wrong elsewhere', async () => {
    const found = await problems(['run: x', 'data: users.csv', 'working-directory: shop', 'flws: 3'], {
      '/repo/shop/users.csv': 'a,b\n1\n2,3,4\n',
    });
    expect(found).toEqual([
      expect.stringContaining('there is no key flws; did you mean flows?'),
      'shop/users.csv:2: has 1 field, and the header has 2 fields',
      'shop/users.csv:3: has 3 fields, and the header has 2 fields',
    ]);
  });

  test('its file is too large', async () => {
    const { files, workspace } = sourcesOf(['run: x', 'data: shop/users.csv'], {});
    let most: number | undefined;
    const read: typeof files.read = async (path, limit) => {
      if (!path.endsWith('.csv')) return files.read(path);
      most = limit;
      throw new UserError({
        file: path,
        message: 'is larger than 10 MB, the most that is read; make it smaller',
      });
    };
    await expect(makePlan({}, { files: { ...files, read }, workspace })).rejects.toThrow(
      /^shop\/users\.csv: is larger than 10 MB, the most that is read; make it smaller$/,
    );
    expect(most).toBe(10e6);
  });

  test('a working directory that only its file is in is used', async () => {
    const lines = ['module: flowgate:demo', 'data: users.csv'];
    const plan = await makePlan({ workingDirectory: 'shop' }, sourcesOf(lines, {}));
    expect(plan.scenarios[0]?.data?.file).toBe('/repo/shop/users.csv');
  });
});

describe('columns that requests name', () => {
  const at = `${FILE}:4:11: scenarios.s.http: `;

  test('are those of the file', async () => {
    const request =
      '{url: "http://a/{{data.email}}", headers: {x-ž: "{{data.name}}"}, body: {n: "{{data.name}}"}}';
    const lines = [`http: ${request.replace('x-ž', 'x-name')}`, 'data: shop/users.csv'];
    expect(await problems(lines)).toEqual([]);
  });

  test('are unknown, with the nearest one and all others', async () => {
    expect(await problems(['http: "http://a/{{data.emial}}"', 'data: shop/users.csv'])).toEqual([
      `${at}{{data.emial}}: shop/users.csv has no column emial; did you mean email?; columns are email, name`,
    ]);
  });

  test('need data', async () => {
    expect(await problems(['http: "http://a/{{data.First name}}"'])).toEqual([
      `${at}{{data.First name}} is a value of a row, and there is no data; write data: users.csv`,
    ]);
    const sources = sourcesOf(['run: x'], {});
    await expect(makePlan({ url: 'http://a/{{data.x}}' }, sources)).rejects.toThrow(
      'input url: {{data.x}} is a value of a row, and there is no data; write data: users.csv',
    );
  });

  test('may be named in other letters than a header can have', async () => {
    const lines = ['http: {url: "http://a", headers: {x: "{{data.名前}}"}}', 'data: n.csv'];
    expect(await problems(lines, { '/repo/n.csv': '名前\nann\n' })).toEqual([]);
    expect(await problems(lines, { '/repo/n.csv': '名前\nann\n名\n' })).toEqual([
      expect.stringMatching(/^n\.csv:3: x of GET \/ holds "名" \(U\+540D\), which no header can/),
    ]);
  });
});
