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
  target: text.regex(/^(Target( \d+)?|No target): /),
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
    how?: { onValue?: (name: string, value: unknown) => void; stopped?: () => boolean },
  ) => Promise<Row[]>;
};
const { shareBounds } = (await load('exact.mjs')) as {
  shareBounds: (count: number, of: number, miss?: number) => { low: number; high: number };
};
const { welch, baseThenHead, Tachometer } = (await load('alarms.mjs')) as {
  welch: (base: readonly number[], head: readonly number[], miss: number) => { low: number; high: number };
  baseThenHead: (times: readonly number[], how: { miss: number; margin?: number }) => boolean;
  Tachometer: new (most: number) => { take: (times: readonly number[]) => readonly [number, number] };
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

test('rounds that are stopped have what there was by then, each value told as it came', async () => {
  const told: string[] = [];
  const rows = await inTurn(
    [
      { name: 'a', run: () => 1 },
      { name: 'b', run: () => 2 },
    ],
    10,
    {
      onValue: (name, value) => told.push(`${name}${String(value)}`),
      stopped: () => told.length === 3,
    },
  );
  expect(told).toEqual(['a1', 'b2', 'b2']);
  expect(rows.map(({ values }) => values)).toEqual([[1], [2, 2]]);
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

describe('a table of what is counted', () => {
  test('adds it up, with the exact bounds of its rate, 95% each', () => {
    const values = [
      [0, 1],
      [1, 1],
      [0, 3],
    ].map((alarms) => ({ alarms }));
    const rows = [
      { name: 'flowgate', values: [...new Array<object>(150).fill({ alarms: [0, 2] })] },
      { name: 'peer', values },
      { name: 'nobody', values: [{ alarms: [0, 0] }] },
    ];
    // 0 of 300: 1 − 0.05^(1/300) = 0.99%. 1 of 5, from R: binom.test(1, 5, conf.level = 0.9): 0.0102 … 0.6574.
    expect(
      tableOf({ unit: 'comparisons', columns: ['alarms'] }, rows, 3)
        .split('\n')
        .slice(2),
    ).toEqual(['| flowgate | 0 of 300 (0.0 … 1.0%) |', '| peer | 1 of 5 (1.0 … 65.7%) |', '| nobody | – |']);
    expect(shareBounds(0, 300).high).toBeCloseTo(0.009936, 5);
    expect(shareBounds(300, 300)).toEqual({ low: expect.closeTo(1 - 0.009936, 5), high: 1 });
  });
});

describe('what others would say of rounds', () => {
  test('Welch: the interval of t.test, on the mean of base', () => {
    const wide = (values: readonly number[]) => Array.from({ length: 8 }, () => values).flat();
    const { low, high } = welch(wide([1, 2, 3, 4]), wide([2, 4, 6, 8]), 0.025);
    // n = 32 each: means 2.5 and 5, variances 1.2903 and 5.1613, standard error 0.4490, 45.6 degrees, t = 2.0134.
    expect(low).toBeCloseTo((2.5 - 2.0134 * 0.449) / 2.5, 3);
    expect(high).toBeCloseTo((2.5 + 2.0134 * 0.449) / 2.5, 3);
  });

  test('base, then head: a machine that grows slower is an alarm, one that does not is none', () => {
    const noise = (index: number): number => ((index * 7919) % 13) / 100;
    const steady = Array.from({ length: 40 }, (_, index) => 10 + noise(index));
    const drifting = steady.map((time, index) => time * (1 + 0.002 * index));
    expect(baseThenHead(steady, { miss: 0.025 })).toBe(false);
    expect(baseThenHead(drifting, { miss: 0.025 })).toBe(true);
    expect(baseThenHead(drifting, { miss: 0.005, margin: 0.2 })).toBe(false);
  });

  test('tachometer: 50 of each before it says anything, no more than it may, and then anew', () => {
    const tachometer = new Tachometer(60);
    const same = new Array<number[]>(50).fill([10, 10.1, 10.1, 10]).flat();
    const slower = new Array<number[]>(50).fill([10, 12, 10.1, 12.1]).flat();
    expect(tachometer.take(slower.slice(0, 98))).toEqual([0, 0]);
    expect(tachometer.take(slower.slice(98, 100))).toEqual([1, 1]);
    expect(tachometer.take(same.slice(0, 118))).toEqual([0, 0]);
    expect(tachometer.take(same.slice(118, 120))).toEqual([0, 1]);
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
