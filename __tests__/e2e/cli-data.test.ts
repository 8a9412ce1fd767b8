import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Results } from '../../src/model/results.js';
import { onPython, PYTHON } from './python.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/** What shells, JSON, CSV and URLs have a meaning for, bytes that dash uses itself (0x81 to 0x88), and NUL. */
const HARD = [
  'line\nbreak\r\nand\ttab',
  `"quoted" 'single' \`back\` $HOME $(id) \\ \\n !! {{token}}`,
  'Příliš žluťoučký kůň 🐎 \u0101\u0102\u0103\u0104\u0105\u0106\u0107\u0108 \u2028',
  'nothing\0after NUL\u001b[31m',
  "flowgate-end\nE x 0\n'",
  '',
];

const csvOf = (values: readonly string[]): string =>
  `text,n\r\n${values.map((text, index) => `"${text.replaceAll('"', '""')}",${index + 1}\r\n`).join('')}`;

const rowsOf = (values: readonly string[]): unknown[] =>
  values.map((text, index) => ({ text, n: String(index + 1) }));

const iterationsOf = (results: Results): unknown => results.scenarios[0]?.flows.map(({ outcome }) => outcome);

describe('rows reach flows as they are', () => {
  test.each(['bash -eo pipefail', 'sh', 'dash'])('in FLOWGATE_DATA, as JSON (%s)', async (shell) => {
    const cwd = emptyFolder();
    write(cwd, 'rows.csv', csvOf(HARD));
    write(
      cwd,
      'flowgate.yml',
      JSON.stringify({
        version: 1,
        scenarios: {
          s: {
            run: 'printf %s "$FLOWGATE_DATA" >"got.$FLOWGATE_ITERATION"',
            shell,
            data: 'rows.csv',
            flows: 3,
            iterations: 8,
            warmup: 1,
            thresholds: ['success_rate >= 100%'],
          },
        },
      }),
    );
    const run = await runCli(['run'], { cwd });
    expect([run.status, run.stdout]).toEqual([0, expect.anything()]);
    const got = (iteration: number): unknown =>
      JSON.parse(readFileSync(join(cwd, `got.${iteration}`), 'utf8'));
    const rows = rowsOf(HARD);
    // Warm-up is iteration 0, and is given the last row.
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map(got)).toEqual([rows.at(-1), ...rows, rows[0], rows[1]]);
    expect(run.results().scenarios[0]?.data).toEqual({ file: 'rows.csv', rows: 6, order: 'sequence' });
    expect(run.stdout).toContain('rows.csv has 6 rows for 9 flows: rows were used again');
  });

  test.each(['none', 'thread', 'process'])(
    'in ctx.data, a copy for each flow (isolate: %s)',
    async (isolate) => {
      const cwd = emptyFolder();
      write(
        cwd,
        'rows.ndjson',
        HARD.map((text) => JSON.stringify({ text, deep: { list: [1.5, null] } })).join('\n'),
      );
      write(
        cwd,
        'flow.mjs',
        `import assert from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const rows = readFileSync('rows.ndjson', 'utf8').split('\\n').map((line) => JSON.parse(line));
export const setup = (ctx) => { assert(!('data' in ctx)); };
export default (ctx) => {
  assert.deepStrictEqual(ctx.data, rows[(ctx.iteration - 1) % rows.length]);
  assert(ctx.data instanceof Object && ctx.data.deep.list instanceof Array);
  ctx.data.deep.list.push('mine');
};
`,
      );
      write(
        cwd,
        'flowgate.yml',
        `version: 1\nscenarios: {s: {module: flow.mjs, isolate: ${isolate}, data: rows.ndjson, flows: 3, iterations: 12, thresholds: [success_rate >= 100%]}}\n`,
      );
      const run = await runCli(['run'], { cwd });
      expect([run.status, run.stdout]).toEqual([0, expect.anything()]);
    },
  );
});

onPython('rows in Python', () => {
  test('are in ctx.data, of the kinds that JSON has', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'rows.ndjson',
      HARD.map((text) => JSON.stringify({ text, deep: { list: [1.5, 2, null] } })).join('\n'),
    );
    write(
      cwd,
      'flow.py',
      `import json
with open('rows.ndjson', newline='\\n') as file:
    rows = [json.loads(line) for line in file]
def flow(ctx):
    assert ctx.data == rows[(ctx.iteration - 1) % len(rows)], ctx.data
    ctx.data['deep']['list'].append('mine')
`,
    );
    const s = {
      module: 'flow.py',
      python: PYTHON,
      data: 'rows.ndjson',
      flows: 3,
      iterations: 12,
      thresholds: ['success_rate >= 100%'],
    };
    write(cwd, 'flowgate.yml', JSON.stringify({ version: 1, scenarios: { s } }));
    const run = await runCli(['run'], { cwd });
    expect([run.status, run.stdout]).toEqual([0, expect.anything()]);
  });
});

