import { describe, expect, test } from '@jest/globals';
import { FlowCanary, searchValue } from '../../src/flows/canary.js';

const token = (count: number | string): string => `fg-0123456789ab-${count}`;

function seenIn(text: string, own = token(12)) {
  const canary = new FlowCanary(own);
  canary.listen('stdout').data(Buffer.from(text));
  return canary.seen();
}

describe('FlowCanary', () => {
  test('its own token is no contamination, and is noted', () => {
    expect(seenIn(`hello ${token(12)}\n`)).toEqual({ own: true, others: [], count: 0, missed: false });
    expect(seenIn('nothing')).toEqual({ own: false, others: [], count: 0, missed: false });
  });

  test("another's is, once a place, with its byte", () => {
    expect(seenIn(`${token(7)} and again ${token(7)} `)).toEqual({
      own: false,
      others: [
        {
          token: token(7),
          place: 'stdout',
          at: 0,
          context: `${token(7)} and again ${token(7)}`,
        },
      ],
      count: 1,
      missed: false,
    });
  });

  test.each([
    ['its own with digits behind it', `order ${token(12)}3 `],
    ['its own cut short where the stream ends', `order ${token(1)}`],
    ['that of another run', 'fg-ba9876543210-7 '],
  ])('%s is not another flow', (_, text) => {
    expect(seenIn(text)).toMatchObject({ others: [], count: 0 });
  });

  test('a shorter one that is not cut short is', () => {
    expect(seenIn(`order ${token(1)} `)).toMatchObject({ count: 1 });
  });

  test('of very many it keeps twenty and counts a thousand', () => {
    const text = Array.from({ length: 3000 }, (_, index) => token(5000 + index)).join(' ');
    const { others, count } = seenIn(text);
    expect(others).toHaveLength(20);
    expect(count).toBe(1000);
  });

  test('bytes that went by unheard are said', () => {
    const canary = new FlowCanary(token(12));
    canary.listen('stdout').missed(0);
    expect(canary.seen().missed).toBe(false);
    canary.listen('stderr').missed(1);
    expect(canary.seen().missed).toBe(true);
  });

  test('each stream is a stream of its own: two ends do not make a token', () => {
    const canary = new FlowCanary(token(12));
    canary.listen('stdout').data(Buffer.from('fg-0123456789'));
    canary.listen('stderr').data(Buffer.from('ab-7 '));
    expect(canary.seen().count).toBe(0);
  });
});

describe('searchValue', () => {
  const seenInValue = (value: unknown) => {
    const canary = new FlowCanary(token(12));
    searchValue(value, canary);
    return canary.seen();
  };

  test('looks into texts, arrays, plain objects and their keys', () => {
    expect(seenInValue(`user ${token(7)}`).others).toMatchObject([{ place: 'return value', where: '' }]);
    const { others, own } = seenInValue({ me: token(12), all: [1, { [token(3)]: null }, token(4)] });
    expect(own).toBe(true);
    expect(others.map(({ token: each, where }) => [each, where])).toEqual([
      [token(3), '.all[1] (key)'],
      [token(4), '.all[2]'],
    ]);
  });

  test('leaves alone what is no JSON: maps, instances, functions, getters that throw', () => {
    class Connection {
      readonly user = token(7);
    }
    const trap = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    for (const value of [new Map([[token(7), 1]]), new Connection(), () => token(7), trap, 5, null]) {
      expect(seenInValue(value)).toMatchObject({ count: 0, missed: false });
    }
  });

  test('is bounded, and says so', () => {
    const ring: Record<string, unknown> = {};
    ring['again'] = ring;
    expect(seenInValue(ring).missed).toBe(true);
    expect(seenInValue('x'.repeat(2 * 1024 * 1024)).missed).toBe(true);
    expect(seenInValue(Array.from({ length: 20_000 }, () => 0)).missed).toBe(true);
  });
});
