import { describe, expect, test } from '@jest/globals';
import { proxyNotice, variablesOf, variableValues } from '../../../src/flows/http/variables.js';
import type { HttpWork } from '../../../src/model/plan.js';

function workOf(...urls: string[]): HttpWork {
  const expected = { status: [], statusText: '' };
  const requests = urls.map((url) => ({ name: '', method: 'GET', url, headers: {}, expect: expected }));
  return { kind: 'http', requests, followRedirects: false, maxBody: 1 };
}

test('the variables of all texts of requests are found, each once', () => {
  const [request] = workOf('http://a/{{env.A}}/{{ env.B }}/{{token}}').requests;
  const work = workOf();
  const requests = [
    {
      ...request,
      headers: { x: '{{env.C}}' },
      body: '{"a":"{{env.A}} {{env.D}}"}',
      expect: { status: [], statusText: '', json: { b: ['{{env.E}}'] } },
    },
  ] as HttpWork['requests'];
  expect([...variablesOf({ ...work, requests })].sort()).toEqual(['A', 'B', 'C', 'D', 'E']);
  expect(variablesOf({ kind: 'command', run: 'echo {{env.A}}', shell: 'sh' })).toEqual([]);
});

test('values are given by the words that stand for them, and what is wrong with them is thrown', () => {
  const work = workOf('http://a/{{env.ONE}}/{{env.TWO}}');
  expect(variableValues(work, { ONE: 'value', TWO: ' spaced ', THREE: 'x' })).toEqual({
    'env.ONE': 'value',
    'env.TWO': ' spaced ',
  });
  expect(() => variableValues(work, { ONE: 'fail' })).toThrow(
    "{{env.ONE}}: the value of ONE is a word of flowgate's own reports, and could not be masked; if it is no secret, " +
      'write it into the config; {{env.TWO}}: the variable TWO is not set',
  );
});

describe('a proxy that is not used is told', () => {
  test.each<[string, string[], Record<string, string>, boolean]>([
    [
      'where a request leaves this machine',
      ['http://127.0.0.1/', 'https://a.example'],
      { HTTPS_PROXY: 'http://p' },
      true,
    ],
    ['by its small name', ['http://localhost.example/'], { http_proxy: 'http://p' }, true],
    [
      'unless all stay here',
      ['http://127.0.0.1:1/', 'http://localhost', 'http://[::1]/'],
      { HTTP_PROXY: 'p' },
      false,
    ],
    ['unless there is none', ['http://a.example'], { HTTP_PROXY: '' }, false],
  ])('%s', (...[, urls, env, isTold]) => {
    const notice = proxyNotice([workOf(...urls)], env);
    expect(notice !== undefined).toBe(isTold);
    if (notice !== undefined) expect(notice).toMatch(/^\w+ is set, and HTTP flows do not use it/);
  });
});
