import { describe, expect, test } from '@jest/globals';
import { requestError } from '../../../src/flows/http/failure.js';
import type { HttpRequest } from '../../../src/flows/http/port.js';
import { unmet } from '../../../src/flows/http/expectation.js';
import { prepareRequest, redirected } from '../../../src/flows/http/request.js';
import { valueAt } from '../../../src/lib/json.js';
import {
  cellOf,
  columnsIn,
  formTemplate,
  jsonTemplate,
  placesIn,
  template,
  urlTemplate,
  valueTemplate,
} from '../../../src/lib/template.js';
import { ExactNumber } from '../../../src/model/json.js';
import type { HttpExpectation } from '../../../src/model/plan.js';

const VALUES = { token: 'fg-1-2', flow: '3', iteration: '4' };

describe('templates', () => {
  test.each([
    ['{{token}}/{{flow}}/{{iteration}}', 'fg-1-2/3/4'],
    ['{{ token }}{{token}}', 'fg-1-2fg-1-2'],
    ['{"a":{"b":"{{token}}"}}', '{"a":{"b":"fg-1-2"}}'],
    ['{"a":{"b":{"c":1}}}', '{"a":{"b":{"c":1}}}'],
    ['{token}', '{token}'],
    ['', ''],
  ])('%j', (text, filled) => {
    expect(template(text)(VALUES)).toBe(filled);
  });

  test('a value is never filled in again, whatever it holds', () => {
    expect(template('{{token}}')({ ...VALUES, token: "{{flow}}$&$'" })).toBe("{{flow}}$&$'");
  });

  test('a place without a value stays, and all places are told', () => {
    const text = '{{toke}} {{token}} {{}} {{ a b }} {{constructor}}';
    expect(template(text)(VALUES)).toBe('{{toke}} fg-1-2 {{}} {{ a b }} {{constructor}}');
    expect(placesIn(text).map(({ word }) => word)).toEqual(['toke', 'token', '', 'a b', 'constructor']);
  });
});

