import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { fakeFiles } from '../fakes/files.js';

const FILE = '.github/flowgate.yml';
const config = (...lines: string[]) =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

const problems = (...lines: string[]): string[] =>
  validateConfig(config(...lines), FILE).map((problem) => formatProblem(problem).replace(`${FILE}:`, ''));

async function planOf(...lines: string[]): Promise<ScenarioPlan | undefined> {
  const files = fakeFiles({ '/repo/ca.pem': '', [`/repo/${FILE}`]: config(...lines) });
  return (await makePlan({}, { files, workspace: '/repo' })).scenarios[0];
}

describe('an http scenario', () => {
  test('is one request, with every default', async () => {
    expect((await planOf('http: {url: "http://127.0.0.1:3000/orders?x=1"}'))?.work).toEqual({
      kind: 'http',
      requests: [
        {
          name: 'GET /orders',
          method: 'GET',
          url: 'http://127.0.0.1:3000/orders?x=1',
          headers: {},
          expect: { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' },
        },
      ],
      followRedirects: false,
      maxBody: 10e6,
    });
  });

  test('or a list of them, with everything said', async () => {
    const plan = await planOf(
      'http:',
      '  - name: place',
      '    url: http://a.example/orders',
      '    headers: {x-count: 3}',
      '    body: {customer: "{{token}}"}',
      '    expect: {status: [201, 4xx], body: /ok/i, json: {items.0: "{{token}}"}}',
      '  - http://a.example',
      '  - {url: "http://a.example/?b", method: head, expect: {status: 2xx, body: fine}}',
      '  - http://a.example',
      'ca: ca.pem',
      'follow-redirects: true',
      'max-body: 1MiB',
    );
    expect(plan?.work).toMatchObject({
      requests: [
        {
          name: 'place',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-count': '3' },
          body: '{"customer":"{{token}}"}',
          expect: {
            status: [
              { from: 201, to: 201 },
              { from: 400, to: 499 },
            ],
            statusText: '201 or 4xx',
            body: { kind: 'pattern', source: 'ok', flags: 'i' },
            json: { 'items.0': '{{token}}' },
          },
        },
        { name: 'GET /' },
        { name: 'HEAD /', method: 'HEAD', expect: { body: { kind: 'text', text: 'fine' } } },
        { name: 'GET / #2' },
      ],
      ca: '/repo/ca.pem',
      followRedirects: true,
      maxBody: 1024 * 1024,
    });
  });

  test('headers may hold what ISO 8859-1 prints, and tabs', async () => {
    const plan = await planOf('http: {url: "http://a.example", headers: {x: "thé\\tü", y: ""}}');
    expect(plan?.work).toMatchObject({ requests: [{ headers: { x: 'thé\tü', y: '' } }] });
  });

  test('without a service its default gates are those that can be judged', async () => {
    const alone = await planOf('http: http://a.example');
    expect(alone?.thresholds.map(({ expression }) => expression)).toEqual([
      'success_rate >= 90%',
      'total_time <= 30s',
    ]);
    expect(alone?.omittedGates?.map(({ expression }) => expression)).toEqual([
      'peak_memory <= 500MB',
      'peak_cpu <= 80%',
    ]);
    const served = await planOf('http: http://a.example', 'service: npm start');
    expect(served?.thresholds).toHaveLength(4);
    expect(served).not.toHaveProperty('omittedGates');
    const asked = await planOf('http: http://a.example', 'thresholds: [peak_cpu < 80%]');
    expect(asked?.thresholds).toHaveLength(1);
  });
});

test('url is the shorthand of one GET', async () => {
  const plan = await makePlan(
    { url: 'http://a.example/x' },
    { files: fakeFiles({ '/repo/a': '' }), workspace: '/repo' },
  );
  expect(plan.source).toEqual({ kind: 'inputs' });
  expect(plan.scenarios).toMatchObject([
    { name: 'url', work: { kind: 'http', requests: [{ method: 'GET', url: 'http://a.example/x' }] } },
  ]);
});

describe('what is wrong with it', () => {
  const where = '4:5: scenarios.s.http';
  test.each([
    ['http: 3', '4:11: scenarios.s.http: must be a request, or a list of requests'],
    ['http: []', `${where}: is empty; write at least one request`],
    ['http: {}', `${where}.url: must be text such as http://127.0.0.1:3000/orders, not nothing`],
    ['http: "http://a:{{port}}"', '{{port}} is the port of a service, and there is none'],
    ['http: nonsense', '4:11: scenarios.s.http: "nonsense" is no URL'],
    ['http: {url: "http://"}', '4:17: scenarios.s.http.url: "http://" is no URL'],
    ['http: {url: "ws://a"}', '4:17: scenarios.s.http.url: "ws://a": ws:// can not be requested'],
    ['http: {url: "http://u:p@a"}', 'holds a user and a password; send them as a header'],
    ['http: {url: "http://a/{{tokn}}"}', 'nothing is known of {{tokn}}; did you mean token?'],
    ['http: {url: "http://a", urll: x}', 'there is no key urll; did you mean url?'],
    ['http: {url: "http://a", method: "G T"}', '"G T" is no method; write GET, POST, …'],
    ['http: {url: "http://a", headers: {"a b": c}}', 'headers.a b: "a b" is no name for a header'],
    [
      'http: {url: "http://a", headers: {x: "{{y}}"}}',
      'headers.x: nothing is known of {{y}}; what is filled in is',
    ],
    ['http: {url: "http://a", headers: {connection: close}}', 'is set by the connection itself'],
    ['http: {url: "http://a", headers: {expect: 100-continue}}', 'headers.expect: is not supported'],
    ['http: {url: "http://a", headers: {x: "a\\nb"}}', 'headers.x: holds a line break, which no header can'],
    [
      'http: {url: "http://a", headers: {x: "a\\0b"}}',
      'headers.x: holds a control character (U+0000), which',
    ],
    ['http: {url: "http://a", headers: {x: "10 €"}}', 'headers.x: holds "€" (U+20AC), which no header can'],
    [
      'http: {url: "http://a", headers: {x: "{{token}} 🍵"}}',
      'headers.x: holds "🍵" (U+1F375), which no header can',
    ],
    ['http: {url: "http://a", headers: {"é": a}}', '"é" is no name for a header'],
    ['http: {url: "http://a", headers: {Host: a, host: b}}', 'headers.host: is the header Host again'],
    ['http: {url: "http://a", method: connect}', '"connect" is no method'],
    ['http: {url: "http://a", body: "{{it}}"}', 'body: nothing is known of {{it}}'],
    ['http: {url: "http://a", name: "a(b)"}', 'holds a parenthesis'],
    ['http: {url: "http://a", expect: 200}', 'expect: must be a map with status, body and json, not 200'],
    ['http: {url: "http://a", expect: {stats: 200}}', 'there is no key stats; did you mean status?'],
    [
      'http: {url: "http://a", expect: {status: 99}}',
      'must be a status such as 200, or a range such as 2xx, not 99',
    ],
    ['http: {url: "http://a", expect: {status: [200, 7xx]}}', 'expect.status[1]: must be a status'],
    ['http: {url: "http://a", expect: {status: []}}', 'is empty; write 200, 2xx or a list'],
    ['http: {url: "http://a", expect: {body: 3}}', 'must be text that the body holds'],
    ['http: {url: "http://a", expect: {body: /(/}}', '/(/ is no regular expression'],
    ['http: {url: "http://a", expect: {body: /x/g}}', '/x/g: flags are i, m, s and u'],
    ['http: {url: "http://a", expect: {json: [1]}}', 'must be a map of dotted paths and values'],
  ])('%s', (line, message) => {
    const found = problems(line);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test.each([
    ['max-body: 10', 'must be a size such as 10MB, not 10'],
    ['max-body: 0MB', '0MB is no size at all; write more than 0'],
    ['follow-redirects: 1', 'must be true or false, not 1'],
    ['options: {a: b}', 'is for module scenarios; a request says all that it needs itself'],
    ['run: x', 'run and http are given; keep one'],
  ])('%s beside it', (line, message) => {
    const found = problems('http: http://a.example', line);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test('all of it at once, each in its place in the list', () => {
    expect(
      problems(
        'http:',
        '  - url: http://a',
        '    method: ""',
        '  - {url: b, expect: {status: no}}',
        'ca: x',
      ).map((problem) => problem.split(':').slice(0, 2).join(':')),
    ).toEqual(['6:17', '7:15', '7:35']);
  });

  test('its keys are for no other kind', () => {
    expect(problems('run: x', 'max-body: 1MB')).toEqual([
      '5:15: scenarios.s.max-body: is for http scenarios',
    ]);
  });

  test('ca is for readiness over https too, whatever the flows are', async () => {
    const served = await planOf('run: x', 'ca: ca.pem', 'service: {run: y, ready: "https://127.0.0.1:1/"}');
    expect(served?.services).toMatchObject([{ ca: '/repo/ca.pem' }]);
    const several = await planOf(
      'run: x',
      'ca: ca.pem',
      'services: {a: y, b: {run: z, ready: "HTTPS://127.0.0.1:1/"}}',
    );
    expect(several?.services[1]).toMatchObject({ ca: '/repo/ca.pem' });
    expect(problems('run: x', 'ca: ca.pem', 'service: {run: y, ready: "http://127.0.0.1:1/"}')).toEqual([
      '5:9: scenarios.s.ca: is for http scenarios, and for services whose ready begins with https://',
    ]);
  });

  test('a certificate that is not there', async () => {
    await expect(planOf('http: http://a.example', 'ca: no.pem')).rejects.toMatchObject({
      problems: [
        { where: 'scenarios.s.ca', line: 5, message: expect.stringContaining('there is no file no.pem') },
      ],
    });
  });
});
