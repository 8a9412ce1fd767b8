import { describe, expect, it } from '@jest/globals';
import { samplingAlong } from '../../../src/checks/growth/growth.js';
import type { CheckLevel } from '../../../src/model/checks.js';
import type { Load } from '../../../src/model/plan.js';

function samplesIn(flows: number, level: CheckLevel | undefined, load?: Load): number[] {
  let done = 0;
  const samples: number[] = [];
  const observer = samplingAlong(
    { started: () => undefined, ended: () => (done += 1) },
    {
      load: load ?? { model: 'closed', flows: 10, iterations: flows },
      checks: level === undefined ? {} : { growth: level },
    },
    { sampleNow: () => void samples.push(done) },
  );
  for (let flow = 0; flow < flows; flow += 1) observer.ended('ok');
  return samples;
}

describe('samples along the flows', () => {
  it('are even over ten thousand flows, however fast these are', () => {
    const samples = samplesIn(10_000, 'fail');
    expect(samples).toHaveLength(200);
    expect(new Set(samples.map((at, index) => at - (samples[index - 1] ?? 0)))).toEqual(new Set([50]));
  });

  it('come after each of very few', () => {
    expect(samplesIn(5, 'warn')).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([undefined, 'off'] as const)('are left to the monitor where growth is %s', (level) => {
    expect(samplesIn(10_000, level)).toEqual([]);
  });

  it('are left to the monitor where nobody knows how many flows there will be', () => {
    expect(samplesIn(100, 'fail', { model: 'closed', flows: 10, duration: 1000 })).toEqual([]);
  });
});
