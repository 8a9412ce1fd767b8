import { afterAll, describe, expect, test } from '@jest/globals';
import { runCheck } from '../../../src/checks/check.js';
import { containment } from '../../../src/checks/waves/containment.js';
import { recovery } from '../../../src/checks/waves/recovery.js';
import type { CheckResult } from '../../../src/model/results.js';
import { type MadeUpWave, wavesRecord } from '../../fakes/waves.js';
import { seeded } from '../../measure/seeded.js';

/*
 * Whole runs are made up and judged by the checks themselves, each with a lot of its own. The figures are in
 * docs/statistics.md; FIGURES=1 prints them. Of 2,000 runs 1% are 20, and more than 33 (z = 3) would be no chance.
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

type CheckOutcome = CheckResult['outcome'];
type WorldOf = (random: Random) => World;

function failuresOf(chance: number, random: Random): number {
  return Array.from({ length: FLOWS }, random).filter((draw) => draw < chance).length;
}

function judged(seed: number, rounds: number, worldOf: WorldOf) {
  const random = seeded(seed);
  const world = worldOf(random);
  const record = wavesRecord(
    rounds,
    (wave) => ({ started: FLOWS, failed: failuresOf(world.failing(wave), random), time: world.time(wave) }),
    { seed },
  );
  return { containment: runCheck(containment, record).outcome, recovery: runCheck(recovery, record).outcome };
}

const figures: string[] = [];

afterAll(() => {
  if (process.env['FIGURES'] !== undefined) process.stdout.write(`${figures.join('\n')}\n`);
});

/** Of 2,000 runs: how many of them fail, pass, and neither, by either check. */
function outcomesOf(name: string, rounds: number, worldOf: WorldOf) {
  const runs = Array.from({ length: RUNS }, (_, seed) => judged(seed + 1, rounds, worldOf));
  const count = (check: 'containment' | 'recovery') => {
    const of = (outcome: CheckOutcome) => runs.filter((run) => run[check] === outcome).length;
    return { fail: of('fail'), pass: of('pass'), inconclusive: of('inconclusive') };
  };
  const found = { containment: count('containment'), recovery: count('recovery') };
  figures.push(`${name} | ${rounds} | ${JSON.stringify(found)}`);
  return found;
}

/** A row of noise: each wave's share of what the wave before it was, and its own part. */
function wandering(random: Random, { keeps, deviation }: { keeps: number; deviation: number }) {
  let level = normal(random) * deviation;
  return (): number => {
    level = keeps * level + Math.sqrt(1 - keeps ** 2) * deviation * normal(random);
    return level;
  };
}

/** Whether a wave is one of every so many, from a random one on. */
function every(period: number, random: Random) {
  const phase = Math.floor(random() * period);
  return ({ wave }: MadeUpWave): boolean => wave % period === phase;
}

const QUIET: World = { time: () => 100, failing: () => 0.02 };

