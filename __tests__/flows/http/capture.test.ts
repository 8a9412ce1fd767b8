import { describe, expect, test } from '@jest/globals';
import { Captured } from '../../../src/flows/http/capture.js';
import type { Answer } from '../../../src/flows/http/expectation.js';
import { ExactNumber, type JsonValue } from '../../../src/model/json.js';
import type { CaptureSource } from '../../../src/model/plan.js';

const ANSWER: Answer = {
  status: 200,
  body: '{"order":{"id":12345678901234567890,"name":"tea","empty":"","none":null,"tags":["a","b"]},"go":"/x?code=k-9"}',
  headers: new Map([['x-csrf', 'c5rf']]),
  cookies: ['sid=first; Path=/', 'other=1', 'sid=second; HttpOnly'],
};

function take(source: CaptureSource, answer: Answer = ANSWER) {
  const values: Record<string, JsonValue> = {};
  const missing = new Captured().take({ it: source }, answer, values);
  return missing ?? values['it'];
}

const json = (path: string): CaptureSource => ({ kind: 'json', path });
const pattern = (source: string, flags = ''): CaptureSource => ({ kind: 'pattern', source, flags });

describe('is taken', () => {
  test.each<[string, CaptureSource, JsonValue]>([
    ['a number with its digits', json('order.id'), new ExactNumber('12345678901234567890')],
    ['a text', json('order.name'), 'tea'],
    ['an empty text', json('order.empty'), ''],
    ['a list', json('order.tags'), ['a', 'b']],
    ['an item of one', json('order.tags[1]'), 'b'],
    ['a header', { kind: 'header', name: 'x-csrf' }, 'c5rf'],
    ['the last of a cookie', { kind: 'cookie', name: 'sid' }, 'second'],
    ['the first group of a pattern', pattern('code=([\\w-]+)'), 'k-9'],
    ['all of one without a group', pattern('CODE=[\\w-]+', 'i'), 'code=k-9'],
  ])('%s', (...[, source, value]) => {
    expect(take(source)).toEqual(value);
  });

  test('the whole body', () => {
    expect(take(json(''), { status: 200, body: '[1]' })).toEqual([new ExactNumber('1')]);
  });
});

describe('what is missing is said by name, and nothing of the answer with it', () => {
  test.each<[CaptureSource, string]>([
    [json('order.nmae'), 'the body has no json.order.nmae'],
    [json('order.none'), 'the body has no json.order.none'],
    [{ kind: 'header', name: 'x-none' }, 'the response has no header x-none'],
    [{ kind: 'cookie', name: 'none' }, 'the response sets no cookie none'],
    [pattern('cod=(\\w+)', 'i'), 'the body does not match /cod=(\\w+)/i'],
    [pattern('(never)?"tea"'), 'the body does not match /(never)?"tea"/'],
  ])('%j', (source, message) => {
    expect(take(source)).toBe(`nothing to capture for {{it}}: ${message}`);
  });

  test('where the body is not JSON, or null', () => {
    expect(take(json('a'), { status: 200, body: '<html>' })).toBe(
      'nothing to capture for {{it}}: the body is not JSON',
    );
    expect(take(json(''), { status: 200, body: 'null' })).toBe(
      'nothing to capture for {{it}}: the body is null',
    );
  });

  test('a pattern that does not come to an end', () => {
    expect(take(pattern('(a+)+$'), { status: 200, body: `${'a'.repeat(40)}!` })).toMatch(
      /^nothing to capture for \{\{it\}\}: \/\(a\+\)\+\$\/: it was stopped after/,
    );
  });

  test('all at once, and what is there is taken', () => {
    const values: Record<string, JsonValue> = {};
    const captures = { one: json('no'), two: json('order.name'), three: json('neither') };
    expect(new Captured().take(captures, ANSWER, values)).toBe(
      'nothing to capture for {{one}}: the body has no json.no; nothing to capture for {{three}}: the body has no json.neither',
    );
    expect(values).toEqual({ two: 'tea' });
  });
});

describe('a captured value is hidden', () => {
  function hiding(body: unknown, path = 'it') {
    const captured = new Captured();
    captured.take({ it: json(path) }, { status: 200, body: JSON.stringify(body) }, {});
    return (text: string) => captured.hide(text);
  }

  const TOKEN = 'k9.a/b+c"d é';

  test('in every form that the masking of tokens knows, and in JSON', () => {
    const hide = hiding({ it: TOKEN });
    const bytes = Buffer.from(TOKEN);
    const forms = [
      TOKEN,
      JSON.stringify(TOKEN).slice(1, -1),
      encodeURIComponent(TOKEN),
      bytes.toString('hex'),
      bytes.toString('base64'),
    ];
    for (const form of forms) {
      const said = hide(`said <${form}>`);
      expect(said).toMatch(/^said <\{\{it\}\}.{0,4}>$/);
    }
  });

  test('where the text was cut', () => {
    const hide = hiding({ it: '0123456789abcdef' });
    expect(hide('said 0123456789a…')).toBe('said {{it}}…');
    expect(hide('6789abcdef it said')).toBe('{{it}} it said');
  });

  test('if it is short, where it is a word of its own', () => {
    const hide = hiding({ it: 7 });
    expect(hide('{"id":7,"n":17,"at":"x7"} /orders/7')).toBe('{"id":{{it}},"n":17,"at":"x7"} /orders/{{it}}');
    expect(hiding({ it: 'a.b' })('a.b axb')).toBe('{{it}} axb');
  });

  test('with all texts and numbers that it holds; true and false say nothing', () => {
    const hide = hiding({ it: { user: { name: 'morgenstern' }, list: [42], yes: true } });
    expect(hide('morgenstern 42 true')).toBe('{{it}} {{it}} true');
  });

  test('the longer one of two first', () => {
    const captured = new Captured();
    const answer = { status: 200, body: '{"a":"12345678","b":"1234567890"}' };
    captured.take({ a: json('a'), b: json('b') }, answer, {});
    expect(captured.hide('1234567890 12345678.')).toBe('{{b}} {{a}}.');
  });

  test('also when a later request has captured another one of the name', () => {
    const captured = new Captured();
    for (const it of ['first value', 'second value']) {
      captured.take({ it: json('it') }, { status: 200, body: JSON.stringify({ it }) }, {});
    }
    expect(captured.hide('first value, second value')).toBe('{{it}}, {{it}}');
  });
});