describe('captured values', () => {
  const values = {
    ...VALUES,
    name: 'a "b"\n{{token}}',
    path: '/a/b?c=d#e',
    part: 'ž &/?#%',
    half: 'x\ud800',
    url: 'https://a.example:1/x?y=z',
    host: 'b.example:8080',
    count: new ExactNumber('1.10'),
    yes: true,
    items: [{ price: new ExactNumber('3.00') }],
  };

  test.each<[string, string]>([
    ['{{name}}', 'a "b"\n{{token}}'],
    ['{{count}},{{ yes }}', '1.10,true'],
    ['{{items}}', '[{"price":3.00}]'],
  ])('text: %s', (text, filled) => {
    expect(template(text)(values)).toBe(filled);
  });

  test.each<[string, string]>([
    ['http://h/x/{{part}}', 'http://h/x/%C5%BE%20%26%2F%3F%23%25'],
    ['http://h/?q={{part}}&n={{count}}', 'http://h/?q=%C5%BE%20%26%2F%3F%23%25&n=1.10'],
    ['http://h/{{half}}', 'http://h/x%EF%BF%BD'],
    ['http://h:1{{path}}/{{path}}', 'http://h:1/a/b?c=d#e/%2Fa%2Fb%3Fc%3Dd%23e'],
    ['{{url}}', 'https://a.example:1/x?y=z'],
    ['{{url}}/{{part}}', 'https://a.example:1/x?y=z/%C5%BE%20%26%2F%3F%23%25'],
    ['http://{{host}}{{path}}', 'http://b.example:8080/a/b?c=d#e'],
  ])('URL: %s', (text, filled) => {
    expect(urlTemplate(text)(values)).toBe(filled);
  });

  test('form', () => {
    expect(formTemplate('a={{part}}&b={{yes}}')(values)).toBe('a=%C5%BE%20%26%2F%3F%23%25&b=true');
  });

  test.each<[object, unknown]>([
    [{ a: '{{name}}' }, { a: 'a "b"\n{{token}}' }],
    [{ a: 'x {{name}}"' }, { a: 'x a "b"\n{{token}}"' }],
    [{ a: 'x"{{yes}}' }, { a: 'x"true' }],
    [{ a: '\\{{yes}}\\' }, { a: '\\true\\' }],
    [{ a: ['{{yes}}', '{{ items }}'] }, { a: [true, [{ price: 3 }]] }],
    [{ '{{yes}}': 1 }, { true: 1 }],
    [{ a: '{{flow}}' }, { a: '3' }],
  ])('JSON: %j', (body, filled) => {
    expect(JSON.parse(jsonTemplate(JSON.stringify(body))(values))).toEqual(filled);
  });

  test('a number in JSON keeps its digits, and its kind if it is all there is', () => {
    expect(jsonTemplate('{"a":"{{count}}","b":"n {{count}}"}')(values)).toBe('{"a":1.10,"b":"n 1.10"}');
    expect(valueTemplate('{{count}}')(values)).toEqual(new ExactNumber('1.10'));
    expect(valueTemplate('n {{count}}')(values)).toBe('n 1.10');
    expect(valueTemplate('{{unknown}}')(values)).toBe('{{unknown}}');
  });

  test('make a request, each where it is written', () => {
    const plan = {
      name: '',
      method: 'POST',
      url: 'http://a/{{part}}',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8', x: '{{host}}' },
      body: 'a={{part}}',
      expect: {
        status: [],
        statusText: '',
        headers: { location: { kind: 'text', text: '/{{count}}' } },
        body: { kind: 'text', text: '{{host}}' },
        json: { n: '{{count}}' },
      },
    } as const;
    expect(prepareRequest(plan).request(values)).toEqual({
      method: 'POST',
      origin: 'http://a',
      path: '/%C5%BE%20%26%2F%3F%23%25',
      headers: { 'Content-Type': plan.headers['Content-Type'], x: 'b.example:8080' },
      body: 'a=%C5%BE%20%26%2F%3F%23%25',
    });
    expect(prepareRequest(plan).expected(values)).toMatchObject({
      headers: { location: { text: '/1.10' } },
      body: { text: 'b.example:8080' },
      json: { n: { text: '1.10' } },
    });
    const asJson = { ...plan, headers: {}, body: '{"a":"{{name}}"}', bodyIsJson: true } as const;
    expect(prepareRequest(asJson).request(values).body).toBe('{"a":"a \\"b\\"\\n{{token}}"}');
    const asText = { ...plan, headers: {}, body: '{"a":"{{name}}"}' };
    expect(prepareRequest(asText).request(values).body).toBe('{"a":"a "b"\n{{token}}"}');
  });

  test('what makes no URL of HTTP is said without the value', () => {
    const ok: HttpExpectation = { status: [], statusText: '' };
    const of = (url: string) => prepareRequest({ name: '', method: 'GET', url, headers: {}, expect: ok });
    const values_ = { ...VALUES, bad: 'no url', file: 'file:///x', user: 'http://u:p@a/' };
    expect(() => of('{{bad}}').request(values_)).toThrow('url: {{bad}}, filled in, is no URL of HTTP');
    expect(() => of('{{file}}').request(values_)).toThrow('url: {{file}}, filled in, is no URL of HTTP');
    expect(() => of('{{user}}').request(values_)).toThrow(
      'url: {{user}}, filled in, holds a user and a password; send them as a header',
    );
  });
});

