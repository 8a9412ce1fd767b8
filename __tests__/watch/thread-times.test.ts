import { describe, expect, test } from '@jest/globals';
import { ThreadTimes } from '../../src/watch/cpu-account.js';

const threads = (times: Readonly<Record<string, number>>): ReadonlyMap<string, number> =>
  new Map(Object.entries(times));

describe('CPU of a process of several threads', () => {
  test('is what its threads have used, below a tick', () => {
    const times = new ThreadTimes();
    expect(times.take(threads({ 1: 12.25, 2: 3.5 }), { least: 10, likely: 15 })).toBe(15.75);
    expect(times.take(threads({ 1: 13, 2: 4.5 }), { least: 10, likely: 15 })).toBe(17.5);
  });

  test('what a thread has used that ended stays', () => {
    const times = new ThreadTimes();
    times.take(threads({ 1: 12, 2: 30 }), { least: 40, likely: 45 });
    expect(times.take(threads({ 1: 14 }), { least: 40, likely: 45 })).toBe(44);
    expect(times.take(threads({ 1: 15, 3: 1 }), { least: 40, likely: 45 })).toBe(46);
  });

  test('what threads have used that nobody saw is known from the ticks, and no change of it is made up later', () => {
    const times = new ThreadTimes();
    const first = times.take(threads({ 1: 12 }), { least: 100, likely: 105 });
    expect(first).toBe(105);
    expect(times.take(threads({ 1: 15.5 }), { least: 100, likely: 105 })).toBe(first + 3.5);
    expect(times.take(threads({ 1: 16 }), { least: 130, likely: 135 })).toBe(135);
  });

  test('where the kernel tells nothing of threads, the ticks count', () => {
    const times = new ThreadTimes();
    expect(times.take(threads({}), { least: 20, likely: 25 })).toBe(25);
    expect(times.take(threads({}), { least: 30, likely: 35 })).toBe(35);
  });
});
