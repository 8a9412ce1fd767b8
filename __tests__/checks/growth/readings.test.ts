import { describe, expect, it } from '@jest/globals';
import { lookingAlong } from '../../../src/checks/growth/readings.js';
import type { CheckLevel } from '../../../src/model/checks.js';
import type { Load } from '../../../src/model/plan.js';

function looksIn(flows: number, level: CheckLevel | undefined, load?: Load): number[] {
  let done = 0;
  const looks: number[] = [];
  const observer = lookingAlong(
    { started: () => undefined, ended: () => (done += 1) },
    {
      load: load ?? { model: 'closed', flows: 10, iterations: flows },
      checks: level === undefined ? {} : { growth: level },
    },
    { sampleNow: () => void looks.push(done) },
  );
  for (let flow = 0; flow < flows; flow += 1) observer.ended('ok');
  return looks;
}

describe('looks along the flows', () => {
  it('are even over ten thousand flows, however fast these are', () => {
    const looks = looksIn(10_000, 'fail');
    expect(looks).toHaveLength(59);
    expect(new Set(looks.map((at, index) => at - (looks[index - 1] ?? 0)))).toEqual(new Set([167]));
  });

  it('come after each of very few', () => {
    expect(looksIn(5, 'warn')).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([undefined, 'off'] as const)('are left to the monitor where growth is %s', (level) => {
    expect(looksIn(10_000, level)).toEqual([]);
  });

  it('are left to the monitor where nobody knows how many flows there will be', () => {
    expect(looksIn(100, 'fail', { model: 'closed', flows: 10, duration: 1000 })).toEqual([]);
  });
});