describe('values of a row', () => {
  const data = {
    name: 'a "b"\n{{token}}',
    path: '/a/b?c=d#e',
    part: 'ž &/?#%',
    url: 'https://a.example:1/x?y=z',
    host: 'b.example:8080',
    count: new ExactNumber('1.10'),
    yes: true,
    nothing: null,
    items: [{ 'unit price': 3 }],
    'a.b': 'dotted',
    a: { b: 'nested', c: 'deep' },
  };
  const values = { ...VALUES, data };

  test('names are told, with spaces and dots', () => {
    expect(columnsIn('{{data.a}} {{ data.First name }} {{data.a.b}} {{token}} {{data}} {{data.}}')).toEqual([
      'a',
      'First name',
      'a.b',
    ]);
  });

  test('a column goes before what its dots lead to', () => {
    expect(cellOf(data, 'a.b')).toBe('dotted');
    expect(cellOf(data, 'a.c')).toBe('deep');
    expect(cellOf(data, 'items[0].unit price')).toBe(3);
    expect(cellOf(data, 'constructor')).toBeUndefined();
  });

  test.each<[string, string]>([
    ['{{data.name}}', 'a "b"\n{{token}}'],
    ['{{data.count}},{{ data.yes }},{{data.nothing}}', '1.10,true,null'],
    ['{{data.items}}', '[{"unit price":3}]'],
    ['{{token}}-{{data.a.b}}-{{flow}}', 'fg-1-2-dotted-3'],
    ['{{data.unknown}}', '{{data.unknown}}'],
  ])('text: %s', (text, filled) => {
    expect(template(text)(values)).toBe(filled);
  });

  test.each<[string, string]>([
    ['http://h/x/{{data.part}}', 'http://h/x/%C5%BE%20%26%2F%3F%23%25'],
    ['http://h/?q={{data.part}}&n={{data.count}}', 'http://h/?q=%C5%BE%20%26%2F%3F%23%25&n=1.10'],
    ['http://h:{{port}}{{data.path}}', 'http://h:{{port}}/a/b?c=d#e'],
    ['http://h:1{{data.path}}/{{data.path}}', 'http://h:1/a/b?c=d#e/%2Fa%2Fb%3Fc%3Dd%23e'],
    ['{{data.url}}', 'https://a.example:1/x?y=z'],
    [
      'http://{{data.host}}{{data.path}}?{{data.part}}',
      'http://b.example:8080/a/b?c=d#e?%C5%BE%20%26%2F%3F%23%25',
    ],
    ['http://h/{{token}}', 'http://h/fg-1-2'],
  ])('URL: %s', (text, filled) => {
    expect(urlTemplate(text)(values)).toBe(filled);
  });

  test('form', () => {
    expect(formTemplate('a={{data.part}}&b={{data.yes}}')(values)).toBe('a=%C5%BE%20%26%2F%3F%23%25&b=true');
  });

  test.each<[object, unknown]>([
    [{ a: '{{data.name}}' }, { a: 'a "b"\n{{token}}' }],
    [{ a: 'x {{data.name}}"' }, { a: 'x a "b"\n{{token}}"' }],
    [{ a: 'x"{{data.yes}}' }, { a: 'x"true' }],
    [{ a: '\\{{data.yes}}\\' }, { a: '\\true\\' }],
    [
      { a: '{{data.yes}}', b: ['{{ data.items }}', '{{data.nothing}}'] },
      { a: true, b: [[{ 'unit price': 3 }], null] },
    ],
    [{ '{{data.yes}}': 1 }, { true: 1 }],
    [{ a: '{{flow}}' }, { a: '3' }],
  ])('JSON: %j', (body, filled) => {
    expect(JSON.parse(jsonTemplate(JSON.stringify(body))(values))).toEqual(filled);
  });

  test('a number in JSON keeps its digits', () => {
    expect(jsonTemplate('{"a":"{{data.count}}","b":"n {{data.count}}"}')(values)).toBe(
      '{"a":1.10,"b":"n 1.10"}',
    );
  });

  test('one value alone keeps its kind in what is expected', () => {
    expect(valueTemplate('{{data.count}}')(values)).toEqual(new ExactNumber('1.10'));
    expect(valueTemplate('{{data.nothing}}')(values)).toBeNull();
    expect(valueTemplate('n {{data.count}}')(values)).toBe('n 1.10');
    expect(valueTemplate('{{flow}}')(values)).toBe('3');
    expect(valueTemplate('{{data.unknown}}')(values)).toBe('{{data.unknown}}');
  });

  test('a request is filled in with all of these', () => {
    const plan = {
      name: '',
      method: 'POST',
      url: 'http://a/{{data.part}}',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8', x: '{{data.host}}' },
      body: 'a={{data.part}}',
      expect: {
        status: [],
        statusText: '',
        body: { kind: 'text', text: '{{data.host}}' },
        json: { n: '{{data.count}}' },
      },
    } as const;
    expect(prepareRequest(plan).request(values)).toEqual({
      method: 'POST',
      origin: 'http://a',
      path: '/%C5%BE%20%26%2F%3F%23%25',
      headers: { 'Content-Type': plan.headers['Content-Type'], x: 'b.example:8080' },
      body: 'a=%C5%BE%20%26%2F%3F%23%25',
    });
    expect(prepareRequest(plan).expected(values)).toMatchObject({
      body: { text: 'b.example:8080' },
      json: { n: { text: '1.10' } },
    });
    const asJson = { ...plan, headers: {}, body: '{"a":"{{data.name}}"}', bodyIsJson: true } as const;
    expect(prepareRequest(asJson).request(values).body).toBe('{"a":"a \\"b\\"\\n{{token}}"}');
    const asText = { ...plan, headers: {}, body: '{"a":"{{data.name}}"}' };
    expect(prepareRequest(asText).request(values).body).toBe('{"a":"a "b"\n{{token}}"}');
  });
});

