import { describe, expect, test } from '@jest/globals';
import { type MetToken, prefixOf, TokenScanner } from '../../src/flows/canary.js';
import { seededRandom } from '../../src/lib/random.js';

const RUN = 'fg-0123456789ab-';

/** What is found in the chunks, one after another; a number is a gap of so many bytes. */
function found(...parts: readonly (string | Buffer | number)[]) {
  const met: (Omit<MetToken, 'context'> & { readonly context: string })[] = [];
  const scanner = new TokenScanner(prefixOf(`${RUN}1`), (token) =>
    met.push({ ...token, context: token.context() }),
  );
  for (const part of parts) {
    if (typeof part === 'number') scanner.missed(part);
    else scanner.data(Buffer.from(part));
  }
  scanner.end();
  return met;
}

const tokens = (...parts: readonly (string | Buffer | number)[]): string[] =>
  found(...parts).map(({ token }) => token.slice(RUN.length));

describe('TokenScanner', () => {
  test('finds the tokens of its run, with their byte and what stands around them', () => {
    expect(found(`größe: ${RUN}7, next line\n${RUN}12\n`)).toEqual([
      { token: `${RUN}7`, at: 9, context: `größe: ${RUN}7, next line ${RUN}12`, last: false },
      { token: `${RUN}12`, at: 38, context: `größe: ${RUN}7, next line ${RUN}12`, last: false },
    ]);
  });

  test.each([
    ['warm-up flows', `${RUN}w3 `, ['w3']],
    ['JSON with escapes before it', String.raw`"a\n${RUN}5"`, ['5']],
    ['other runs', 'fg-ba9876543210-7 ', []],
    ['a prefix without a number', `${RUN} ${RUN}x ${RUN}w ${RUN}`, []],
    ['a prefix that begins in another', `fg-0123fg-0123456789ab-4 f fg- ${RUN.slice(0, -1)}`, ['4']],
    ['tokens beside each other', `${RUN}1${RUN}2`, ['1', '2']],
  ])('%s', (_, text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  test('a token at the very end is said to be the last', () => {
    expect(found(`x ${RUN}12`)).toMatchObject([{ token: `${RUN}12`, at: 2, last: true }]);
  });

  test('wherever a stream is cut, the same is found', () => {
    const text = `begin ${RUN}3 middle ${RUN}w14 fg-0123 ${RUN}1592 fg-${RUN}6\nend`;
    const whole = found(text).map(({ token, at }) => ({ token, at }));
    expect(whole.map(({ token }) => token.slice(RUN.length))).toEqual(['3', 'w14', '1592', '6']);
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parts = found(text.slice(0, cut), text.slice(cut));
      expect(parts.map(({ token, at }) => ({ token, at }))).toEqual(whole);
    }
    expect(found(...text.split('')).map(({ token, at }) => ({ token, at }))).toEqual(whole);
  });

  test('the same on random chunks of random text', () => {
    const random = seededRandom(5);
    const pieces = ['fg-', RUN, `${RUN}4`, `${RUN}w9`, '0', '77', 'x', '\n', 'fg-01234', '-'];
    for (let round = 0; round < 300; round += 1) {
      const text = Array.from({ length: 30 }, () => pieces[Math.floor(random() * pieces.length)]).join('');
      const chunks: string[] = [];
      for (let at = 0; at < text.length;) {
        const length = 1 + Math.floor(random() * 25);
        chunks.push(text.slice(at, at + length));
        at += length;
      }
      // The truth by the expression, on the whole.
      const truth = [...text.matchAll(/fg-0123456789ab-w?\d+/g)].map(([token], index, all) => ({
        token,
        at: all[index]?.index,
      }));
      expect(found(...chunks).map(({ token, at }) => ({ token, at }))).toEqual(truth);
    }
  });

  test('what a gap cuts is no token, and bytes are counted across it', () => {
    expect(tokens(`a ${RUN}1`, 100, '2 b')).toEqual([]);
    expect(found('abc', 100, `${RUN}7 `)).toMatchObject([{ token: `${RUN}7`, at: 103 }]);
  });

  test('a chunk is only lent: what is kept of it is a copy', () => {
    const met: string[] = [];
    const scanner = new TokenScanner(prefixOf(RUN), ({ token }) => met.push(token));
    const chunk = Buffer.from(`x ${RUN}1`);
    scanner.data(chunk);
    chunk.fill(0);
    scanner.data(Buffer.from('2 '));
    expect(met).toEqual([`${RUN}12`]);
  });

  test('control characters do not reach the context', () => {
    expect(found(`\u001b[31m${RUN}2\r\n\u2028::error::x`)[0]?.context).toBe(`[31m${RUN}2 ::error::x`);
  });
});
