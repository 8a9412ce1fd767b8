import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import { flowErrorOf } from '../../../src/flows/module/host.js';

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('what a flow of a module threw', () => {
  const circular: { cause?: unknown; message: string } = { message: 'round' };
  circular.cause = circular;
  test.each<[string, unknown, string]>([
    ['an error', new TypeError('no total\nmore'), 'no total'],
    [
      'an error with a cause',
      new Error('fetch failed', { cause: new Error('ENOTFOUND shop') }),
      'fetch failed (ENOTFOUND shop)',
    ],
    ['a cause of a cause', new Error('a', { cause: new Error('b', { cause: 'c' }) }), 'a (c)'],
    [
      'several errors',
      new AggregateError([new Error('first'), new Error('second')], 'all failed'),
      'all failed (first)',
    ],
    ['causes in a circle', circular, 'round'],
    ['an object', { code: 'E', id: 7 }, '{"code":"E","id":7}'],
    ['a text', 'plain', 'plain'],
    ['nothing', undefined, 'undefined'],
    [
      'an assertion',
      caught(() => {
        assert.equal(41, 42);
      }),
      'Expected values to be strictly equal: 41 !== 42',
    ],
    ['an empty message', new Error(''), 'an error without a message'],
  ])('%s', (_, thrown, message) => {
    expect(flowErrorOf(thrown).message).toBe(message);
  });

  test('is bounded, however long it is', () => {
    const { message, stack } = flowErrorOf(new Error('x'.repeat(5e5)));
    expect([message.length, stack?.length]).toEqual([1000, 8000]);
    expect(flowErrorOf({ text: 'x'.repeat(5e5) }).message).toHaveLength(1000);
  });

  test('never throws', () => {
    const trap = new Proxy(
      {},
      {
        has: () => {
          throw new Error('no');
        },
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(flowErrorOf(trap).message).toBe('what was thrown has no text');
  });
});