describe('what is expected', () => {
  const ok: HttpExpectation = { status: [{ from: 200, to: 299 }], statusText: '2xx' };

  test.each<[string, HttpExpectation, number, string, string | undefined]>([
    ['a status in the range', ok, 204, '', undefined],
    ['both its ends', ok, 299, '', undefined],
    ['a status outside', ok, 503, 'x', 'status 503, expected 2xx'],
    ['a text', { ...ok, body: { kind: 'text', text: 'tea' } }, 200, 'a tea', undefined],
    [
      'a text that is not there',
      { ...ok, body: { kind: 'text', text: 'tea' } },
      200,
      'coffee',
      'expected body to hold "tea", got "coffee"',
    ],
    ['a pattern', { ...ok, body: { kind: 'pattern', source: '^t.a$', flags: 'i' } }, 200, 'TEA', undefined],
    [
      'a pattern that does not match an empty body',
      { ...ok, body: { kind: 'pattern', source: 'x', flags: '' } },
      200,
      '',
      'expected body to match /x/, got an empty one',
    ],
    [
      'values of JSON, all that are wrong at once, and a status too',
      { ...ok, json: { 'items.0.name': 'tea', count: 2, 'items.1': null } },
      404,
      '{"items":[{"name":"cocoa"}],"count":2}',
      'status 404, expected 2xx; expected json items.0.name to be "tea", got "cocoa"; expected json items.1 to be null, got nothing',
    ],
    ['deep equality', { ...ok, json: { $: [{ a: [1] }] } }, 200, '[{"a":[1]}]', undefined],
    ['1 is not "1"', { ...ok, json: { a: '1' } }, 200, '{"a":1}', 'expected json a to be "1", got 1'],
    [
      'text that is no JSON',
      { ...ok, json: { a: 1 } },
      200,
      '<html>',
      'expected body to be JSON, got "<html>"',
    ],
  ])('%s', (...[, expected, status, body, fault]) => {
    expect(unmet(expected, { status, body })).toBe(fault);
  });

  const exact = (text: string): ExactNumber => new ExactNumber(text);
  test.each<[string, ExactNumber | number, string, boolean]>([
    ['another integer of the same double', exact('12345678901234567891'), '12345678901234567890', false],
    ['the same', exact('12345678901234567890'), '12345678901234567890', true],
    ['a long integer for a short one', 9007199254740992, '9007199254740993', false],
    ['another decimal of the same double', 0.1, '0.1000000000000000055', false],
    ['the same decimal', 1, '1.0', true],
    ['the same decimal with an exponent', exact('1.50'), '150e-2', true],
    ['a power of ten', 1000, '1E+3', true],
    ['what no double holds', exact('1e400'), '1e401', false],
    ['what no double tells from 0', 0, '1e-400', false],
    ['-0', 0, '-0.0', true],
    ['the other sign', exact('1.0'), '-1', false],
    ['an endless exponent', 1, `1e${'9'.repeat(400)}`, false],
    ['NaN', 1, 'NaN', false],
  ])('numbers of JSON are compared exactly: %s', (...[, wanted, got, same]) => {
    const fault = unmet(
      { ...ok, json: { id: wanted, 'in.0': wanted } },
      { status: 200, body: `{"id":${got},"in":[${got}]}` },
    );
    expect(fault === undefined).toBe(same);
  });

  test('both numbers are said with all of their digits', () => {
    expect(
      unmet(
        { ...ok, json: { id: exact('12345678901234567891') } },
        { status: 200, body: '{"id":12345678901234567890}' },
      ),
    ).toBe('expected json id to be 12345678901234567891, got 12345678901234567890');
  });

  test('a key with two values is no answer', () => {
    const expected = { ...ok, json: { status: 'ok' } };
    expect(unmet(expected, { status: 200, body: '{"status":"error","status":"ok"}' })).toBe(
      'expected body to be JSON: the key "status" is given twice, with different values',
    );
    expect(unmet(expected, { status: 200, body: '{"a":{"n":1,"n":2},"status":"ok"}' })).toMatch(/twice/);
    expect(unmet(expected, { status: 200, body: '{"status":"ok","status":"ok"}' })).toBeUndefined();
  });

  test('a long run of zeros takes no time', () => {
    const zeros = `1${'0'.repeat(1_000_000)}1`;
    expect(unmet({ ...ok, json: { id: 1 } }, { status: 200, body: `{"id":${zeros}}` })).toMatch(/got 1000/);
  });

  test.each<[string, Partial<HttpExpectation>, string | undefined]>([
    ['a header as it is', { headers: { 'x-a': { kind: 'text', text: 'one' } } }, undefined],
    [
      'a header that is another',
      { headers: { 'x-a': { kind: 'text', text: 'on' } } },
      'expected header x-a to be "on", got "one"',
    ],
    [
      'a header that is not there',
      { headers: { 'x-b': { kind: 'text', text: '' } } },
      'expected header x-b to be "", got none',
    ],
    [
      'a pattern of a header',
      { headers: { 'x-a': { kind: 'pattern', source: '^O', flags: 'i' } } },
      undefined,
    ],
    [
      'a pattern that a header does not match',
      { headers: { 'x-a': { kind: 'pattern', source: '^O', flags: '' } } },
      'expected header x-a to match /^O/, got "one"',
    ],
    ['just in time', { time: 500 }, undefined],
    ['too late', { time: 499.9 }, 'took 500 ms, expected at most 499.9 ms'],
  ])('%s', (...[, expected, fault]) => {
    const answer = { status: 200, body: '', headers: new Map([['x-a', 'one']]), time: 500 };
    expect(unmet({ ...ok, ...expected }, answer)).toBe(fault);
  });

  test('what nobody is to see is hidden before it is cut', () => {
    const expected: HttpExpectation = {
      ...ok,
      headers: { 'x-a': { kind: 'text', text: 'secret' } },
      body: { kind: 'text', text: 'secret' },
      json: { a: 'secret' },
    };
    const body = `{"a":"${'x'.repeat(70)}secret"}`;
    const hide = (text: string): string => text.replaceAll('secret', '***');
    const fault = unmet(expected, { status: 200, body, headers: new Map([['x-a', 'a secret']]) }, hide);
    expect(fault).toContain('expected header x-a to be "***", got "a ***"');
    expect(fault).toContain('expected json a to be "***", got "xxx');
    expect(fault).not.toMatch(/s…|se…|sec/);
    expect(unmet(expected, { status: 200, body: '<secret' }, hide)).toContain('got "<***"');
  });

  test('what was got is bounded', () => {
    const fault = unmet(
      { ...ok, body: { kind: 'text', text: 'y'.repeat(9999) } },
      { status: 200, body: 'x'.repeat(9999) },
    );
    expect(fault?.length).toBeLessThan(250);
  });

  test('paths reach into maps and lists, and never into what a language adds to them', () => {
    const value = { a: [{ 'b-c': 1 }] };
    expect(valueAt(value, 'a[0].b-c')).toBe(1);
    expect(valueAt(value, '$.a.0.b-c')).toBe(1);
    expect(valueAt(value, 'a.1.b')).toBeUndefined();
    expect(valueAt(value, 'constructor')).toBeUndefined();
    expect(valueAt('text', 'length')).toBeUndefined();
  });

  test('texts of what is expected are filled in too, patterns are not', () => {
    const expect_ = {
      ...ok,
      body: { kind: 'text', text: 'for {{token}}' },
      json: { 'a.0': { customer: '{{token}}', flows: ['{{flow}}', 7] } },
    } as const;
    const plan = { name: '', method: 'GET', url: 'http://a/', headers: {}, expect: expect_ };
    expect(prepareRequest(plan).expected(VALUES)).toMatchObject({
      body: { text: 'for fg-1-2' },
      json: { 'a.0': { customer: 'fg-1-2', flows: ['3', 7] } },
    });
  });
});

