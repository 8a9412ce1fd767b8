import { describe, expect, test } from '@jest/globals';
import { killOf } from '../../src/faults/kill.js';
import type { FlowKill } from '../../src/flows/runner.js';
import type { KillPlan } from '../../src/model/faults.js';

const KILL: KillPlan = { share: 0.1, after: { from: 100, to: 1000 }, signal: 'SIGKILL' };
const FLOWS = 20_000;

function kills(kill: KillPlan, seed = 1, flows = FLOWS): Map<number, FlowKill> {
  const drawn = new Map<number, FlowKill>();
  for (let iteration = 1; iteration <= flows; iteration += 1) {
    const found = killOf({ kill, seed }, iteration);
    if (found !== undefined) drawn.set(iteration, found);
  }
  return drawn;
}

describe('the kill plan', () => {
  // The deviation of a share p of n is √(p(1 − p)/n), here 0.0021: within four of them.
  test.each([1, 2, 42, 4_000_000_000])('draws the share that was asked, with seed %s', (seed) => {
    expect(Math.abs(kills(KILL, seed).size / FLOWS - 0.1)).toBeLessThan(0.0085);
  });

  test('draws the times evenly over the window', () => {
    const times = [...kills(KILL).values()].map(({ after }) => after).sort((a, b) => a - b);
    expect(times[0]).toBeGreaterThanOrEqual(100);
    expect(times.at(-1)).toBeLessThan(1000);
    // Kolmogorov and Smirnov's distance to the even distribution: 1.95/√n is passed once in a thousand.
    const distance = Math.max(
      ...times.map((time, index) => Math.abs((time - 100) / 900 - (index + 0.5) / times.length)),
    );
    expect(distance).toBeLessThan(1.95 / Math.sqrt(times.length));
  });

  test('is the same for the same seed, and another for another', () => {
    expect(kills(KILL, 7, 500)).toEqual(kills(KILL, 7, 500));
    expect([...kills(KILL, 7, 500).keys()]).not.toEqual([...kills(KILL, 8, 500).keys()]);
  });

  test('does not follow neighbours: whether a flow is drawn says nothing of the next', () => {
    const drawn = kills({ ...KILL, share: 0.5 });
    const both = [...drawn.keys()].filter((iteration) => drawn.has(iteration + 1)).length;
    expect(Math.abs(both / FLOWS - 0.25)).toBeLessThan(0.0125);
  });

  test('kills all, or nobody', () => {
    expect(kills({ ...KILL, share: 1 }, 1, 100).size).toBe(100);
    expect(killOf({ seed: 1 }, 1)).toBeUndefined();
  });
});
