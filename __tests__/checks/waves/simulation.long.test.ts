import { describe, expect, test } from '@jest/globals';
import { runCheck } from '../../../src/checks/run-check.js';
import { containment } from '../../../src/checks/waves/containment.js';
import { recovery } from '../../../src/checks/waves/recovery.js';
import type { CheckResult } from '../../../src/model/results.js';
import { type MadeUpWave, wavesRecord } from '../../fakes/waves.js';
import { seeded } from '../../measure/seeded.js';

/*
 * Whole runs are made up and judged by the checks themselves; the figures are in docs/statistics.md. Of 2,000 runs 1% are
 * 20, and more than 33 (z = 3) would be no chance.
 */
const RUNS = 2000;
const MOST_FALSE = 33;
const FLOWS = 20;

type Random = () => number;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What the machine and the system do to a wave, whatever is injected. */
interface World {
  /** ms. */
  readonly time: (wave: MadeUpWave) => number;
  /** Chance of each of its flows to fail. */
  readonly failing: (wave: MadeUpWave) => number;
}

function failuresOf(chance: number, random: Random): number {
  return Array.from({ length: FLOWS }, random).filter((draw) => draw < chance).length;
}

function judged(seed: number, rounds: number, worldOf: (random: Random) => World) {
  const random = seeded(seed);
  const world = worldOf(random);
  const record = wavesRecord(rounds, (wave) => ({
    started: FLOWS,
    failed: failuresOf(world.failing(wave), random),
    time: world.time(wave),
  }));
  return {
    containment: runCheck(containment, record).outcome,
    recovery: runCheck(recovery, record).outcome,
  };
}

function share(
  runs: number,
  outcome: CheckResult['outcome'],
  judge: (seed: number) => ReturnType<typeof judged>,
) {
  const found = Array.from({ length: runs }, (_, seed) => judge(seed + 1));
  return {
    containment: found.filter((run) => run.containment === outcome).length,
    recovery: found.filter((run) => run.recovery === outcome).length,
  };
}

/** A row of noise: each wave's share of what the wave before it was, and its own part. */
function wandering(random: Random, { keeps, deviation }: { keeps: number; deviation: number }) {
  let level = normal(random) * deviation;
  return (): number => {
    level = keeps * level + Math.sqrt(1 - keeps ** 2) * deviation * normal(random);
    return level;
  };
}

const QUIET: World = { time: () => 100, failing: () => 0.02 };

/** Nothing is wrong in any of them. */
const WORLDS: Readonly<Record<string, (random: Random) => World>> = {
  'times that differ by 30% from wave to wave': (random) => ({
    ...QUIET,
    time: () => 100 * Math.exp(0.3 * normal(random)),
  }),
  'times with heavy tails: one wave in ten takes three times as long': (random) => ({
    ...QUIET,
    time: () => (random() < 0.1 ? 300 : 100) * Math.exp(0.05 * normal(random)),
  }),
  'times that wander: neighbours are alike': (random) => {
    const level = wandering(random, { keeps: 0.5, deviation: 0.15 });
    return { ...QUIET, time: () => 100 * Math.exp(level()) };
  },
  'times that rise by 5% a wave from the beginning': (random) => ({
    ...QUIET,
    time: ({ wave }) => 100 * Math.exp(0.05 * wave + 0.03 * normal(random)),
  }),
  'flows that fail together: one wave in ten loses most of its flows': (random) => ({
    ...QUIET,
    failing: () => (random() < 0.1 ? 0.8 : 0.02),
  }),
  'waves that differ in how often flows fail, from none to half': (random) => ({
    ...QUIET,
    failing: () => random() / 2,
  }),
};

describe('false alarms', () => {
  test.each(Object.keys(WORLDS))(
    '%s: at most 1%% of runs fail either check',
    (name) => {
      const world = WORLDS[name] as (random: Random) => World;
      for (const rounds of [5, 8]) {
        const found = share(RUNS, 'fail', (seed) => judged(seed, rounds, world));
        expect(found.containment).toBeLessThanOrEqual(MOST_FALSE);
        expect(found.recovery).toBeLessThanOrEqual(MOST_FALSE);
      }
    },
    60_000,
  );

  test('where the machine is calm and one flow in fifty fails, a healthy system passes', () => {
    const found = share(500, 'pass', (seed) =>
      judged(seed, 5, (random) => ({ ...QUIET, time: () => 100 * Math.exp(0.05 * normal(random)) })),
    );
    expect(found.containment).toBeGreaterThanOrEqual(495);
    expect(found.recovery).toBeGreaterThanOrEqual(495);
  });
});

describe('power, with times that differ by 5% from wave to wave and one flow in fifty failing', () => {
  const noise = (random: Random): number => Math.exp(0.05 * normal(random));

  test('bystanders that take half as long again under faults are seen', () => {
    const found = share(500, 'fail', (seed) =>
      judged(seed, 5, (random) => ({
        ...QUIET,
        time: ({ kind }) => (kind === 'faulted' ? 150 : 100) * noise(random),
      })),
    );
    expect(found.containment).toBeGreaterThanOrEqual(475);
    expect(found.recovery).toBeLessThanOrEqual(15);
  });

  test('one bystander in two that fails under faults is seen', () => {
    const found = share(500, 'fail', (seed) =>
      judged(seed, 5, (random) => ({
        time: () => 100 * noise(random),
        failing: ({ kind }) => (kind === 'faulted' ? 0.5 : 0.02),
      })),
    );
    expect(found.containment).toBeGreaterThanOrEqual(475);
    expect(found.recovery).toBeLessThanOrEqual(15);
  });

  test('a slowdown by half that stays is seen, and is not put down to the faulted waves', () => {
    const found = share(500, 'fail', (seed) =>
      judged(seed, 5, (random) => ({
        ...QUIET,
        time: ({ faultsBefore, kind }) =>
          (faultsBefore > 0 || kind === 'faulted' ? 150 : 100) * noise(random),
      })),
    );
    expect(found.recovery).toBeGreaterThanOrEqual(350);
    expect(found.containment).toBeLessThanOrEqual(15);
  });

  test('one flow in ten more that is lost with every faulted wave is seen', () => {
    const found = share(500, 'fail', (seed) =>
      judged(seed, 8, (random) => ({
        time: () => 100 * noise(random),
        failing: ({ faultsBefore }) => Math.min(0.9, 0.02 + 0.1 * faultsBefore),
      })),
    );
    expect(found.recovery).toBeGreaterThanOrEqual(475);
    expect(found.containment).toBeLessThanOrEqual(15);
  });
});