describe('errors of requests', () => {
  const coded = (code: string, message = 'm') => Object.assign(new Error(message), { code });

  test.each([
    [coded('ECONNREFUSED'), 'connection refused: 127.0.0.1:3000'],
    [coded('ECONNRESET'), 'connection reset: 127.0.0.1:3000'],
    [coded('UND_ERR_SOCKET', 'other side closed'), 'connection reset: 127.0.0.1:3000'],
    [coded('ETIMEDOUT'), 'connection timed out: 127.0.0.1:3000'],
    [coded('ENOTFOUND'), 'unknown host: 127.0.0.1'],
    [coded('HPE_INVALID_CONSTANT', 'Expected HTTP/'), 'broken response: 127.0.0.1:3000 (Expected HTTP/)'],
    [
      coded('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
      'tls: 127.0.0.1:3000 (DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate); a private authority is trusted with ca: PATH',
    ],
    [new Error('outer', { cause: coded('ECONNREFUSED') }), 'connection refused: 127.0.0.1:3000'],
    [new Error('else'), 'request failed: else'],
    ['text', 'request failed: text'],
  ])('%s', (thrown, message) => {
    expect(requestError(thrown, 'http://127.0.0.1:3000')).toBe(message);
  });

  test('the port of the scheme is written out', () => {
    expect(requestError(coded('ECONNREFUSED'), 'https://example.org')).toMatch(/example\.org:443$/);
    expect(requestError(coded('ECONNREFUSED'), 'http://[::1]')).toMatch(/\[::1\]:80$/);
  });
});

describe('redirections, as the Fetch Standard has them', () => {
  const post: HttpRequest = {
    method: 'POST',
    origin: 'http://a.example',
    path: '/orders?x=1',
    headers: { authorization: 'Basic eA==', 'content-type': 'text/plain', accept: '*/*' },
    body: 'hello',
  };

  test.each<[number, string]>([
    [301, 'GET'],
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
    [308, 'POST'],
  ])('%i makes of a POST a %s', (status, method) => {
    const next = redirected(post, status, 'done');
    expect(next).toMatchObject({ method, origin: 'http://a.example', path: '/done' });
    expect(next?.body).toBe(method === 'GET' ? undefined : 'hello');
    expect(Object.hasOwn(next?.headers ?? {}, 'content-type')).toBe(method === 'POST');
    expect(next?.headers).toMatchObject({ authorization: 'Basic eA==', accept: '*/*' });
  });

  test('another server is not told who we are', () => {
    expect(redirected(post, 307, 'https://b.example/x')).toEqual({
      method: 'POST',
      origin: 'https://b.example',
      path: '/x',
      headers: { 'content-type': 'text/plain', accept: '*/*' },
      body: 'hello',
    });
  });

  test('a response that is none is the last', () => {
    expect(redirected(post, 200, '/x')).toBeUndefined();
    expect(redirected(post, 304, '/x')).toBeUndefined();
    expect(redirected(post, 302, undefined)).toBeUndefined();
  });

  test('a place that can not be gone to is said', () => {
    expect(() => redirected(post, 302, 'http://[')).toThrow('redirected to http://[, which is no URL');
    expect(() => redirected(post, 302, 'file:///etc/passwd')).toThrow(
      'redirected to file://, which is not HTTP',
    );
  });
});