describe('rows of requests', () => {
  let server: Server;
  let port = 0;
  let asked: { path: string; query: unknown; header: unknown; body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://a');
        asked.push({ path: pathname, query: [...searchParams], header: request.headers['x-n'], body });
        response.end(body);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    server.close();
  });

  test('are filled in in url, headers, body and what is expected', async () => {
    asked = [];
    const cwd = emptyFolder();
    const rows = HARD.map((text, index) => ({ text, n: index, user: { name: `u${index}` } }));
    write(cwd, 'rows.json', JSON.stringify(rows));
    const http = {
      url: `http://127.0.0.1:${port}/{{data.user.name}}?q={{data.text}}`,
      headers: { 'x-n': '{{data.n}}' },
      body: { said: '{{data.text}}', n: '{{data.n}}', both: '{{data.n}}: {{data.text}}' },
      expect: { body: '{{data.n}}', json: { said: '{{data.text}}', n: '{{data.n}}' } },
    };
    const s = {
      http,
      data: { file: 'rows.json', order: 'shuffle' },
      flows: 2,
      iterations: 6,
      thresholds: ['success_rate >= 100%'],
    };
    write(cwd, 'flowgate.yml', JSON.stringify({ version: 1, scenarios: { s } }));
    const run = await runCli(['run'], { cwd });
    expect([run.status, run.stdout, iterationsOf(run.results())]).toEqual([
      0,
      expect.not.stringContaining('used again'),
      Array(6).fill('ok'),
    ]);
    const wanted = rows.map(({ text, n, user }) => ({
      path: `/${user.name}`,
      query: [['q', text]],
      header: String(n),
      body: JSON.stringify({ said: text, n, both: `${n}: ${text}` }),
    }));
    const byPath = (one: { path: string }, other: { path: string }): number =>
      one.path < other.path ? -1 : 1;
    expect(asked.toSorted(byPath)).toEqual(wanted.toSorted(byPath));
  });
});

test('an attempt has the row of the one before, and a rung goes on where the one before has ended', async () => {
  const cwd = emptyFolder();
  write(cwd, 'rows.csv', 'x\na\nb\nc\nd\ne\n');
  const noting = (file: string, then = 'true'): string =>
    `echo "$FLOWGATE_ITERATION $FLOWGATE_DATA" >>${file}; ${then}`;
  const again = '[ -f "$FLOWGATE_WORKSPACE/x" ] || { touch "$FLOWGATE_WORKSPACE/x"; exit 1; }';
  const common = { data: 'rows.csv', thresholds: ['success_rate >= 100%'], checks: { concurrency: 'off' } };
  const scenarios = {
    retried: {
      run: noting('retried', again),
      retries: { times: 1, backoff: '1ms' },
      flows: 1,
      iterations: 2,
      ...common,
    },
    ladder: { run: noting('rungs'), ladder: [1, 2], iterations: 4, ...common },
  };
  write(cwd, 'flowgate.yml', JSON.stringify({ version: 1, scenarios }));
  const run = await runCli(['run'], { cwd });
  expect([run.status, run.stdout]).toEqual([0, expect.anything()]);
  const noted = (file: string): string[] =>
    readFileSync(join(cwd, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.replace(/[^0-9a-z]|x/g, ''))
      .toSorted();
  expect(noted('retried')).toEqual(['1a', '1a', '2b', '2b']);
  expect(noted('rungs')).toEqual(['1a', '2b', '3c', '4d', '5e', '6a', '7b', '8c']);
});

test('what is wrong with a file is told with its line, and nothing is started', async () => {
  const cwd = emptyFolder();
  write(cwd, 'ragged.csv', 'a,b\n1,2\n3\n');
  writeFileSync(join(cwd, 'latin.csv'), Buffer.from('name\nth\xe9\n', 'latin1'));
  writeFileSync(join(cwd, 'large.csv'), Buffer.alloc(10_000_001, 'a\n'));
  write(cwd, 'users.csv', 'email\na@x\n');
  const scenarios = {
    a: { run: 'touch started', data: 'ragged.csv' },
    b: { run: 'touch started', data: 'latin.csv' },
    c: { run: 'touch started', data: 'large.csv' },
    d: { http: 'http://127.0.0.1:1/{{data.emial}}', data: 'users.csv' },
  };
  write(cwd, 'flowgate.yml', JSON.stringify({ version: 1, scenarios }));
  const run = await runCli(['run'], { cwd });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('ragged.csv:3: has 1 field, and the header has 2 fields');
  expect(run.stderr).toContain('latin.csv:2: holds bytes that are not UTF-8; save it as UTF-8');
  expect(run.stderr).toContain('large.csv: is larger than 10 MB, the most that is read; make it smaller');
  expect(run.stderr).toContain(
    '{{data.emial}}: users.csv has no column emial; did you mean email?; columns are email',
  );
  expect(existsSync(join(cwd, 'started'))).toBe(false);
});
