import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../src/checks/index.js';
import { seededRandom, seedOf } from '../../../src/lib/random.js';
import type { Record, Sample } from '../../../src/model/record.js';
import { flowsAtOnce, monitorOf, recordOf, sampleOf } from '../../fakes/record.js';
import { FLOWS, seriesOf, WITHOUT_LEAK } from '../../measure/series.js';

type Outcomes = globalThis.Record<'fail' | 'pass' | 'inconclusive', number>;

/** Shares of the answers that the check gives of so many services. */
function outcomesOf(trials: number, samplesOf: (seed: number) => readonly Partial<Sample>[]): Outcomes {
  const outcomes: Outcomes = { fail: 0, pass: 0, inconclusive: 0 };
  for (let seed = 1; seed <= trials; seed++) {
    const outcome = outcomeOf(
      recordOf({
        load: { model: 'closed', flows: 10, iterations: 100 },
        flows: flowsAtOnce(100),
        monitor: monitorOf(samplesOf(seed).map(sampleOf)),
      }),
    );
    outcomes[outcome] += 1 / trials;
  }
  return outcomes;
}

function outcomeOf(record: Record): keyof Outcomes {
  const growth = runChecks(record, { growth: 'fail' }).find(({ id }) => id === 'growth');
  if (growth === undefined) throw new Error('the check was asked for');
  return growth.outcome;
}

interface Shape {
  readonly leaks?: true;
}

const { SHAPES, samplesOf } = (await import(
  new URL('../../../bench/growth-shapes.mjs', import.meta.url).href
)) as {
  SHAPES: Readonly<globalThis.Record<string, Shape>>;
  samplesOf: (shape: Shape, random: () => number) => readonly Partial<Sample>[];
};

/** The rates that docs/statistics.md gives of 1,000 runs each, of fewer. */
describe('of simulated services with 10,000 flows', () => {
  const TRIALS = 150;
  const names = Object.keys(SHAPES);
  const known = new Map<string, Outcomes>();
  const rates = (name: string): Outcomes => {
    const shape = SHAPES[name];
    if (shape === undefined) throw new Error(`there is no shape ${name}`);
    const index = names.indexOf(name);
    const found =
      known.get(name) ?? outcomesOf(TRIALS, (seed) => samplesOf(shape, seededRandom(seedOf(seed, index))));
    known.set(name, found);
    return found;
  };

  test.each(names.filter((name) => SHAPES[name]?.leaks === undefined))(
    'one that does not leak hardly ever fails: %s',
    (name) => {
      // 1% is the target; of 150 trials at 1%, more than 5 are seen in 0.4%.
      expect(rates(name).fail).toBeLessThanOrEqual(5 / TRIALS);
    },
  );

  test.each(names.filter((name) => SHAPES[name]?.leaks))('one that leaks never passes: %s', (name) => {
    expect(rates(name).pass).toBe(0);
  });

  test.each([
    ['leak of 1 KB', 0.99],
    ['leak of 10 KB', 0.99],
    ['1 KB under noise of 0.7 MB', 0.87],
    ['1 KB under a saw-tooth of 3 MB', 0.98],
    // 95% of 1,000; of 150 at 95%, fewer than 90% are seen in 0.7%.
    ['1 KB under a saw-tooth of 20 MB', 0.9],
  ])('one that leaks is found: %s, in %d', (name, share) => {
    expect(rates(name).fail).toBeGreaterThanOrEqual(share);
  });

  test.each(['plateau, τ a third of the run', 'cache full at 80%', 'logarithmic warm-up'])(
    'what slows down is left open: %s',
    (name) => {
      expect(rates(name).inconclusive).toBeGreaterThanOrEqual(0.93);
    },
  );

  test.each([
    'flat',
    'saw-tooth of 3 MB',
    'saw-tooth of 20 MB',
    'plateau, τ a tenth of the run',
    'cache full at 50%',
    'warm-up of 10 to 20 MB',
  ])('what is level, or has come to an end, passes: %s', (name) => {
    expect(rates(name).pass).toBeGreaterThanOrEqual(0.88);
  });
});

/** Sampled less often, as under a load whose flows nobody can count ahead: 120 samples. */
describe('of services with 10,000 flows, by the pace of the monitor alone', () => {
  const TRIALS = 150;
  const rates = (shape: string, leak: number): Outcomes =>
    outcomesOf(TRIALS, (seed) =>
      seriesOf(shape, seed, leak).map(({ at, flows, value }) => ({ at, flows, serviceMemory: value })),
    );

  test.each(Object.keys(WITHOUT_LEAK))('one that does not leak is let pass: %s', (shape) => {
    expect(rates(shape, 0).fail).toBeLessThanOrEqual(5 / TRIALS);
    expect(FLOWS).toBe(10_000);
  });

  test.each([
    ['flat', 1024, 0.99],
    ['sawtooth', 4096, 0.95],
    ['autocorrelated', 4096, 0.95],
    // The others are said to slow down: a warm-up or a large step at the beginning.
    ['warming', 1024, 0.7],
    ['steps', 1024, 0.8],
    ['wandering', 4096, 0.9],
  ])('one that leaks is found, and never passes: %s', (shape, leak, share) => {
    const { fail, pass } = rates(shape, leak);
    expect(fail).toBeGreaterThanOrEqual(share);
    expect(pass).toBe(0);
  });
});