/** Nothing is wrong in any of them. */
const WORLDS: Readonly<Record<string, WorldOf>> = {
  'times that differ by 30% from wave to wave': (random) => ({
    ...QUIET,
    time: () => 100 * Math.exp(0.3 * normal(random)),
  }),
  'times with heavy tails: one wave in ten takes three times as long': (random) => ({
    ...QUIET,
    time: () => (random() < 0.1 ? 300 : 100) * Math.exp(0.05 * normal(random)),
  }),
  'every second wave is slow, by half': (random) => {
    const slow = every(2, random);
    return { ...QUIET, time: (wave) => (slow(wave) ? 150 : 100) * Math.exp(0.03 * normal(random)) };
  },
  'every third wave is slow, by half': (random) => {
    const slow = every(3, random);
    return { ...QUIET, time: (wave) => (slow(wave) ? 150 : 100) * Math.exp(0.03 * normal(random)) };
  },
  'every second wave loses half of its flows': (random) => {
    const bad = every(2, random);
    return { ...QUIET, failing: (wave) => (bad(wave) ? 0.5 : 0.02) };
  },
  'times that wander: neighbours are alike (AR 0.5, 15%)': (random) => {
    const level = wandering(random, { keeps: 0.5, deviation: 0.15 });
    return { ...QUIET, time: () => 100 * Math.exp(level()) };
  },
  'times that wander far: AR 0.9, 30%': (random) => {
    const level = wandering(random, { keeps: 0.9, deviation: 0.3 });
    return { ...QUIET, time: () => 100 * Math.exp(level()) };
  },
  'times that rise by 5% a wave from the beginning': (random) => ({
    ...QUIET,
    time: ({ wave }) => 100 * Math.exp(0.05 * wave + 0.03 * normal(random)),
  }),
  'times that fall by 5% a wave from the beginning': (random) => ({
    ...QUIET,
    time: ({ wave }) => 100 * Math.exp(-0.05 * wave + 0.03 * normal(random)),
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

/** What is later is not as what was before, faults or not, and no lot can make before and after alike. */
const HARD_ON_RECOVERY = 'times that wander far: AR 0.9, 30%';

describe('false alarms', () => {
  test.each(Object.entries(WORLDS))(
    '%s: at most 1%% of runs fail either check',
    (name, world) => {
      for (const rounds of [5, 8]) {
        const found = outcomesOf(name, rounds, world);
        expect(found.containment.fail).toBeLessThanOrEqual(MOST_FALSE);
        expect(found.recovery.fail).toBeLessThanOrEqual(
          name === HARD_ON_RECOVERY ? 2 * MOST_FALSE : MOST_FALSE,
        );
      }
    },
    120_000,
  );

  test('where the machine is calm and one flow in fifty fails, a healthy system passes', () => {
    const found = outcomesOf(
      'calm',
      5,
      slowed(() => 1),
    );
    expect(found.containment.pass).toBeGreaterThanOrEqual(0.99 * RUNS);
    expect(found.recovery.pass).toBeGreaterThanOrEqual(0.99 * RUNS);
  });
});

/** Flow times that differ by 5% from wave to wave, and are so many times longer; one flow in fifty fails. */
function slowed(times: (wave: MadeUpWave) => number): WorldOf {
  return (random) => ({ ...QUIET, time: (wave) => 100 * times(wave) * Math.exp(0.05 * normal(random)) });
}

/** The same with as many flows more that fail. */
function losing(share: (wave: MadeUpWave) => number): WorldOf {
  return (random) => ({
    time: () => 100 * Math.exp(0.05 * normal(random)),
    failing: (wave) => Math.min(0.9, 0.02 + share(wave)),
  });
}

const isFaulted = ({ kind }: MadeUpWave): boolean => kind === 'faulted';
/** From the first faults on. */
const isHurt = (wave: MadeUpWave): boolean => isFaulted(wave) || wave.faultsBefore > 0;
/** Faulted waves by now, this one with them. */
const faultsBy = (wave: MadeUpWave): number => wave.faultsBefore + (isFaulted(wave) ? 1 : 0);

interface Harm {
  readonly name: string;
  readonly rounds: number;
  /** The check that is to fail, and in how large a share of runs at least. */
  readonly check: 'containment' | 'recovery';
  readonly share: number;
  readonly world: WorldOf;
}

const HARMS: readonly Harm[] = [
  ...(
    [
      ['bystanders take half as long again', 5, 0.98, slowed((w) => (isFaulted(w) ? 1.5 : 1))],
      ['bystanders take 40% longer', 5, 0.85, slowed((w) => (isFaulted(w) ? 1.4 : 1))],
      ['bystanders take 30% longer', 8, 0.54, slowed((w) => (isFaulted(w) ? 1.3 : 1))],
      ['one bystander in two fails', 5, 0.99, losing((w) => (isFaulted(w) ? 0.5 : 0))],
      ['one bystander in four fails', 5, 0.86, losing((w) => (isFaulted(w) ? 0.23 : 0))],
    ] as const
  ).map(([name, rounds, share, world]) => ({ name, rounds, check: 'containment' as const, share, world })),
  ...(
    [
      ['half as long again for good', 5, 0.72, slowed((w) => (isHurt(w) ? 1.5 : 1))],
      ['twice as long for good', 5, 0.97, slowed((w) => (isHurt(w) ? 2 : 1))],
      ['half of the flows fail for good', 5, 0.99, losing((w) => (isHurt(w) ? 0.5 : 0))],
      ['one flow in ten more fails after each faulted wave', 8, 0.98, losing((w) => 0.1 * w.faultsBefore)],
      ['one flow in ten more fails from each faulted wave on', 8, 0.98, losing((w) => 0.1 * faultsBy(w))],
      ['20% longer from each faulted wave on', 8, 0.78, slowed((w) => 1.2 ** faultsBy(w))],
    ] as const
  ).map(([name, rounds, share, world]) => ({ name, rounds, check: 'recovery' as const, share, world })),
];

describe('power, with times that differ by 5% from wave to wave and one flow in fifty failing', () => {
  test.each(HARMS)(
    '$name, $rounds rounds: $check sees it, and the other check does not take it for its own',
    ({ name, rounds, check, share, world }) => {
      const found = outcomesOf(name, rounds, world);
      const other = check === 'containment' ? 'recovery' : 'containment';
      expect(found[check].fail).toBeGreaterThanOrEqual(share * RUNS);
      expect(found[other].fail).toBeLessThanOrEqual(MOST_FALSE);
    },
    60_000,
  );
});
