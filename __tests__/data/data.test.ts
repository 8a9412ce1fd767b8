import { describe, expect, test } from '@jest/globals';
import { dataFrom, openData, readDataFile } from '../../src/data/data.js';
import { formatProblem, UserError } from '../../src/lib/errors.js';
import { toJson } from '../../src/lib/json.js';
import type { DataPlan, HttpRequestPlan, ScenarioPlan, Work } from '../../src/model/plan.js';
import { fakeFiles } from '../fakes/files.js';

const COMMAND: Work = { kind: 'command', run: 'true', shell: 'bash' };
const MODULE: Work = { kind: 'module', module: '/m.mjs', isolate: 'none', options: {} };

const planOf = (name: string, order: DataPlan['order'] = 'sequence'): DataPlan => ({
  name,
  file: `/repo/${name}`,
  order,
});

function requesting(...requests: Partial<HttpRequestPlan>[]): Work {
  return {
    kind: 'http',
    requests: requests.map((differs) => ({
      name: 'GET /',
      method: 'GET',
      url: 'http://127.0.0.1:{{port}}/',
      headers: {},
      expect: { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' },
      ...differs,
    })),
    followRedirects: false,
    maxBody: 1000,
  };
}

/** As `openData` does it, with the problems one by one. */
async function dataOf(
  scenario: Pick<ScenarioPlan, 'work' | 'seed'> & { readonly data: DataPlan },
  text: string,
): Promise<ReturnType<typeof dataFrom>> {
  const files = fakeFiles({ [scenario.data.file]: text });
  return dataFrom(scenario, await readDataFile(scenario.data, files));
}

const LETTERS = 'letter\na\nb\nc\nd\ne\n';

/** The letters of the n-th flows. */
async function letters(order: DataPlan['order'], seed: number, ...flows: readonly number[]): Promise<string> {
  const data = await dataOf({ data: planOf('letters.csv', order), work: COMMAND, seed }, LETTERS);
  return flows
    .map((n) => toJson(data?.rowOf(n)?.['letter']))
    .join('')
    .replaceAll('"', '');
}

describe('which row a flow is given', () => {
  test('the n-th, and the first again after the last', async () => {
    expect(await letters('sequence', 1, 1, 2, 3, 4, 5, 6, 7, 11, 1_000_000)).toBe('abcdeabae');
  });

  test('warm-up flows are given the last ones, so that those of the first flows are still unused', async () => {
    expect(await letters('sequence', 1, 0, -1, -2, -3, -4, -5)).toBe('edcbae');
  });

  test('shuffled, each row once before any is used again, in an order that follows from the seed', async () => {
    const turn = [1, 2, 3, 4, 5];
    const first = await letters('shuffle', 1, ...turn);
    expect(first.split('').toSorted().join('')).toBe('abcde');
    expect(await letters('shuffle', 1, 6, 7, 8, 9, 10)).toBe(first);
    expect(await letters('shuffle', 1, ...turn)).toBe(first);
    const orders = await Promise.all(
      Array.from({ length: 50 }, async (_, seed) => letters('shuffle', seed, ...turn)),
    );
    expect(new Set(orders).size).toBeGreaterThan(20);
  });

  test('shuffled, every row is as often the first as any other', async () => {
    const firsts = await Promise.all(
      Array.from({ length: 5000 }, async (_, seed) => letters('shuffle', seed, 1)),
    );
    // 5000 draws of 1 in 5: mean 1000, standard deviation 28; 4.5 of them are passed by chance once in 30,000 tests.
    for (const letter of 'abcde') {
      const count = firsts.filter((each) => each === letter).length;
      expect(Math.abs(count - 1000)).toBeLessThan(127);
    }
  });
});

async function problemsOf(work: Work, text: string, name = 'rows.ndjson'): Promise<string[]> {
  try {
    await dataOf({ data: planOf(name), work, seed: 1 }, text);
    return [];
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.problems.map(formatProblem);
    throw thrown;
  }
}

describe('numbers of JSON', () => {
  test('reach a module as JavaScript has them, and others with their digits', async () => {
    const text = '{"a":1.10,"b":[2e2],"c":{"d":-0.5}}';
    const rowOf = async (work: Work) =>
      (await dataOf({ data: planOf('rows.ndjson'), work, seed: 1 }, text))?.rowOf(1);
    expect(await rowOf(MODULE)).toEqual({ a: 1.1, b: [200], c: { d: -0.5 } });
    expect(await rowOf(COMMAND)).toMatchObject({ a: { text: '1.10' }, b: [{ text: '2e2' }] });
  });

  test('that a double would change are refused for a module', async () => {
    const text = '{"a":1}\n{"b":[12345678901234567890]}\n{"c":1e400}';
    expect(await problemsOf(COMMAND, text)).toEqual([]);
    expect(await problemsOf(MODULE, text)).toEqual([
      'rows.ndjson:2: holds 12345678901234567890, which a module would read as 12345678901234567000; write it as text',
      'rows.ndjson:3: holds 1e400, which a module would read as Infinity; write it as text',
    ]);
  });
});

const CUSTOMERS = '{"id":1,"user":{"name":"ann"},"email":"a@x"}\n{"id":2,"user":{},"email":"b@x"}';

describe('what requests ask of rows', () => {
  test.each<[string, Partial<HttpRequestPlan>, string, string[]]>([
    ['every row has it', { url: 'http://a/{{data.id}}', body: '{{ data.email }}' }, CUSTOMERS, []],
    [
      'a name that is near a column',
      { headers: { x: '{{data.emial}}' } },
      CUSTOMERS,
      [
        'http: {{data.emial}}: rows.ndjson has no column emial; did you mean email?; columns are id, user, email',
      ],
    ],
    [
      'a name that is near none, in each place where one can be',
      {
        url: 'http://a/{{data.q1}}',
        headers: { x: '{{data.q2}}' },
        body: '{{data.q3}}',
        expect: {
          status: [],
          statusText: '',
          body: { kind: 'text', text: '{{data.q4}}' },
          json: { 'a.b': [{ c: '{{data.q5}}' }] },
        },
      },
      CUSTOMERS,
      [1, 2, 3, 4, 5].map(
        (n) => `http: {{data.q${n}}}: rows.ndjson has no column q${n}; columns are id, user, email`,
      ),
    ],
    ['a row without it', { body: '{{data.user.name}}' }, CUSTOMERS, ['rows.ndjson:2: has no user.name']],
    [
      'nothing',
      {},
      CUSTOMERS,
      ['http: no request uses a row of rows.ndjson; write {{data.NAME}}, or leave data out'],
    ],
    [
      'a header that a row makes impossible',
      { headers: { 'x-name': '{{data.a}}' } },
      '{"a":"thé"}\n{"a":"x\\r\\nx-admin: 1"}\n{"a":"\\u0000"}',
      [
        'rows.ndjson:2: x-name of GET / holds a line break, which no header can',
        'rows.ndjson:3: x-name of GET / holds a control character (U+0000), which no header can; encode it as the server expects it, such as %E2%82%AC',
      ],
    ],
    [
      'a URL that a row makes impossible',
      { url: 'http://127.0.0.1:{{port}}{{data.path}}' },
      '{"path":"/a?b=1#c"}\n{"path":"/a\\nb"}\n{"path":"nowhere"}',
      [
        'rows.ndjson:2: url of GET / "http://127.0.0.1:{{port}}/a\\nb" holds a line break or a tab, which no URL can',
        'rows.ndjson:3: url of GET / "http://127.0.0.1:{{port}}nowhere" is no URL; write http://127.0.0.1:3000/orders',
      ],
    ],
    [
      'half a character',
      { url: 'http://a/{{data.a}}' },
      '{"a":"\\ud83d\\ude00"}\n{"a":"\\ud83d"}',
      ['rows.ndjson:2: a holds half of a surrogate pair, which is no character'],
    ],
  ])('%s', async (...[, request, text, told]) => {
    expect(await problemsOf(requesting(request), text)).toEqual(told);
  });

  test('without data there is nothing to fill in', () => {
    const work = requesting({ url: 'http://a/{{data.id}}' });
    expect(() => dataFrom({ work, seed: 1 }, undefined)).toThrow(
      'http: {{data.id}} is a value of a row, and there is no data; write data: users.csv',
    );
    expect(dataFrom({ work: requesting({}), seed: 1 }, undefined)).toBeUndefined();
  });
});

test('of many problems the first are told, and how many there are more', async () => {
  const told = await problemsOf(COMMAND, `a,b\n${'1\n'.repeat(1200)}`, 'rows.csv');
  expect(told).toHaveLength(11);
  expect(told[9]).toBe('rows.csv:11: has 1 field, and the header has 2 fields');
  expect(told[10]).toBe('rows.csv: has 1190 more problems');
});

describe('the file of a run', () => {
  const scenario = { data: planOf('users.csv'), work: COMMAND, seed: 1 };

  test('is read', async () => {
    const data = await openData(scenario, fakeFiles({ '/repo/users.csv': 'a\n1\n' }));
    expect([data?.count, data?.rowOf(1)]).toEqual([1, { a: '1' }]);
  });

  test('is missing or wrong, which one line says', async () => {
    await expect(openData(scenario, fakeFiles())).rejects.toThrow('there is no file /repo/users.csv');
    await expect(openData(scenario, fakeFiles({ '/repo/users.csv': 'a,\n1' }))).rejects.toThrow(
      'users.csv:1: column 2 has no name; users.csv:2: has 1 field, and the header has 2 fields',
    );
    await expect(openData(scenario, fakeFiles({ '/repo/users.csv/x': '' }))).rejects.toThrow(
      /^users\.csv: (is a folder|cannot be read: EISDIR)/,
    );
  });
});
