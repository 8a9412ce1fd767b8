import { describe, expect, test } from '@jest/globals';
import { DURATION_PATTERN, parseDuration, parseRate } from '../../src/lib/fields.js';

describe('a time with units becomes ms', () => {
  test.each([
    ['30s', 30_000],
    ['500ms', 500],
    ['1m30s', 90_000],
    [' 1m 30 s ', 90_000],
    ['1.5h', 5_400_000],
    ['250us', 0.25],
    ['2.01s', 2010],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  test.each(['30s', '500ms', '1m30s', '1m 30 s', '5\u00b5s'])('the JSON Schema takes %s as well', (text) => {
    expect(text).toMatch(new RegExp(DURATION_PATTERN));
  });
});

describe('what is no time is refused with the way to write it', () => {
  test.each([
    ['30', '30 needs a unit: write 30s or 30ms'],
    ['1m30', '1m30 needs units: write it as 30s, 500ms or 1m30s'],
    ['-5s', '-5s is no time; write it as 30s, 500ms or 1m30s'],
    ['', 'is empty; write a time such as 30s, 500ms or 1m30s'],
    ['0s', '0s is no time at all; write more than 0'],
    ['5 minutes', '5 minutes: there is no unit of time minutes; did you mean m?'],
    ['5MB', '5MB: there is no unit of time MB; did you mean ms?'],
    ['600h', '600h is more than 24 days'],
  ])('%s', (text, message) => {
    expect(parseDuration(text)).toEqual({ ok: false, message });
  });

  test.each(['30', '', '-5s', '5 minutes'])('the JSON Schema refuses %j as well', (text) => {
    expect(text).not.toMatch(new RegExp(DURATION_PATTERN));
  });
});

describe('rates', () => {
  test.each([
    ['50/s', 50],
    ['300/min', 5],
    ['7200/h', 2],
    [' 0.5 / s ', 0.5],
    ['.5/s', 0.5],
  ])('%s', (text, rate) => {
    expect(parseRate(text)).toEqual({ ok: true, value: rate });
  });
});
