import { expect, test } from '@jest/globals';
import { Secrets } from '../../src/system/secrets.js';

const VALUE = 'päss/word+1234';

test('values are hidden in every form that the masking of tokens knows, however deep', () => {
  const secrets = new Secrets();
  secrets.add(VALUE);
  const bytes = Buffer.from(`user:${VALUE}`);
  const shown = {
    plain: `is ${VALUE}!`,
    list: [encodeURIComponent(VALUE), bytes.toString('base64'), bytes.toString('hex')],
    count: 3,
  };
  const hidden = secrets.hide(shown);
  expect(hidden.plain).toBe('is ***!');
  expect(hidden.list[0]).toBe('***');
  expect(hidden.list[1]).toMatch(/^.{0,12}\*\*\*.{0,4}$/);
  expect(hidden.list[2]).toMatch(/^.{0,12}\*\*\*$/);
  expect(hidden.count).toBe(3);
});

test('a short one is hidden too, as it is and URL-encoded', () => {
  const secrets = new Secrets();
  secrets.add('ab&c\n');
  expect(secrets.hide(['ab&c', 'x=ab%26c', 'abc'])).toEqual(['***', 'x=***', 'abc']);
});

test('a key that is one as a whole stays, as it is of our own', () => {
  const secrets = new Secrets();
  secrets.add('head');
  expect(secrets.hide({ head: 'a head', 'step(head)': 1 })).toEqual({ head: 'a ***', 'step(***)': 1 });
});

test('of two values the longer one is hidden first', () => {
  const secrets = new Secrets();
  secrets.add('abcd');
  secrets.add('abcdef');
  expect(secrets.hide('abcdef abcd')).toBe('*** ***');
});

test('each form is told once', () => {
  const told: string[] = [];
  const secrets = new Secrets((trace) => told.push(trace));
  secrets.add(VALUE);
  secrets.add(VALUE);
  expect(told).toContain(VALUE);
  expect(new Set(told).size).toBe(told.length);
});

test('without any nothing is changed', () => {
  const shown = { a: 'b' };
  expect(new Secrets().hide(shown)).toBe(shown);
});
