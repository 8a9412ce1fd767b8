import { describe, expect, test } from '@jest/globals';
import type { HttpRequest } from '../../../src/flows/http/port.js';
import { openHttpRunner } from '../../../src/flows/http/runner.js';
import type { FlowEnd, FlowStart } from '../../../src/flows/runner.js';
import type { HttpExpectation, HttpRequestPlan } from '../../../src/model/plan.js';
import { type SimulatedAnswer, SimulatedHttp } from '../../fakes/http-client.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

/* Flows of several requests: what one request learns and the next one is filled in with. */

const RIGHT: HttpExpectation = { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' };

function requestOf(path: string, differs: Partial<HttpRequestPlan> = {}): HttpRequestPlan {
  return {
    name: path,
    method: 'GET',
    url: path.startsWith('/') ? `http://127.0.0.1:3000${path}` : path,
    headers: {},
    expect: RIGHT,
    ...differs,
  };
}

interface Simulation {
  readonly requests: readonly HttpRequestPlan[];
  readonly answer: (request: HttpRequest) => SimulatedAnswer;
  readonly timeout?: number;
  readonly seed?: number;
  readonly followRedirects?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly hide?: (text: string) => string;
}

function simulation({
  requests,
  answer,
  timeout = 30_000,
  seed = 1,
  followRedirects = false,
  variables,
  hide,
}: Simulation) {
  const clock = new SimulatedClock();
  const client = new SimulatedHttp(clock, answer);
  const runner = openHttpRunner({
    client,
    clock,
    watch: { released: () => undefined },
    work: { kind: 'http', requests, followRedirects, maxBody: 100_000 },
    slots: 2,
    timeout,
    seed,
    variables,
    hide,
    canaries: true,
  });
  const release = (...starts: readonly Partial<FlowStart>[]): Promise<FlowEnd>[] => [
    ...runner.release(
      starts.map((start, index) => ({
        slot: index + 1,
        iteration: index + 1,
        token: `fg-0123456789ab-${index + 1}`,
        traceparent: '',
        workspace: '',
        ...start,
      })),
    ),
  ];
  const run = (...starts: readonly Partial<FlowStart>[]) => clock.run(Promise.all(release(...starts)));
  return { clock, client, runner, release, run };
}

const TOKEN = 'jwt.very-secret/value+1';

describe('captured values', () => {
  const login = requestOf('/login', { capture: { jwt: { kind: 'json', path: 'token' } } });

  test('are filled into later requests', async () => {
    const { client, run } = simulation({
      requests: [
        login,
        requestOf('/orders?by={{jwt}}', {
          method: 'POST',
          headers: { authorization: 'Bearer {{jwt}}' },
          body: '{"by":"{{jwt}}"}',
          bodyIsJson: true,
          capture: { id: { kind: 'json', path: 'order.id' }, next: { kind: 'header', name: 'location' } },
          expect: { ...RIGHT, json: { by: '{{jwt}}' } },
        }),
        requestOf('http://127.0.0.1:3000{{next}}?of={{id}}', {
          expect: { ...RIGHT, json: { id: '{{id}}' } },
        }),
      ],
      answer: ({ path }) =>
        path === '/login'
          ? { chunks: [`{"token":"${TOKEN}"}`] }
          : path.startsWith('/orders?')
            ? { chunks: [`{"by":"${TOKEN}","order":{"id":7}}`], headers: { location: '/orders/7' } }
            : { chunks: ['{"id":7}'] },
    });
    expect(await run({})).toMatchObject([{ outcome: 'ok' }]);
    expect(client.asked.map(({ request }) => request)).toMatchObject([
      { path: '/login' },
      {
        path: '/orders?by=jwt.very-secret%2Fvalue%2B1',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: `{"by":"${TOKEN}"}`,
      },
      { path: '/orders/7?of=7' },
    ]);
  });

  test('are each flow’s own', async () => {
    let count = 0;
    const { client, run } = simulation({
      requests: [login, requestOf('/{{jwt}}')],
      answer: ({ path }) => (path === '/login' ? { chunks: [`{"token":"t${(count += 1)}"}`] } : {}),
    });
    await run({}, {});
    expect(client.asked.map(({ connection, request }) => [connection, request.path]).slice(2)).toEqual([
      [1, '/t1'],
      [2, '/t2'],
    ]);
  });

  test('one that is missing fails the flow by its name, and no later request is sent', async () => {
    const { client, run } = simulation({
      requests: [login, requestOf('/next')],
      answer: () => ({ chunks: ['{"tokn":"x"}'] }),
    });
    expect(await run({})).toMatchObject([
      {
        outcome: 'failed',
        error: { message: 'nothing to capture for {{jwt}}: the body has no json.token (/login)' },
      },
    ]);
    expect(client.asked).toHaveLength(1);
  });

  test('what is expected and was not got goes first', async () => {
    const { run } = simulation({ requests: [login], answer: () => ({ status: 500, chunks: ['no'] }) });
    expect((await run({}))[0]?.error?.message).toBe('status 500, expected 2xx or 3xx');
  });

  test.each<[string, HttpRequestPlan, SimulatedAnswer]>([
    [
      'what is expected of it fails',
      requestOf('/login', { ...login, expect: { ...RIGHT, json: { role: 'admin' } } }),
      { chunks: [`{"token":"${TOKEN}","role":"${TOKEN}"}`] },
    ],
    [
      'another value is missing',
      requestOf('/login', { capture: { ...login.capture, id: { kind: 'json', path: 'id' } } }),
      { chunks: [`{"token":"${TOKEN}"}`] },
    ],
    ['it is cut short', login, { chunks: [`{"token":"${TOKEN}"`, 'x'.repeat(200_000)] }],
    ['it comes to no end', login, { chunks: [`{"token":"${TOKEN}"}`], bodyAfter: 3_600_000 }],
  ])('are in no report of the answer that they come from: %s', async (_, request, answer) => {
    const { run } = simulation({ requests: [request], answer: () => answer, timeout: 1000 });
    const [end] = await run({});
    expect(end?.outcome).not.toBe('ok');
    expect(JSON.stringify(end)).not.toContain('very-secret');
  });

  test('nor in those of later ones', async () => {
    const { run } = simulation({
      requests: [
        login,
        requestOf('/next', { expect: { ...RIGHT, body: { kind: 'text', text: '{{jwt}}!' } } }),
      ],
      answer: () => ({ chunks: [`{"token":"${TOKEN}"}`] }),
    });
    const [end] = await run({});
    expect(end?.error?.message).toBe(
      'expected body to hold "{{jwt}}!", got "{\\"token\\":\\"{{jwt}}\\"}" (/next)',
    );
    expect(end?.stdout?.head).toBe('{"token":"{{jwt}}"}');
  });

  test('nor around the token of another flow', async () => {
    const { run } = simulation({
      requests: [login, requestOf('/next')],
      answer: ({ path }) =>
        path === '/login'
          ? { chunks: [`{"token":"${TOKEN}"}`] }
          : { chunks: [`${TOKEN} fg-0123456789ab-9 `] },
    });
    const [end] = await run({});
    expect(end).toMatchObject({
      outcome: 'ok',
      seen: { others: [{ context: '{{jwt}} fg-0123456789ab-9' }] },
    });
  });
});

describe('cookies', () => {
  const answer = ({ path }: HttpRequest): SimulatedAnswer =>
    path === '/login'
      ? {
          status: 302,
          location: '/home',
          headers: { 'set-cookie': ['sid=1; Path=/', 'lang=en; Path=/login'] },
        }
      : path === '/home'
        ? { headers: { 'set-cookie': 'seen=yes' } }
        : {};
  const cookiesOf = (client: SimulatedHttp): unknown[] =>
    client.asked.map(({ request }) => [request.path, request.headers['cookie']]);

  test('go with later requests of the flow, those of redirections too', async () => {
    const { client, run } = simulation({
      requests: [requestOf('/login'), requestOf('/cart')],
      answer,
      followRedirects: true,
    });
    await run({});
    expect(cookiesOf(client)).toEqual([
      ['/login', undefined],
      ['/home', 'sid=1'],
      ['/cart', 'sid=1; seen=yes'],
    ]);
  });

  test('are gone with their flow', async () => {
    const { client, run } = simulation({ requests: [requestOf('/login'), requestOf('/cart')], answer });
    await run({});
    await run({});
    expect(cookiesOf(client)).toEqual([
      ['/login', undefined],
      ['/cart', 'sid=1'],
      ['/login', undefined],
      ['/cart', 'sid=1'],
    ]);
  });

  test('are captured from the redirection that sets them', async () => {
    const { client, run } = simulation({
      requests: [
        requestOf('/login', { capture: { sid: { kind: 'cookie', name: 'sid' } } }),
        requestOf('/by/{{sid}}'),
      ],
      answer,
      followRedirects: true,
    });
    await run({});
    expect(client.asked.at(-1)?.request.path).toBe('/by/1');
  });
});

describe('time', () => {
  test('a pause comes after the answer, and is no part of a step; the flow takes it with it', async () => {
    const { client, run } = simulation({
      requests: [
        requestOf('/one', { pause: { from: 200, to: 200 } }),
        requestOf('/two', { pause: { from: 300, to: 300 }, expect: { ...RIGHT, time: 10 } }),
      ],
      answer: () => ({ headAfter: 10 }),
    });
    const [end] = await run({});
    expect(client.asked.map(({ at }) => at)).toEqual([5000, 5210]);
    expect(end).toMatchObject({
      outcome: 'ok',
      startedAt: 5000,
      endedAt: 5520,
      steps: [
        { startedAt: 5000, endedAt: 5010 },
        { startedAt: 5210, endedAt: 5220 },
      ],
      ttfb: [10, 10],
    });
  });

  test('a pause is drawn by the seed: the same for the same flow, others for others', async () => {
    const pausesOf = async (seed: number): Promise<readonly number[]> => {
      const { client, run } = simulation({
        requests: [requestOf('/one', { pause: { from: 200, to: 800 } }), requestOf('/two')],
        answer: () => ({ headAfter: 0 }),
        seed,
      });
      for (let iteration = 1; iteration <= 200; iteration += 1) await run({ iteration });
      const at = client.asked.map((each) => each.at);
      return at.flatMap((time, index) => (index % 2 === 1 ? [time - (at[index - 1] ?? 0)] : []));
    };
    const [first, again, other] = [await pausesOf(1), await pausesOf(1), await pausesOf(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...first)).toBeLessThanOrEqual(800);
    // A mean of 200 even draws from 200 to 800 has a standard error of 600/√12/√200 = 12.
    const mean = first.reduce((sum, each) => sum + each, 0) / first.length;
    expect(Math.abs(mean - 500)).toBeLessThan(4 * 12.3);
  });

  test('a flow is ended in the middle of a pause', async () => {
    const paused = requestOf('/one', { pause: { from: 3_600_000, to: 3_600_000 } });
    const { clock, runner, release, run } = simulation({
      requests: [paused],
      answer: () => ({}),
      timeout: 500,
    });
    expect(await run({})).toMatchObject([{ outcome: 'timed_out', endedAt: 5500 }]);
    const ends = release({});
    clock.timer(100, () => {
      runner.endAll('interrupted by SIGINT');
    });
    expect(await clock.run(Promise.all(ends))).toMatchObject([
      { outcome: 'killed', error: { message: 'interrupted by SIGINT' } },
    ]);
  });

  test('a request past its timeout ends the flow, and the next flow of the slot has all of its time', async () => {
    let slow = true;
    const { client, run } = simulation({
      requests: [requestOf('/one', { timeout: 200 }), requestOf('/two')],
      answer: () => ({ headAfter: slow ? 3_600_000 : 150 }),
    });
    expect(await run({})).toMatchObject([
      { outcome: 'timed_out', error: { message: 'request timed out after 200 ms (/one)' }, endedAt: 5200 },
    ]);
    expect(client.aborted).toHaveLength(1);
    slow = false;
    expect(await run({})).toMatchObject([{ outcome: 'ok' }]);
  });

  test('an answer that takes too long fails its flow', async () => {
    const { run } = simulation({
      requests: [requestOf('/one', { expect: { ...RIGHT, time: 50 } })],
      answer: () => ({ headAfter: 10, bodyAfter: 50 }),
    });
    expect((await run({}))[0]?.error?.message).toBe('took 60 ms, expected at most 50 ms');
  });
});

describe('what is measured', () => {
  const measured = requestOf('/chat', {
    measure: {
      tokens: { source: { kind: 'json', path: 'usage.total_tokens' } },
      size: { source: { kind: 'header', name: 'x-size' }, unit: 'KB' },
    },
  });
  const answerOf =
    (tokens: unknown, size = '3') =>
    (): SimulatedAnswer => ({
      headers: { 'x-size': size },
      chunks: [JSON.stringify({ usage: { total_tokens: tokens } })],
    });

  test('is reported by name in base units, added up over the requests of a flow', async () => {
    const { run } = simulation({ requests: [measured, measured], answer: answerOf(412, ' 1.5 ') });
    expect(await run({})).toMatchObject([
      {
        outcome: 'ok',
        metrics: [
          { name: 'tokens', value: 824, unit: 'count' },
          { name: 'size', value: 3000, unit: 'bytes' },
        ],
      },
    ]);
  });

  test.each<[unknown, string, string]>([
    [undefined, '3', 'nothing to measure for tokens: the body has no json.usage.total_tokens'],
    ['many', '3', 'nothing to measure for tokens: it is no number'],
    [1, '3 KB', 'nothing to measure for size: it is no number'],
  ])('fails its flow where there is no number: %j, %s', async (tokens, size, message) => {
    const { run } = simulation({ requests: [measured], answer: answerOf(tokens, size) });
    expect((await run({}))[0]).toMatchObject({ outcome: 'failed', error: { message } });
  });

  test('is nothing in a flow that measures nothing', async () => {
    const { run } = simulation({ requests: [requestOf('/chat')], answer: answerOf(1) });
    expect((await run({}))[0]?.metrics).toBeUndefined();
  });
});

describe('requests that go out together', () => {
  const batch = (path: string, differs: Partial<HttpRequestPlan> = {}) =>
    requestOf(path, { ...differs, batch: 2 });
  const requests = [
    requestOf('/page', { capture: { id: { kind: 'header', name: 'x-id' } } }),
    batch('/a/{{id}}', { pause: { from: 50, to: 50 }, capture: { id: { kind: 'header', name: 'x-id' } } }),
    batch('/b', { pause: { from: 5, to: 5 } }),
    requestOf('/last/{{id}}'),
  ];
  const answer = ({ path }: HttpRequest): SimulatedAnswer =>
    path === '/page'
      ? { headers: { 'x-id': '1', 'set-cookie': 'sid=s' } }
      : { headAfter: path === '/b' ? 30 : 20, headers: { 'x-id': '2' } };

  test('leave at once, each on a connection of its own, and all are waited for', async () => {
    const { client, run } = simulation({ requests, answer });
    const [end] = await run({});
    expect(client.asked.map(({ at, request }) => [at, request.path, request.headers['cookie']])).toEqual([
      [5000, '/page', undefined],
      [5010, '/a/1', 'sid=s'],
      [5010, '/b', 'sid=s'],
      [5090, '/last/2', 'sid=s'],
    ]);
    const connections = client.asked.map(({ connection }) => connection);
    expect(new Set(connections).size).toBe(2);
    expect(connections[3]).toBe(connections[0]);
    expect(end).toMatchObject({ outcome: 'ok', endedAt: 5110, bytesOut: 400 });
    expect(end?.steps).toEqual([
      { name: '/page', startedAt: 5000, endedAt: 5010 },
      { name: '/a/{{id}}', startedAt: 5010, endedAt: 5030 },
      { name: '/b', startedAt: 5010, endedAt: 5040 },
      { name: '/last/{{id}}', startedAt: 5090, endedAt: 5110 },
    ]);
  });

  test('fail by the first of them in the list, when all are answered', async () => {
    const { client, run } = simulation({
      requests,
      answer: (request) =>
        request.path === '/page'
          ? answer(request)
          : { ...answer(request), status: request.path === '/b' ? 502 : 501, chunks: [request.path] },
    });
    const [end] = await run({});
    expect(end).toMatchObject({
      outcome: 'failed',
      error: { message: 'status 501, expected 2xx or 3xx (/a/{{id}})' },
      stdout: { head: '/a/{{id}}' },
      endedAt: 5040,
    });
    expect(client.asked).toHaveLength(3);
  });

  test('are all cut short by a timeout', async () => {
    const { client, run } = simulation({
      requests,
      answer: (request) => (request.path === '/page' ? answer(request) : { bodyAfter: 3_600_000 }),
      timeout: 200,
    });
    expect(await run({})).toMatchObject([{ outcome: 'timed_out', endedAt: 5200 }]);
    expect(client.aborted).toHaveLength(2);
  });

  test('a batch alone names the request that fails', async () => {
    const { run } = simulation({
      requests: [batch('/a'), batch('/b')],
      answer: ({ path }) => ({ status: path === '/b' ? 500 : 200 }),
    });
    expect((await run({}))[0]?.error?.message).toBe('status 500, expected 2xx or 3xx (/b)');
  });
});

describe('variables', () => {
  test('are filled in, and hidden where an answer echoes them', async () => {
    const { client, run } = simulation({
      requests: [requestOf('/{{env.KEY}}', { headers: { 'x-key': '{{env.KEY}}' } })],
      answer: ({ headers }) => ({ status: 401, chunks: [`who is ${String(headers['x-key'])}?`] }),
      variables: { 'env.KEY': 'a b' },
      hide: (text) => text.replaceAll('a b', '***'),
    });
    const [end] = await run({});
    expect(client.asked[0]?.request).toMatchObject({ path: '/a%20b', headers: { 'x-key': 'a b' } });
    expect(end).toMatchObject({ outcome: 'failed', stdout: { head: 'who is ***?' } });
  });
});
