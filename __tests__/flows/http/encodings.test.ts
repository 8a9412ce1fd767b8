import type { ServerResponse } from 'node:http';
import * as zlib from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { HttpExpectation } from '../../../src/model/plan.js';
import { one, serve } from './http-runner.js';

const OK = { status: [{ from: 200, to: 200 }], statusText: '200' };
const holds = (text: string): HttpExpectation => ({ ...OK, body: { kind: 'text', text } });
const noError: HttpExpectation = { ...OK, body: { kind: 'pattern', source: '^(?!.*error)', flags: 's' } };

const bodyOf = async (
  body: Uint8Array | string,
  headers: Record<string, string | string[]>,
  options: Parameters<typeof one>[1] = {},
) => {
  const { url } = await serve((_, response: ServerResponse) => response.writeHead(200, headers).end(body));
  return one(url, options);
};

const TEXT = '{"status":"error","for":"tea"}';
const twice = zlib.brotliCompressSync(zlib.gzipSync(TEXT));

describe('a body that is encoded', () => {
  test.each<[string, Uint8Array, string | string[]]>([
    ['gzip', zlib.gzipSync(TEXT), 'gzip'],
    ['gzip in another spelling', zlib.gzipSync(TEXT), 'X-GZip'],
    ['deflate', zlib.deflateSync(TEXT), 'deflate'],
    ['deflate without a header', zlib.deflateRawSync(TEXT), 'deflate'],
    ['br', zlib.brotliCompressSync(TEXT), 'br'],
    ['two of them', twice, 'gzip, br'],
    ['two of them, each in a header of its own', twice, ['gzip', 'br']],
    ['identity', Buffer.from(TEXT), 'identity'],
  ])('is judged by its text: %s', async (_, body, encoding) => {
    const headers = { 'content-encoding': encoding };
    expect((await bodyOf(body, headers, { request: { expect: noError } }))?.error?.message).toBe(
      'expected body to match /^(?!.*error)/s, got "{\\"status\\":\\"error\\",\\"for\\":\\"tea\\"}"',
    );
    const json = { ...OK, json: { for: 'tea' } };
    expect((await bodyOf(body, headers, { request: { expect: json } }))?.outcome).toBe('ok');
  });

  const zstd = (zlib as { zstdCompressSync?: typeof zlib.gzipSync }).zstdCompressSync;
  test('zstd is decoded where Node can, and else fails by name', async () => {
    const end = await bodyOf(
      zstd?.(TEXT) ?? TEXT,
      { 'content-encoding': 'zstd' },
      { request: { expect: holds('tea') } },
    );
    expect(end?.error?.message).toBe(
      zstd === undefined ? 'content-encoding: zstd cannot be decoded here' : undefined,
    );
  });

  test('what nobody can decode fails the flow if something is expected of the body', async () => {
    const headers = { 'content-encoding': 'gzip, compress' };
    const failed = await bodyOf('tea', headers, { request: { expect: holds('tea') } });
    expect(failed).toMatchObject({
      outcome: 'failed',
      error: { message: 'content-encoding: compress cannot be decoded here' },
      // Its bytes would be no text.
      stdout: { head: '', tail: '', bytes: 3 },
    });
    expect(await bodyOf('tea', headers, { canaries: true })).toMatchObject({
      outcome: 'ok',
      seen: { missed: true },
    });
  });

  test.each<[string, Uint8Array, string, string]>([
    ['gzip that is cut off', zlib.gzipSync(TEXT).subarray(0, 20), 'gzip', 'the gzip body is cut off'],
    ['br that is cut off', zlib.brotliCompressSync(TEXT).subarray(0, 12), 'br', 'the br body is cut off'],
    ['gzip without its checksum', zlib.gzipSync(TEXT).subarray(0, -8), 'gzip', 'the gzip body is cut off'],
    ['text', Buffer.from(TEXT), 'gzip', 'the body is not gzip (incorrect header check)'],
    ['the wrong order', twice, 'br, gzip', 'the body is not gzip (incorrect header check)'],
  ])(
    'fails the flow if it is not what it says, even if nothing is expected of it: %s',
    async (...[, body, encoding, why]) => {
      expect(await bodyOf(body, { 'content-encoding': encoding })).toMatchObject({
        outcome: 'failed',
        error: { message: `content-encoding: ${why}` },
      });
    },
  );

  test.each([
    ['gzip', (zeros: Buffer) => zlib.gzipSync(zeros, { level: 1 })],
    [
      'br',
      (zeros: Buffer) =>
        zlib.brotliCompressSync(zeros, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
    ],
    ['deflate', (zeros: Buffer) => zlib.deflateSync(zeros, { level: 1 })],
  ])('a bomb of %s is stopped at max-body', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(200e6));
    const before = process.memoryUsage().rss;
    const end = await bodyOf(bomb, { 'content-encoding': encoding }, { maxBody: 1e6 });
    expect(end?.error?.message).toBe(
      `response too large: more than max-body (1 MB) once ${encoding} is decoded`,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  test('its bytes are those of the connection, and what is shown of it is its text', async () => {
    const long = `${'tea '.repeat(50_000)}error`;
    const end = await bodyOf(
      zlib.gzipSync(long),
      { 'content-encoding': 'gzip' },
      { request: { expect: noError } },
    );
    expect(end?.bytesIn).toBeLessThan(10_000);
    expect(end?.stdout?.bytes).toBe(long.length);
    expect(end?.stdout?.tail.endsWith('tea error')).toBe(true);
  });

  test('nothing at all is no broken gzip: HEAD, 204, a length of 0', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(request.url === '/204' ? 204 : 200, { 'content-encoding': 'gzip' }).end();
    });
    expect((await one(url, { request: { method: 'HEAD' } }))?.outcome).toBe('ok');
    expect((await one(`${url}204`))?.outcome).toBe('ok');
    expect((await one(url))?.outcome).toBe('ok');
  });
});

