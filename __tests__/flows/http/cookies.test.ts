import { describe, expect, test } from '@jest/globals';
import { CookieJar, readDate } from '../../../src/flows/http/cookies.js';

const NOW = Date.UTC(2026, 0, 1);

/** A jar that has got these lines from a URL. */
function jarOf(from: string, ...lines: string[]) {
  let now = NOW;
  const jar = new CookieJar(() => now);
  jar.store(lines, targetOf(from));
  return {
    jar,
    later: (ms: number) => {
      now += ms;
    },
    sent: (to: string, headers: Record<string, string> = {}) =>
      jar.on({ method: 'GET', ...targetOf(to), headers }).headers,
  };
}

function targetOf(url: string) {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: `${pathname}${search}` };
}

describe('a cookie is sent', () => {
  test.each<[string, string, string, string, string | undefined]>([
    ['to its host', 'http://a.example/', 'sid=1', 'http://a.example/x', 'sid=1'],
    ['to any port of it', 'http://a.example:1/', 'sid=1', 'http://a.example:2/', 'sid=1'],
    ['to no other host', 'http://a.example/', 'sid=1', 'http://b.a.example/', undefined],
    [
      'to hosts of its domain',
      'http://a.b.example/',
      'sid=1; Domain=.B.example',
      'http://c.b.example/',
      'sid=1',
    ],
    ['to the domain itself', 'http://a.b.example/', 'sid=1; domain=b.example', 'http://b.example/', 'sid=1'],
    ['to no other domain', 'http://a.b.example/', 'sid=1; Domain=b.example', 'http://xb.example/', undefined],
    [
      'but not for a domain of others',
      'http://a.example/',
      'sid=1; Domain=b.example',
      'http://b.example/',
      undefined,
    ],
    ['nor for one label', 'http://a.example/', 'sid=1; Domain=example', 'http://a.example/', undefined],
    [
      'to an address that names itself',
      'http://127.0.0.1/',
      'sid=1; Domain=127.0.0.1',
      'http://127.0.0.1/',
      'sid=1',
    ],
    ['an address has no domains', 'http://1.0.0.1/', 'sid=1; Domain=0.0.1', 'http://1.0.0.1/', undefined],
    ['below its path', 'http://a.example/', 'sid=1; Path=/shop', 'http://a.example/shop/cart?x=1', 'sid=1'],
    ['on its path', 'http://a.example/', 'sid=1; Path=/shop', 'http://a.example/shop', 'sid=1'],
    ['not beside its path', 'http://a.example/', 'sid=1; Path=/shop', 'http://a.example/shopping', undefined],
    [
      'below the folder that set it',
      'http://a.example/auth/login?x=/y',
      'sid=1',
      'http://a.example/auth/me',
      'sid=1',
    ],
    ['not outside of it', 'http://a.example/auth/login', 'sid=1; Path=no', 'http://a.example/', undefined],
    ['secure: over https', 'https://a.example/', 'sid=1; Secure', 'https://a.example/', 'sid=1'],
    ['secure: not over http', 'https://a.example/', 'sid=1; secure', 'http://a.example/', undefined],
    ['secure: to this machine', 'http://127.0.0.1:3000/', 'sid=1; Secure', 'http://127.0.0.1:3000/', 'sid=1'],
    [
      'with all of its value',
      'http://a.example/',
      'sid = "a=b" ; HttpOnly; SameSite=Lax',
      'http://a.example/',
      'sid="a=b"',
    ],
    ['empty', 'http://a.example/', 'sid=', 'http://a.example/', 'sid='],
    ['not without a name', 'http://a.example/', '=1', 'http://a.example/', undefined],
    ['not without a value', 'http://a.example/', 'sid; Path=/', 'http://a.example/', undefined],
  ])('%s', (...[, from, line, to, cookie]) => {
    expect(jarOf(from, line).sent(to)['cookie']).toBe(cookie);
  });

  test.each([
    ['sid=1; Max-Age=60', 59_999, 'sid=1'],
    ['sid=1; Max-Age=60', 60_000, undefined],
    ['sid=1; Max-Age=0', 0, undefined],
    ['sid=1; Max-Age=-1', 0, undefined],
    ['sid=1; Max-Age=x', 1e12, 'sid=1'],
    ['sid=1; Expires=Thu, 01 Jan 2026 00:01:00 GMT', 59_999, 'sid=1'],
    ['sid=1; Expires=Thu, 01 Jan 2026 00:01:00 GMT', 60_000, undefined],
    ['sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 0, undefined],
    ['sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60', 0, 'sid=1'],
    ['sid=1; Expires=soon', 1e12, 'sid=1'],
  ])('%s after %i ms: %s', (line, ms, cookie) => {
    const { sent, later } = jarOf('http://a.example/', line);
    later(ms);
    expect(sent('http://a.example/')['cookie']).toBe(cookie);
  });
});

test('a new value takes the place of the old one, and an old date removes it', () => {
  const { jar, sent } = jarOf('http://a.example/', 'a=1', 'b=2', 'a=3', 'c=4', 'c=; Max-Age=0');
  expect(sent('http://a.example/')['cookie']).toBe('a=3; b=2');
  jar.store(['b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], targetOf('http://a.example/'));
  expect(sent('http://a.example/')['cookie']).toBe('a=3');
});

test('longer paths come first, older ones first among equals', () => {
  const { sent } = jarOf('http://a.example/', 'a=1', 'b=2; Path=/x/y', 'c=3; Path=/x', 'd=4');
  expect(sent('http://a.example/x/y/z')['cookie']).toBe('b=2; c=3; a=1; d=4');
});

test('what a request says itself goes first, and before a cookie of the same name', () => {
  const { sent } = jarOf('http://a.example/', 'a=1', 'b=2');
  expect(sent('http://a.example/', { Cookie: 'b=own' })).toEqual({ Cookie: 'b=own; a=1' });
  expect(sent('http://a.example/', { Cookie: 'a=0; b=0' })).toEqual({ Cookie: 'a=0; b=0' });
  expect(sent('http://b.example/', { x: 'y' })).toEqual({ x: 'y' });
});

test.each([
  ['Wed, 21 Oct 2015 07:28:00 GMT', '2015-10-21T07:28:00.000Z'],
  ['Wednesday, 21-Oct-15 07:28:00 GMT', '2015-10-21T07:28:00.000Z'],
  ['Wed Oct 21 07:28:00 2015', '2015-10-21T07:28:00.000Z'],
  ['21 Oct 99 7:8:9', '1999-10-21T07:08:09.000Z'],
  ['Wed, 21 Oct 2015', undefined],
  ['Wed, 32 Oct 2015 07:28:00 GMT', undefined],
  ['Wed, 21 Oct 2015 24:28:00 GMT', undefined],
  ['Wed, 21 Oct 1600 07:28:00 GMT', undefined],
  ['', undefined],
])('the date %s', (text, date) => {
  const ms = readDate(text);
  expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(date);
});
