import { describe, expect, test } from '@jest/globals';
import { pacerOf } from '../../src/load/pacer.js';
import type { Load, OpenLoad } from '../../src/model/plan.js';
import { numberOf } from '../../src/model/share.js';
import { divided, parseShare } from '../../src/shards/divide.js';
import { forSeeds } from '../measure/seeded.js';
import { scenarioPlanOf } from '../fakes/record.js';

const shares = (of: number) => Array.from({ length: of }, (_, index) => ({ index: index + 1, of }));
const parts = (load: Load, of: number) =>
  shares(of).map((share) => divided(scenarioPlanOf({ load }), share).load);

describe('a shard', () => {
  test.each([
    ['2/4', { index: 2, of: 4 }],
    ['1/1', { index: 1, of: 1 }],
  ])('%s', (text, share) => {
    expect(parseShare(text)).toEqual(share);
  });

  test.each([
    ['0/4', 'a shard is i/n, as in 2/4: the second of four, with i from 1 to 4, not 0'],
    ['5/4', 'a shard is i/n, as in 2/4: the second of four, with i from 1 to 4, not 5'],
    ['1/0', 'a shard is i/n, as in 2/4: the second of four, with n from 1 to 256, not 0'],
    ['half', 'a shard is i/n, as in 2/4: the second of four, not half'],
    ['1/2/3', 'a shard is i/n, as in 2/4: the second of four, not 1/2/3'],
  ])('%s is none', (text, why) => {
    expect(parseShare(text)).toBe(why);
  });
});

describe('the parts of a load', () => {
  test('have all slots and iterations of the whole, each once', () => {
    forSeeds(50, (random) => {
      const of = 1 + Math.floor(random() * 9);
      const flows = of + Math.floor(random() * 40);
      const iterations = flows + Math.floor(random() * 100);
      const all = parts({ model: 'closed', flows, iterations }, of);
      const numbers = (count: (load: Load) => number) =>
        all
          .flatMap((load) =>
            Array.from({ length: count(load) }, (_, index) => numberOf(load.share, index + 1)),
          )
          .sort((one, other) => one - other);
      expect(numbers((load) => load.flows)).toEqual(Array.from({ length: flows }, (_, index) => index + 1));
      expect(numbers((load) => ('iterations' in load ? load.iterations : 0))).toEqual(
        Array.from({ length: iterations }, (_, index) => index + 1),
      );
    });
  });

  test('of an open load are due when those of the whole are', () => {
    const load: OpenLoad = {
      model: 'open',
      flows: 9,
      stages: [
        { rate: 30, duration: 700, ramp: 300 },
        { rate: 7, duration: 500 },
      ],
    };
    const due = (part: Load) => {
      const step = pacerOf(part)({ elapsed: Infinity, started: 0, inFlight: 0 });
      return step.kind === 'start' ? (step.due ?? []) : [];
    };
    const whole = due(load);
    expect(whole.length).toBeGreaterThan(15);
    expect(
      parts(load, 4)
        .flatMap(due)
        .sort((one, other) => one - other),
    ).toEqual(whole);
  });

  test('of stages have as many in flight as the whole at any time, also where a stage has fewer than shards', () => {
    const load: Load = {
      model: 'closed',
      flows: 10,
      stages: [
        { flows: 10, duration: 1000, ramp: 600 },
        { flows: 2, duration: 1000 },
        { flows: 7, duration: 1000, ramp: 1000 },
      ],
    };
    const level = (part: Load, elapsed: number) => {
      const step = pacerOf(part)({ elapsed, started: 0, inFlight: 0 });
      return step.kind === 'start' ? step.flows : 0;
    };
    const all = parts(load, 3);
    for (let at = 0; at < 3000; at += 7) {
      const levels = all.map((part) => level(part, at));
      expect(levels.reduce((sum, each) => sum + each, 0)).toBe(level(load, at));
    }
  });

  test('of stages wait for the time at which the whole takes one of their slots', () => {
    const load: Load = { model: 'closed', flows: 10, stages: [{ flows: 10, duration: 1000, ramp: 1000 }] };
    const [, second] = parts(load, 2);
    // Slots 2, 4, …: the ramp reaches 2 at 200 ms.
    expect(
      second === undefined ? undefined : pacerOf(second)({ elapsed: 0, started: 0, inFlight: 0 }),
    ).toEqual({
      kind: 'wait',
      at: expect.closeTo(200, 3),
    });
  });
});
