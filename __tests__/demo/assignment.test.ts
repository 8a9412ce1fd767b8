import { expect, test } from '@jest/globals';
import { assign, type Assignment, CREWS, FAILS_EVERY, givesUp, SHARES } from '../../src/demo/assignment.js';
import { seededRandom, seedOf } from '../../src/lib/random.js';

const drawn = (seed: number, iteration: number): Assignment =>
  assign(seededRandom(seedOf(seed, iteration)), { speed: 1, fails: givesUp(seed, iteration) });

const tenOf = (seed: number): readonly Assignment[] =>
  Array.from({ length: 10 }, (_, at) => drawn(seed, at + 1));

const paceOf = ({ latency }: Assignment): number => CREWS.reduce((sum, crew) => sum + latency[crew], 0);

test('the ten flows of the default seed all succeed', () => {
  expect(tenOf(1).map(({ failsIn }) => failsIn)).toEqual(Array.from({ length: 10 }, () => undefined));
});

test('one flow in fifty fails, whichever fifty in a row', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const fails = Array.from({ length: 3 * FAILS_EVERY }, (_, at) => givesUp(seed, at + 1));
    const inRow = Array.from(
      { length: fails.length - FAILS_EVERY + 1 },
      (_, from) => fails.slice(from, from + FAILS_EVERY).filter(Boolean).length,
    );
    expect(new Set(inRow)).toEqual(new Set([1]));
  }
});

test('of the first ten at most one fails, and that in one seed of five', () => {
  const failing = Array.from(
    { length: 1000 },
    (_, seed) => tenOf(seed).filter(({ failsIn }) => failsIn !== undefined).length,
  );
  expect(Math.max(...failing)).toBe(1);
  // 10 of 50 positions: 200 of 1000 seeds expected, standard deviation 12.6.
  const seeds = failing.filter((count) => count > 0).length;
  expect(seeds).toBeGreaterThan(150);
  expect(seeds).toBeLessThan(250);
});

test('no flow of the warm-up fails', () => {
  expect(Array.from({ length: 1000 }, (_, seed) => givesUp(seed, 0))).not.toContain(true);
});

test('the default seed is the reference: 2.2 s in the mean, 2.6 s at most', () => {
  const paces = tenOf(1).map(paceOf);
  expect(paces.reduce((sum, pace) => sum + pace, 0) / 10).toBeCloseTo(2225, 0);
  expect(Math.max(...paces)).toBeCloseTo(2595, 0);
});

test('no flow is quicker than 1.98 s or slower than 2.61 s', () => {
  const paces = Array.from({ length: 100 }, (_, at) => tenOf(at + 1))
    .flat()
    .map(paceOf);
  expect(Math.min(...paces)).toBeGreaterThan(1980);
  expect(Math.max(...paces)).toBeLessThan(2610);
});

test.each(CREWS)('crew %s takes its share of the time', (crew) => {
  const all = Array.from({ length: 100 }, (_, at) => tenOf(at + 1)).flat();
  const share = all.reduce((sum, each) => sum + each.latency[crew] / paceOf(each), 0) / all.length;
  expect(share).toBeCloseTo(SHARES[crew], 2);
});

test('the shares of the crews are a whole', () => {
  expect(CREWS.reduce((sum, crew) => sum + SHARES[crew], 0)).toBeCloseTo(1, 10);
});

test('the same seed gives the same assignment, and a higher speed the same one in less time', () => {
  const slow = drawn(7, 3);
  const fast = assign(seededRandom(seedOf(7, 3)), { speed: 10, fails: false });
  expect(drawn(7, 3)).toEqual(slow);
  expect(fast.subject).toBe(slow.subject);
  expect(paceOf(fast)).toBeCloseTo(paceOf(slow) / 10, 6);
});
