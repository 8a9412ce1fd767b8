import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ShardFile } from '../../src/model/shard.js';
import { emptyFolder, type CliRun, runCli, write } from './run-cli.js';

/** Runs all shards of a config at once, as machines do. */
async function shards(cwd: string, of: number, options: readonly string[] = []): Promise<readonly CliRun[]> {
  const one = (index: number) => runCli(['run', '--shard', `${index}/${of}`, ...options], { cwd });
  return Promise.all(Array.from({ length: of }, (_, index) => one(index + 1)));
}

const fileOf = (index: number, of: number) => `.flowgate/shard-${index}-of-${of}.json`;

describe('two shards of a command and of requests', () => {
  const asked: string[] = [];
  let server: Server;
  let cwd: string;
  let runs: readonly CliRun[];
  let merged: CliRun;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      setTimeout(() => response.end('{}'), 20);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    cwd = emptyFolder();
    write(cwd, 'rows.csv', `name\n${Array.from({ length: 9 }, (_, index) => `row${index + 1}\n`).join('')}`);
    write(
      cwd,
      'flowgate.yml',
      JSON.stringify({
        version: 1,
        scenarios: {
          place: {
            run: 'sleep 0.3; echo "$FLOWGATE_TOKEN $FLOWGATE_FLOW"; test $FLOWGATE_ITERATION -ne 7',
            flows: 5,
            iterations: 11,
            thresholds: ['success_rate >= 90%', 'flow_time.p95 < 5s', 'max_concurrency >= 3'],
            checks: { isolation: 'fail' },
          },
          ask: {
            http: `http://127.0.0.1:${port}/{{data.name}}/{{flow}}/{{iteration}}`,
            data: 'rows.csv',
            flows: 3,
            iterations: 9,
            thresholds: ['success_rate == 100%', 'ttfb.med < 1s'],
          },
        },
      }),
    );
    runs = await shards(cwd, 2);
    merged = await runCli(['merge', '.flowgate'], { cwd });
  }, 30_000);

  afterAll(() => {
    server.close();
  });

  test('each measures its part, judges nothing, and is content', () => {
    expect(runs.map(({ status }) => status)).toEqual([0, 0]);
    expect(runs[0]?.stdout).toContain('shard 1 of 2: place 6 flows');
    expect(runs[1]?.stdout).toContain('shard 2 of 2: place 5 flows');
  });

  test('together they are the flows of one run: iterations, slots, rows of data', () => {
    const [place, ask] = merged.results().scenarios;
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    expect(place?.flows.map(({ iteration }) => iteration)).toEqual(numbers(11));
    expect([...new Set(place?.flows.map(({ slot }) => slot))].sort()).toEqual(numbers(5));
    expect(
      place?.flows.filter(({ outcome }) => outcome === 'failed').map(({ iteration }) => iteration),
    ).toEqual([7]);
    expect(ask?.counts.ok).toBe(9);
    const seen = asked.map((url) => url.split('/').slice(1));
    expect(seen.map(([row, , iteration]) => `${row ?? ''} ${iteration ?? ''}`).sort()).toEqual(
      numbers(9).map((n) => `row${n} ${n}`),
    );
    expect([...new Set(seen.map(([, slot]) => slot))].sort()).toEqual(['1', '2', '3']);
  });

  test('are judged as one, with gates of all flows and checks of each machine', () => {
    expect(merged.status).toBe(0);
    const [place] = merged.results().scenarios;
    expect(place?.metrics.success_rate).toMatchObject({ value: 10 / 11, note: '10 of 11' });
    expect(place?.metrics.max_concurrency).toMatchObject({ value: 3, atMost: 5 });
    expect(place?.checks.find(({ id }) => id === 'concurrency')?.title).toBe(
      '3 flows were in flight together, on each of 2 machines',
    );
    expect(place?.checks.find(({ id }) => id === 'isolation')?.outcome).toBe('pass');
    expect(place?.shards?.map(({ index, flows }) => [index, flows])).toEqual([
      [1, 6],
      [2, 5],
    ]);
  });

  test('the files are read in any order, by name or in a folder', async () => {
    const again = await runCli(['merge', fileOf(2, 2), fileOf(1, 2)], { cwd });
    expect(again.results().scenarios).toEqual(merged.results().scenarios);
  });

  test.each<[string, (cwd: string) => readonly string[], string]>([
    ['one is missing', () => [fileOf(2, 2)], 'shard 1/2 is missing'],
    [
      'one is there twice',
      (folder) => {
        writeFileSync(join(folder, 'again.json'), readFileSync(join(folder, fileOf(1, 2))));
        return ['.flowgate/shard-1-of-2.json', fileOf(2, 2), 'again.json'];
      },
      'shard 1/2 is there twice: .flowgate/shard-1-of-2.json, again.json',
    ],
    [
      'one is of another commit',
      (folder) => {
        const shard = JSON.parse(readFileSync(join(folder, fileOf(2, 2)), 'utf8')) as ShardFile;
        writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...shard, git: { sha: 'abc' } }));
        return [fileOf(1, 2), 'other.json'];
      },
      'shard 2/2 in other.json is foreign: it is of another commit than .flowgate/shard-1-of-2.json',
    ],
  ])('if %s, nothing is judged', async (_, files, why) => {
    const run = await runCli(['merge', ...files(cwd)], { cwd });
    expect(run.status).toBe(3);
    expect(run.stdout.replace(/\s+/g, ' ')).toContain(`place is inconclusive: ${why}`);
    const { scenarios } = run.results();
    expect(scenarios.flatMap(({ thresholds }) => thresholds.map(({ outcome }) => outcome))).toEqual(
      new Array(5).fill('inconclusive'),
    );
  });
});

describe('a shard that has not measured', () => {
  test('says so and ends with 3, and so does what is merged with it', async () => {
    const cwd = emptyFolder();
    const config = (setup: string) =>
      JSON.stringify({
        version: 1,
        scenarios: { a: { run: 'sleep 0.1', setup, flows: 2, thresholds: ['success_rate == 100%'] } },
      });
    write(cwd, 'flowgate.yml', config('test ! -e broken'));
    const first = await runCli(['run', '--shard', '1/2'], { cwd });
    write(cwd, 'broken', '');
    const second = await runCli(['run', '--shard', '2/2'], { cwd });
    expect([first.status, second.status]).toEqual([0, 3]);
    expect(second.stderr).toContain(
      'This shard has not measured its part: a has started no flow: setup failed',
    );
    const merged = await runCli(['merge', '.flowgate'], { cwd });
    expect(merged.status).toBe(3);
    expect(merged.stdout.replace(/\s+/g, ' ')).toContain('shard 2/2: a has started no flow: setup failed');
  }, 20_000);

  test('a gate that fails on all flows fails the merge, and not a shard', async () => {
    const cwd = emptyFolder();
    const run = 'sleep 0.2; test $FLOWGATE_ITERATION -ne 2';
    const runs = await shards(cwd, 2, ['--run', run, '--flows', '4', '--threshold', 'success_rate == 100%']);
    expect(runs.map(({ status }) => status)).toEqual([0, 0]);
    const merged = await runCli(['merge', '.flowgate'], { cwd });
    expect(merged.status).toBe(1);
    expect(merged.stdout).toContain('success_rate');
  }, 20_000);
});
