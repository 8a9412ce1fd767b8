import { describe, expect, test } from '@jest/globals';
import { splitThresholds } from '../../src/config/thresholds.js';
import { unmet } from '../../src/flows/http/expectation.js';
import { thrownAt } from '../../src/flows/module/import.js';
import { withoutEscapes } from '../../src/lib/message.js';
import { SlowPattern, TextPattern } from '../../src/lib/text-pattern.js';

describe('a pattern that would not come to an end is stopped', () => {
  test.each<[RegExp, string]>([
    [/(a+)+$/, `${'a'.repeat(40)}!`],
    [/(a|a)*b/, 'a'.repeat(40)],
    [/a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b/, 'a'.repeat(40)],
    [/^(?!(?:\w+\s?)*:$)/, 'word '.repeat(20)],
    [/(?:.*,){12}P/, '1,'.repeat(40)],
    [/(a*)*\1b/, 'a'.repeat(40)],
    [/\s+$/, `${' '.repeat(1_000_000)}x`],
  ])('%s', (pattern, text) => {
    expect(() => new TextPattern(pattern.source, pattern.flags, 50).test(text)).toThrow(SlowPattern);
  });

  test('and fails the flow by name', () => {
    const expected = {
      status: [{ from: 200, to: 200 }],
      statusText: '200',
      body: { kind: 'pattern', source: '(a+)+$', flags: '' },
    } as const;
    expect(unmet(expected, { status: 200, body: `${'a'.repeat(40)}!` })).toBe(
      'expected body to match /(a+)+$/, and it was stopped after 1000 ms over 41 characters; simplify it: a repetition of a repetition, as in (a+)+, can take forever',
    );
  });
});

describe('every other pattern answers as it always does', () => {
  test.each<[RegExp, string]>([
    [/^(?!.*error)/s, '{"status":"ok"}'],
    [/^(?!.*error)/s, '{"status":\n"error"}'],
    [/(a+)+$/, 'aaaa'],
    [/(a|b)*c/, 'ababc'],
    [/\p{L}{3,5}\s*\d+/u, 'thé 12'],
    [/[)*+?{]{2}/, '*+'],
    [/\(\*\)/, '(*)'],
    [/(.)\1/, 'abba'],
    [/x$/, 'y'.repeat(100_000)],
    [/x$/, `${'y'.repeat(100_000)}x`],
  ])('%s', (pattern, text) => {
    const guarded = new TextPattern(pattern.source, pattern.flags);
    expect([guarded.test(text), guarded.test(text)]).toEqual([pattern.test(text), pattern.test(text)]);
  });
});

test('escape sequences are taken out in linear time, whatever a service prints', () => {
  const hostile = `\u001b${'#;?'.repeat(500_000)}${'a;'.repeat(500_000)}`;
  // ESC and the character behind it. Not toHaveLength: a failure would print all of it.
  expect(withoutEscapes(hostile).length).toBe(hostile.length - 3);
  expect(withoutEscapes('\u001b['.repeat(500_000))).toBe('');
  expect(withoutEscapes(`\u001b]8;;http://x\u0007${'\u001b]'.repeat(500_000)}`)).toBe('');
});

/* In quadratic or cubic time these would outlast the test's own limit by far. */
describe('our own patterns come to an end, whatever they are given', () => {
  test('the entries of a threshold text', () => {
    expect(splitThresholds(`a${','.repeat(250_000)}step(b,c),d`).slice(-2)).toMatchObject([
      { text: 'step(b,c)', column: 250_002 },
      { text: 'd', column: 250_012 },
    ]);
    expect(splitThresholds('a(b,c),d(e,f)').map(({ text }) => text)).toEqual(['a(b,c)', 'd(e,f)']);
  });

  test('the stack of an error', () => {
    const error = new Error('x');
    error.stack = `at ${'(/:1'.repeat(100_000)}x\n    at /repo/flow.mjs:3:7`;
    expect(thrownAt(error, { cwd: '/repo', own: '/dist' })).toBe('flow.mjs:3');
  });
});
