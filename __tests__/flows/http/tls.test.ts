import { createServer } from 'node:https';
import { expect, test } from '@jest/globals';
import { openUndici } from '../../../src/flows/http/client.js';
import { hasOpenssl, makeCertificates } from './certificates.js';
import { listen, one } from './http-runner.js';

const withOpenssl = hasOpenssl() ? test : test.skip;

withOpenssl('a private authority is trusted if it is named, and not else (needs openssl)', async () => {
  const { ca, cert, key } = makeCertificates();
  const port = await listen(createServer({ cert, key }, (_, response) => response.end('secret')));
  const url = `https://127.0.0.1:${port}/`;
  expect(await one(url, { pem: ca })).toMatchObject({ outcome: 'ok' });
  expect((await one(url))?.error?.message).toMatch(
    new RegExp(`^tls: 127\\.0\\.0\\.1:${port} \\(UNABLE_TO_.*a private authority is trusted with ca: PATH$`),
  );
});

test('text that is no certificate is refused when the client is opened', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n';
  expect(() => openUndici({ ca: pem })).toThrow();
});