describe('the token of another flow is found', () => {
  const body = JSON.stringify({ mine: 'fg-x-1', yours: 'fg-x-77' });
  const utf16 = Buffer.from(body, 'utf16le');
  test.each<[string, Uint8Array, Record<string, string>]>([
    ['in gzip', zlib.gzipSync(body), { 'content-encoding': 'gzip' }],
    ['in UTF-16', utf16, { 'content-type': 'application/json; charset=utf-16le' }],
    [
      'in UTF-16 in br',
      zlib.brotliCompressSync(utf16),
      { 'content-encoding': 'br', 'content-type': 'text/plain;charset="UTF-16LE"' },
    ],
  ])('%s', async (_, bytes, headers) => {
    const end = await bodyOf(bytes, headers, { canaries: true });
    expect(end).toMatchObject({
      outcome: 'ok',
      seen: { own: true, count: 1, others: [{ token: 'fg-x-77' }], missed: false },
    });
  });

  test('and what was cut off counts as not searched', async () => {
    const cut = zlib.gzipSync(body).subarray(0, 20);
    const end = await bodyOf(cut, { 'content-encoding': 'gzip' }, { canaries: true });
    expect(end).toMatchObject({ outcome: 'failed', seen: { missed: true } });
  });
});

describe('text is read in its charset', () => {
  test.each<[string, Uint8Array, string]>([
    ['iso-8859-1', Buffer.from('thé', 'latin1'), 'text/html; charset=ISO-8859-1'],
    ['utf-16le', Buffer.from('thé', 'utf16le'), 'text/html; charset=utf-16le'],
    [
      'utf-16 with a byte order mark',
      Buffer.from('\uFEFFthé', 'utf16le').swap16(),
      'text/html;charset=UTF-16',
    ],
    ['utf-8', Buffer.from('thé'), 'text/html; charset="utf-8"'],
    ['utf-8 with a byte order mark', Buffer.from('\uFEFFthé'), 'text/html'],
    ['none', Buffer.from('thé'), 'text/html'],
  ])('%s', async (_, body, type) => {
    const expect_ = { ...OK, body: { kind: 'pattern', source: '^thé$', flags: '' } } as const;
    const end = await bodyOf(body, { 'content-type': type }, { request: { expect: expect_ } });
    expect(end?.error?.message).toBeUndefined();
  });

  test('one that is not known fails the flow if something is expected of the body', async () => {
    const headers = { 'content-type': 'text/html; charset=klingon' };
    expect((await bodyOf('tea', headers, { request: { expect: holds('tea') } }))?.error?.message).toBe(
      'content-type: charset klingon cannot be read here',
    );
    expect((await bodyOf('tea', headers))?.outcome).toBe('ok');
  });
});
