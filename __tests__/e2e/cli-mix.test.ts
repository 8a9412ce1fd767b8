import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drawParts } from '../../src/flows/mix.js';
import type { ScenarioResults } from '../../src/model/results.js';
import { onPython, PYTHON } from './python.js';
import { type CliRun, emptyFolder, metricOf, runCli, write } from './run-cli.js';

const FLOWS = 1000;
const SEED = 11;
const SHARES = [
  { name: 'browse', share: 0.8 },
  { name: 'buy', share: 0.2 },
];

/** Every flow of the part fails whose iteration is a multiple of 100; verify fails if it is told of another part. */
const BUY = `export const setup = () => ({ stock: 1000 });
export default (ctx) => {
  ctx.shared.stock -= 1;
  if (ctx.iteration % 100 === 0) throw new Error('card declined');
};
export const verify = ({ flows, counts, warmup, shared }) => {
  const sold = counts.ok + counts.failed + warmup;
  if (flows.some(({ part }) => part !== 'buy')) throw new Error('told of other parts');
  if (flows.length !== sold - warmup || shared.stock !== 1000 - sold) throw new Error('stock ' + shared.stock);
};
`;

const gates = (all: readonly string[]): string =>
  `    thresholds:${all.map((each) => `\n      - '${each}'`).join('')}\n`;

const partsOf = ({ flows }: ScenarioResults): readonly (string | undefined)[] =>
  flows.map(({ part }) => part);

let server: Server;
const asked: string[] = [];
let origin = '';

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.end(url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

describe('a mix of requests and a module', () => {
  let run: CliRun;
  let shop: ScenarioResults;
  const drawn = Array.from({ length: FLOWS }, (_, index) => drawParts(SHARES, SEED)(index + 1));
  const count = (part: string): number => drawn.filter((each) => each === part).length;

  beforeAll(async () => {
    const cwd = emptyFolder();
    write(cwd, 'buy.mjs', BUY);
    write(cwd, 'users.csv', 'user\n0\n1\n2\n');
    write(
      cwd,
      'flowgate.yml',
      `version: 1
scenarios:
  browse:
    http: '${origin}/{{data.user}}'
    data: users.csv
  buy: {module: buy.mjs}
  shop:
    mix: {browse: 80%, buy: 20%}
    iterations: ${FLOWS}
    warmup: 20
    seed: ${SEED}
${gates(['flow_time(buy).p95 < 10s', 'success_rate(browse) == 100%', 'failed(buy) == 0'])}`,
    );
    run = await runCli(['run', '--markdown', 'r.md', '--html', 'r.html'], { cwd });
    shop = run.results().scenarios[0] as ScenarioResults;
  });

  test('has of each part what the seed draws', () => {
    expect([shop.problems, shop.kind, shop.work]).toEqual([[], 'mix', '80% browse, 20% buy']);
    expect(partsOf(shop)).toEqual(drawn);
    const declined = drawn.filter((part, index) => part === 'buy' && (index + 1) % 100 === 0).length;
    expect(declined).toBeGreaterThan(0);
    const none = { failed: 0, timed_out: 0, killed: 0, dropped: 0 };
    expect(shop.parts).toEqual([
      { name: 'browse', share: 0.8, kind: 'http', counts: { ...none, ok: count('browse') } },
      {
        name: 'buy',
        share: 0.2,
        kind: 'module',
        counts: { ...none, ok: count('buy') - declined, failed: declined },
      },
    ]);
  });

  test('is judged by its parts, and errors name theirs', () => {
    expect(run.status).toBe(1);
    expect(shop.thresholds.map(({ expression, outcome }) => [expression, outcome])).toEqual([
      ['flow_time(buy).p95 < 10s', 'pass'],
      ['success_rate(browse) == 100%', 'pass'],
      ['failed(buy) == 0', 'fail'],
    ]);
    expect(shop.errors.map(({ type }) => type)).toEqual(['buy: card declined']);
    const throughput = (label: string): number => metricOf(run.results(), `throughput${label}`) ?? NaN;
    expect((throughput('(browse)') + throughput('(buy)')) / throughput('')).toBeCloseTo(1);
    expect(run.stdout).toMatch(new RegExp(`browse +${count('browse')} \\([\\d.]+%, asked: 80%\\) +100%`));
  });

  test('gives each flow of a part the next row, and its verify the flows of its part', () => {
    expect(shop.checks.find(({ id }) => id === 'invariants')).toMatchObject({ outcome: 'pass' });
    const rows = ['/0', '/1', '/2'].map((row) => asked.filter((url) => url === row).length);
    expect(Math.max(...rows) - Math.min(...rows)).toBeLessThanOrEqual(1);
  });
});

onPython('a mix of all kinds of flow', () => {
  test('leaves one barrier; each part has its own environment, timeout and retries', async () => {
    const cwd = emptyFolder();
    write(cwd, 'ask.py', 'def flow(ctx):\n    ctx.metric("asked", 1)\n');
    write(cwd, 'wait.mjs', 'export default () => new Promise(() => undefined);\n');
    write(
      cwd,
      'flowgate.yml',
      `version: 1
scenarios:
  page: {http: '${origin}/{{token}}'}
  ask: {module: ask.py, python: ${PYTHON}}
  wait: {module: wait.mjs, timeout: 50ms}
  ship:
    run: 'test "$WHERE" = here; test -e tried.$FLOWGATE_ITERATION || { touch tried.$FLOWGATE_ITERATION; exit 3; }'
    env: {WHERE: here}
    retries: 1
  all:
    mix: {page: 30%, ask: 30%, ship: 30%, wait: 10%}
    flows: 8
    iterations: 24
    checks: {isolation: warn}
${gates(['success_rate(ship) == 100%', 'timed_out(wait) >= 1', 'success_rate(ask) == 100%'])}`,
    );
    const run = await runCli(['run'], { cwd });
    const [all] = run.results().scenarios;
    expect([run.status, all?.reasons, all?.problems]).toEqual([0, ['3 gates and 3 checks hold'], []]);
    const first = all?.flows.filter(({ barrier }) => barrier === true) ?? [];
    expect(first.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: 8 }, (_, index) => index + 1),
    );
    expect(new Set(first.map(({ part }) => part)).size).toBeGreaterThanOrEqual(3);
    expect(all?.flows.filter(({ part, attempts }) => (part === 'ship') !== (attempts === 2))).toEqual([]);
    expect(all?.flows.filter(({ part, outcome }) => (part === 'wait') !== (outcome === 'timed_out'))).toEqual(
      [],
    );
  });
});
