import { describe, expect, test } from '@jest/globals';
import { KeptFlows } from '../../src/measure/flow-log.js';
import { excerptOf, failedFlow, flowOf } from '../fakes/record.js';

const keptOf = (flows: readonly ReturnType<typeof flowOf>[], seed = 1) => {
  const kept = new KeptFlows(seed);
  flows.forEach((flow) => {
    kept.add(flow);
  });
  return kept.inOrder();
};
const ok = (count: number) => Array.from({ length: count }, (_, index) => flowOf({ iteration: index + 1 }));

describe('the flows that are kept', () => {
  test('are all of a small run, in order of iteration', () => {
    const flows = [flowOf({ iteration: 3 }), failedFlow(1), flowOf({ iteration: 2, outcome: 'dropped' })];
    expect(keptOf(flows).map(({ iteration }) => iteration)).toEqual([1, 2, 3]);
  });

  test('an ok flow keeps nothing of what it printed', () => {
    const [flow] = keptOf([flowOf({ stdout: excerptOf('much'), stderr: excerptOf('more') })]);
    expect(flow).toEqual(flowOf());
  });

  test('of those that are not ok the first 1,000 keep what they printed, and 10,000 their message', () => {
    const flows = Array.from({ length: 12_000 }, (_, index) => ({
      ...failedFlow(index + 1, { status: 3, stderr: 'stock is negative\n' }),
      error: { message: 'exit status 3', exitStatus: 3, stack: 'at …' },
    }));
    const kept = keptOf(flows);
    expect(kept).toHaveLength(10_000);
    expect(kept.slice(0, 1000)).toEqual(flows.slice(0, 1000));
    expect(kept[1000]).toMatchObject({ iteration: 1001, error: { message: 'exit status 3', exitStatus: 3 } });
    expect(kept[1000]).not.toHaveProperty('stderr');
    expect(kept[1000]).not.toHaveProperty('error.stack');
  });

  test('of very many ok flows each is as likely to be kept, and no failure is lost among them', () => {
    const flows = [...ok(50_000), failedFlow(60_000)];
    const kept = keptOf(flows, 7);
    expect(kept).toHaveLength(10_001);
    expect(kept.at(-1)?.outcome).toBe('failed');
    // 10,000 of 50,000: each fifth of the run has 2,000 of them, with a standard deviation of 36 (hypergeometric).
    for (const fifth of [0, 1, 2, 3, 4]) {
      const own = kept.filter(({ iteration }) => Math.floor((iteration - 1) / 10_000) === fifth);
      expect(Math.abs(own.length - 2000)).toBeLessThan(4 * 36);
    }
  });

  test('the same seed keeps the same flows', () => {
    const iterations = (seed: number) => keptOf(ok(20_000), seed).map(({ iteration }) => iteration);
    expect(iterations(5)).toEqual(iterations(5));
    expect(iterations(5)).not.toEqual(iterations(6));
  });

  test('dropped flows do not take the place of others', () => {
    const dropped = Array.from({ length: 30_000 }, (_, index) =>
      flowOf({ iteration: index + 1, outcome: 'dropped' }),
    );
    const kept = keptOf([...dropped, failedFlow(40_000)]);
    expect(kept).toHaveLength(1001);
    expect(kept.at(-1)?.outcome).toBe('failed');
  });
});
