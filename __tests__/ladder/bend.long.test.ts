import { describe, expect, test } from '@jest/globals';
import { bendOf } from '../../src/ladder/bend.js';
import { ladderFigures, lineWithBend, predicted } from '../../src/ladder/capacity.js';
import { seeded } from '../measure/seeded.js';

const RUNGS = [1, 2, 5, 10, 20, 50];
const SERIES = 200;

const on = (xs: readonly number[], of: (x: number) => number) => xs.map((x) => ({ x, y: of(x) }));

/** Share of seeded series that are taken to bend; `noise` is the spread of a normal error. */
function found(of: (x: number) => number, noise: (x: number) => number, xs = RUNGS): number {
  const random = seeded(11);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let bends = 0;
  for (let series = 0; series < SERIES; series++)
    if (bendOf(on(xs, (x) => of(x) + noise(x) * normal())) !== undefined) bends++;
  return bends / SERIES;
}

describe('a bend', () => {
  test('is found where threads are flat from 4 at once on: 30 at 160 were predicted', () => {
    const threads = [
      { x: 1, y: 4 },
      { x: 2, y: 5 },
      { x: 4, y: 7 },
      { x: 8, y: 7 },
      { x: 16, y: 7 },
    ];
    expect(bendOf(threads)?.at).toBe(4);
    // Not 4.44e-16, a rounding error.
    expect(bendOf(threads)?.above).toBe(0);
    expect(bendOf(threads)?.below).toBeCloseTo(1);
    const line = lineWithBend(threads);
    expect(line && predicted(line, 160)).toBeNull();
    const figures = ladderFigures({ rungs: [], model: { threads: line }, provisioning: [] });
    expect(figures.threads_per_flow).toEqual({
      value: null,
      note: 'a line does not fit: it bends at 4 at once',
    });
  });

  test('has a slope on either side', () => {
    const bend = bendOf(on(RUNGS, (x) => 45 + 10 * Math.min(x, 10)));
    expect(bend?.at).toBe(10);
    expect(bend?.below).toBeCloseTo(10);
    expect(bend?.above).toBeCloseTo(0);
  });

  test('is not found on a line, also where nothing grows', () => {
    expect(bendOf(on(RUNGS, (x) => 45e6 + 9.75e6 * x))).toBeUndefined();
    expect(bendOf(on(RUNGS, () => 11))).toBeUndefined();
    expect(bendOf(on(RUNGS, () => 0))).toBeUndefined();
  });

  test('is not told of three rungs, which two lines always fit', () => {
    expect(bendOf(on([1, 5, 10], (x) => Math.min(x, 5)))).toBeUndefined();
  });

  test('is too small to matter where the slopes are nearly the same', () => {
    expect(bendOf(on(RUNGS, (x) => 45 + 10 * x + 0.5 * Math.max(0, x - 10)))).toBeUndefined();
  });

  test('is found by mistake in at most 1.5% of linear series, whatever the noise', () => {
    const line = (x: number): number => 45 + 9.75 * x;
    expect(found(line, () => 2)).toBeLessThanOrEqual(0.015);
    expect(found(line, () => 20)).toBeLessThanOrEqual(0.015);
    expect(found(line, (x) => 0.03 * line(x))).toBeLessThanOrEqual(0.015);
    expect(
      found(
        () => 100,
        () => 5,
      ),
    ).toBeLessThanOrEqual(0.015);
  });

  test('is found in at least 95% of plateaus, and of growth that gets steeper, under noise of 2%', () => {
    const rungs = [1, 2, 4, 8, 16, 24, 32, 48];
    expect(
      found(
        (x) => 45 + 10 * Math.min(x, 16),
        () => 3,
        rungs,
      ),
    ).toBeGreaterThanOrEqual(0.95);
    expect(
      found(
        (x) => 45 + 2 * x + 10 * Math.max(0, x - 16),
        () => 6,
        rungs,
      ),
    ).toBeGreaterThanOrEqual(0.95);
  });
});
