import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/lib/errors.js';
import { makePlan, validateConfig } from '../../src/config/plan.js';
import type { HttpWork, ScenarioPlan } from '../../src/model/plan.js';
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
      '    expect: {status: [201, 4xx], body: /ok/i, json: {items.0: "{{token}}"}, headers: {X-Id: "{{flow}}", etag: /^W/}, time: 2s}',
      '    capture: {id: json.order.id, all: json, first: "json[0].id", csrf: header.X-CSRF, sid: cookie.SID, code: /code=(\\w+)/i}',
      '    measure: {tokens: json.usage.total_tokens, size: {from: header.X-Size, unit: KB}}',
      '    timeout: 500ms',
      '    pause: 200ms..800ms',
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
          bodyIsJson: true,
          capture: {
            id: { kind: 'json', path: 'order.id' },
            all: { kind: 'json', path: '' },
            first: { kind: 'json', path: '[0].id' },
            csrf: { kind: 'header', name: 'x-csrf' },
            sid: { kind: 'cookie', name: 'SID' },
            code: { kind: 'pattern', source: 'code=(\\w+)', flags: 'i' },
          },
          measure: {
            tokens: { source: { kind: 'json', path: 'usage.total_tokens' } },
            size: { source: { kind: 'header', name: 'x-size' }, unit: 'KB' },
          },
          timeout: 500,
          pause: { from: 200, to: 800 },
          expect: {
            status: [
              { from: 201, to: 201 },
              { from: 400, to: 499 },
            ],
            statusText: '201 or 4xx',
            body: { kind: 'pattern', source: 'ok', flags: 'i' },
            json: { 'items.0': '{{token}}' },
            headers: {
              'x-id': { kind: 'text', text: '{{flow}}' },
              etag: { kind: 'pattern', source: '^W', flags: '' },
            },
            time: 2000,
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

  test('in which a list goes out together', async () => {
    const plan = await planOf(
      'http:',
      '  - http://a.example',
      '  - [http://a.example/x, {url: "http://a.example/y", body: z}]',
      '  - - http://a.example',
      '  - - http://a.example/x',
      '    - http://a.example/x',
    );
    expect(plan?.work).toMatchObject({
      requests: [
        { name: 'GET /' },
        { name: 'GET /x', batch: 2 },
        { name: 'POST /y', batch: 2 },
        { name: 'GET / #2' },
        { name: 'GET /x #2', batch: 4 },
        { name: 'GET /x #3', batch: 4 },
      ],
    });
    const { requests } = plan?.work as HttpWork;
    expect([requests[0], requests[3]].map((request) => request && 'batch' in request)).toEqual([
      false,
      false,
    ]);
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
    ['http: [[]]', '4:12: scenarios.s.http[0]: is empty; write at least one request'],
    ['http: [[[]]]', '4:13: scenarios.s.http[0][0]: must be a request'],
    ['http: [[{}]]', 'scenarios.s.http[0][0].url: must be text'],
    ['http: {}', `${where}.url: must be text such as http://127.0.0.1:3000/orders, not nothing`],
    ['http: "http://a:{{port}}"', '{{port}} is the port of a service, and there is none'],
    ['http: nonsense', '4:11: scenarios.s.http: "nonsense" is no URL'],
    ['http: {url: "http://"}', '4:17: scenarios.s.http.url: "http://" is no URL'],
    ['http: {url: "ws://a"}', '4:17: scenarios.s.http.url: "ws://a": ws:// can not be requested'],
    ['http: {url: "http://u:p@a"}', 'holds a user and a password; send them as a header'],
    ['http: {url: "http://a/{{tokn}}"}', 'http.url: unknown placeholder {{tokn}}; did you mean {{token}}?'],
    ['http: {url: "http://a", urll: x}', 'there is no key urll; did you mean url?'],
    ['http: {url: "http://a", method: "G T"}', '"G T" is no method; write GET, POST, …'],
    ['http: {url: "http://a", headers: {"a b": c}}', 'headers.a b: "a b" is no name for a header'],
    [
      'http: {url: "http://a", headers: {x: "{{y}}"}}',
      'headers.x: unknown placeholder {{y}}; available: {{token}}, {{flow}}, {{iteration}}, {{env.NAME}}',
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
    ['http: {url: "http://a", body: "{{it}}"}', 'body: unknown placeholder {{it}}; available: {{token}}'],
    [
      'http: {url: "http://a", body: {"{{it}}": 1}}',
      'http.body: unknown placeholder {{it}}; available: {{token}}',
    ],
    [
      'http: "http://a/{{tokn}}"',
      '4:21: scenarios.s.http: unknown placeholder {{tokn}}; did you mean {{token}}?',
    ],
    ['http: {url: "http://a/{{ a b }}"}', 'http.url: unknown placeholder {{a b}}; available'],
    ['http: {url: "{{toke}}/x"}', 'http.url: unknown placeholder {{toke}}; did you mean {{token}}?'],
    ['http: {url: "http://a", name: "a(b)"}', 'holds a parenthesis'],
    [
      'http: {url: "http://a", expect: 200}',
      'expect: must be a map with status, headers, body, json and time, not 200',
    ],
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
    ['http: {url: "http://a", expect: {headers: 3}}', 'expect.headers: must be a map of header names'],
    [
      'http: {url: "http://a", expect: {headers: {x: /(/}}}',
      'expect.headers.x: /(/ is no regular expression',
    ],
    ['http: {url: "http://a", expect: {time: 3}}', 'expect.time: 3 needs a unit: write 3s or 3ms'],
    ['http: {url: "http://a", timeout: 0s}', 'timeout: 0s is no time at all'],
    ['http: {url: "http://a", pause: 3s..1s}', 'pause: 3s..1s ends before it begins'],
    ['http: {url: "http://a", pause: often}', 'pause: often is no time'],
    ['http: {url: "http://a", capture: [id]}', 'capture: must be a map of names and where their values are'],
    [
      'http: {url: "http://a", capture: {id: body.id}}',
      'capture.id: must be json.PATH, header.NAME, cookie.NAME, or a /pattern/ over the body, not "body.id"',
    ],
    ['http: {url: "http://a", measure: {a: body.id}}', 'measure.a: must be json.PATH, header.NAME'],
    [
      'http: {url: "http://a", measure: {a: {from: json.a, unit: KX}}}',
      'measure.a: metric(a): there is no unit KX',
    ],
    [
      'http: {url: "http://a", measure: {a(b): json.a}}',
      'holds a parenthesis, and stands between some in metric(NAME)',
    ],
    ['http: {url: "http://a", measure: 3}', 'measure: must be a map of names and where their numbers are'],
    ['http: {url: "http://a", capture: {id: header}}', 'capture.id: must be json.PATH, header.NAME'],
    ['http: {url: "http://a", capture: {id: /(/}}', 'capture.id: /(/ is no regular expression'],
    ['http: {url: "http://a", capture: {1d: json}}', 'capture.1d: "1d" is no name for {{…}}'],
    [
      'http: {url: "http://a", capture: {token: json}}',
      "capture.token: {{token}} is the flow's canary; choose another name, such as my_token",
    ],
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

  test('what requests before have captured is a placeholder, and nothing else', () => {
    const login = '  - {url: "http://a/login", capture: {order: json.id, user-id: json.user}}';
    expect(
      problems(
        'http:',
        login,
        '  - {url: "http://a/{{order}}", headers: {x: "{{user-id}}"}, body: {a: ["{{ order }}"]}, expect: {json: {a: "{{order}}"}, headers: {b: "{{order}}"}, body: "/{{order}}/"}}',
      ),
    ).toEqual([]);
    expect(
      problems(
        'http:',
        login,
        '  - {url: "http://a/{{ordr}}", expect: {body: "x {{orders}}", json: {a: "{{user_id}}"}}}',
      ),
    ).toEqual([
      '6:25: scenarios.s.http[1].url: unknown placeholder {{ordr}}; did you mean {{order}}?',
      '6:54: scenarios.s.http[1].expect.body: unknown placeholder {{orders}}; did you mean {{order}}?',
      '6:78: scenarios.s.http[1].expect.json.a: unknown placeholder {{user_id}}; did you mean {{user-id}}?',
    ]);
    expect(
      problems(
        'http:',
        '  - ["http://a/{{order}}", {url: "http://a", capture: {order: json}}]',
        '  - http://a/{{order}}',
      ),
    ).toEqual([
      '5:20: scenarios.s.http[0][0]: {{order}} is captured by this request or a later one; only requests after that are filled in with it',
    ]);
    expect(problems('http:', '  - http://a/{{order}}', login)).toEqual([
      '5:18: scenarios.s.http[0]: {{order}} is captured by this request or a later one; only requests after that are filled in with it',
    ]);
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

describe('variables of the environment', () => {
  const planned = (env: Record<string, string> | undefined, ...lines: string[]) => {
    const files = fakeFiles({ [`/repo/${FILE}`]: config(...lines) });
    return makePlan({}, { files, workspace: '/repo', env });
  };
  const KEYED = 'http: {url: "http://a/{{env.TENANT}}", headers: {authorization: "Bearer {{env.API_KEY}}"}}';

  test('are looked for before anything starts', async () => {
    const { scenarios } = await planned({ TENANT: 'acme-corp', API_KEY: 'k-0123456789' }, KEYED);
    expect(JSON.stringify(scenarios)).not.toMatch(/acme|0123456789/);
    await expect(planned({ TENANT: ' ' }, KEYED)).rejects.toMatchObject({
      problems: [
        {
          where: 'scenarios.s.http',
          line: 4,
          message:
            '{{env.TENANT}}: the variable TENANT is empty; set it where flowgate runs, as with env: in the workflow',
        },
        {
          message:
            '{{env.API_KEY}}: the variable API_KEY is not set; set it where flowgate runs, as with env: in the workflow',
        },
      ],
    });
  });

  test('may be given by the scenario', async () => {
    await expect(planned({}, KEYED, 'env: {TENANT: acme-corp, API_KEY: none}')).resolves.toBeDefined();
  });

  test('of a scenario that is not run are not asked for', async () => {
    const files = fakeFiles({ [`/repo/${FILE}`]: `${config(KEYED)}  t:\n    run: x\n` });
    await expect(makePlan({ scenario: 't' }, { files, workspace: '/repo', env: {} })).resolves.toBeDefined();
  });

  test('of a URL that is an input are looked for too', async () => {
    const files = fakeFiles({ '/repo/a': '' });
    const asked = makePlan({ url: '{{env.BASE}}/x' }, { files, workspace: '/repo', env: {} });
    await expect(asked).rejects.toMatchObject({
      problems: [{ where: 'input url', message: expect.stringContaining('the variable BASE is not set') }],
    });
  });

  test.each([
    ['a', 'the value of KEY has 1 characters, and could not be masked'],
    ['pass', "the value of KEY is a word of flowgate's own reports, and could not be masked"],
  ])('the value %s is refused', async (value, message) => {
    const asked = planned({ KEY: value }, 'http: "http://a/{{env.KEY}}"');
    await expect(asked).rejects.toThrow(message);
  });

  test.each([
    ['GITHUB_TOKEN', 'belongs to the runner, and no flow is given it'],
    ['INPUT_URL', 'belongs to the runner'],
    ['input_github-token', 'names no variable; write {{env.NAME}}'],
    ['ACTIONS_RUNTIME_TOKEN', 'belongs to the runner'],
    ['GH_TOKEN', 'belongs to the runner'],
    ['GITHUB_OUTPUT', 'belongs to the runner'],
    ['', 'names no variable; write {{env.NAME}}'],
  ])('{{env.%s}} is refused', (name, message) => {
    const [problem, ...others] = problems(`http: "http://a/{{env.${name}}}"`);
    expect(problem).toContain(`4:21: scenarios.s.http: {{env.${name}}} ${message}`);
    expect(others).toEqual([]);
  });
});
