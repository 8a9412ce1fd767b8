import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

/*
 * The benches themselves take minutes and are not run here: only that they are well formed, and how their rounds become
 * a table.
 */

const folder = new URL('../../bench/', import.meta.url);
const load = (file: string): Promise<unknown> => import(new URL(file, folder).href) as Promise<unknown>;

const text = z.string().min(1);
const callable = z.custom<() => unknown>((value) => typeof value === 'function');
const table = z.object({
  title: text,
  unit: text,
  target: text.regex(/^(Target \d+|No target): /),
  rounds: z.int().min(1).optional(),
  untimed: z.literal(true).optional(),
  mean: z.literal(true).optional(),
  missing: callable.optional(),
  columns: z.array(text).min(1).optional(),
  peers: z.array(z.object({ name: text, missing: callable.optional(), run: callable })).min(2),
});
const benchModule = z.object({ default: z.union([table.transform((one) => [one]), z.array(table).min(2)]) });

const files = readdirSync(folder).filter((file) => file.endsWith('.bench.mjs'));

interface Row {
  readonly name: string;
  readonly missing?: string;
  readonly values: readonly unknown[];
}
const { tableOf } = (await load('table.mjs')) as {
  tableOf: (
    bench: { unit: string; columns?: readonly string[]; mean?: boolean },
    rows: readonly Row[],
    rounds: number,
  ) => string;
};
const { inTurn } = (await load('measure.mjs')) as {
  inTurn: (
    peers: readonly { name: string; missing?: () => string | undefined; run: () => unknown }[],
    rounds: number,
  ) => Promise<Row[]>;
};
const { watchNoise, noiseStatement } = (await load('machine.mjs')) as {
  watchNoise: () => () => object;
  noiseStatement: (noise?: object) => string;
};

describe('each bench', () => {
  test('there are some', () => {
    expect(files.length).toBeGreaterThan(5);
  });

  test.each(files)('%s has title, unit, target, and flowgate before its peers', async (file) => {
    for (const { peers } of benchModule.parse(await load(file)).default) {
      expect(peers[0]?.name).toMatch(/^flowgate/);
      expect(peers[0]?.missing).toBeUndefined();
      expect(new Set(peers.map(({ name }) => name)).size).toBe(peers.length);
    }
  });
});

describe('rounds', () => {
  test('are taken in turn, back and forth, and a missing peer is left out of them', async () => {
    const ran: string[] = [];
    const run = (name: string) => () => ran.push(name);
    const rows = await inTurn(
      [
        { name: 'a', run: run('a') },
        { name: 'b', missing: () => undefined, run: run('b') },
        { name: 'c', missing: () => 'c is not installed', run: run('c') },
      ],
      2,
    );
    expect(ran.join('')).toBe('abba');
    expect(rows).toEqual([
      { name: 'a', missing: undefined, values: [1, 4] },
      { name: 'b', missing: undefined, values: [2, 3] },
      { name: 'c', missing: 'c is not installed', values: [] },
    ]);
  });
});

describe('the table', () => {
  // Quartiles of 20, 24, 44 are 22 and 34: half their distance is a quarter of 24.
  test('of a time or a rate has its median, its spread and its ratio to flowgate, round by round', () => {
    const rows = [
      { name: 'flowgate', values: [10, 12, 11] },
      { name: 'peer', values: [20, 24, 44] },
      { name: 'absent', missing: 'it is not installed', values: [] },
    ];
    expect(tableOf({ unit: 'ms' }, rows, 3).split('\n')).toEqual([
      '| | ms, median of 3 | spread | flowgate ÷ it |',
      '|:--|--:|--:|--:|',
      '| flowgate | 11.0 | ±5% | 1.00 |',
      '| peer | 24.0 | ±25% | 0.50 |',
      '| absent | it is not installed | | |',
      '',
      'The machine was too noisy to tell for: peer.',
    ]);
  });

  test('of figures has a column each, and a dash where a peer can not tell', () => {
    const columns = ['p99, ms', 'off, %', 'requests'];
    const rows = [
      {
        name: 'flowgate',
        values: [
          { 'p99, ms': 1204.6, 'off, %': 0.38333, requests: 2000 },
          { 'p99, ms': 1206.6, 'off, %': 0.55, requests: 2000 },
        ],
      },
      { name: 'peer', values: [{ requests: 388_665, 'off, %': 3e-13 }] },
      { name: 'absent', missing: 'it is not installed', values: [] },
    ];
    expect(tableOf({ unit: 'ms', columns }, rows, 2).split('\n')).toEqual([
      '| | p99, ms | off, % | requests |',
      '|:--|--:|--:|--:|',
      '| flowgate | 1206 | 0.467 | 2000 |',
      '| peer | – | 3e-13 | 388665 |',
      '| absent | it is not installed | | |',
    ]);
  });
});

describe('a table of what is a yes or a no in each round', () => {
  test('has means: a median would hide the one that was missed', () => {
    const rows = [{ name: 'flowgate', values: [100, 100, 0, 100].map((found) => ({ 'found, %': found })) }];
    expect(tableOf({ unit: '%', columns: ['found, %'], mean: true }, rows, 4)).toContain('| flowgate | 75 |');
  });
});

describe('the noise', () => {
  const quiet = { load: 0.2, loop: 10, spread: 0.01, drift: -0.004, stolen: 0 };

  test('is stated with its figures', () => {
    expect(noiseStatement(quiet)).toBe(
      'Noise: a fixed loop of 10.0 ms spread by ±1.0% and was 0.4% faster afterwards; 0.0% of the CPU time was stolen; load average 0.2 before.',
    );
    expect(noiseStatement({ ...quiet, stolen: undefined })).toContain('stolen time is not known here');
    expect(noiseStatement()).toContain('nothing is timed');
  });

  test.each([{ spread: 0.06 }, { drift: -0.06 }, { drift: 0.06 }, { stolen: 0.02 }])(
    'says with %p that the machine was too noisy',
    (differs) => {
      expect(noiseStatement({ ...quiet, ...differs })).toContain('too noisy');
    },
  );

  test('of this machine is numbers', () => {
    const numbers = z.object({
      load: z.number(),
      loop: z.number().positive(),
      spread: z.number().min(0),
      drift: z.number(),
      stolen: z.number().min(0).max(1).optional(),
    });
    expect(numbers.safeParse(watchNoise()()).error).toBeUndefined();
  });
});
