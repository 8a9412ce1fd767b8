import { expect, test } from '@jest/globals';
import { iterationOf, tokenOf, traceOf, traceparentOf } from '../../src/lib/identity.js';

const identity = { run: 'a1b2c3d4e5f6' };

test('a token says whose it is', () => {
  expect(iterationOf(identity, tokenOf(identity, 17))).toBe(17);
});

test("a warm-up flow's token is no counted flow's", () => {
  expect(iterationOf(identity, tokenOf(identity, 'w3'))).toBeUndefined();
});

test("another run's token is nobody's", () => {
  expect(iterationOf(identity, tokenOf({ run: 'ffffffffffff' }, 17))).toBeUndefined();
});

test('a traceparent has the form of W3C trace context, and no id of zeros', () => {
  const [version, trace, span, flags] = traceparentOf(identity, 10).split('-');
  expect([version, flags]).toEqual(['00', '01']);
  expect(trace).toBe('a1b2c3d4e5f6' + '0000000000000000000a');
  expect(span).toBe('000000000000000b');
});

test('the trace of a token is the one that its flow was given', () => {
  const { traceId, spanId } = traceOf(tokenOf(identity, 4096)) ?? {};
  expect(traceparentOf(identity, 4096)).toBe(`00-${traceId ?? ''}-${spanId ?? ''}-01`);
  expect([traceOf(tokenOf(identity, 'w3')), traceOf('token-1'), traceOf('fg-zz-1')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
