import { describe, expect, test } from '@jest/globals';
import type { HttpRequest } from '../../../src/flows/http/port.js';
import { openHttpRunner } from '../../../src/flows/http/runner.js';
import type { FlowStart } from '../../../src/flows/runner.js';
import type { HttpExpectation, HttpRequestPlan, HttpWork } from '../../../src/model/plan.js';
import { type SimulatedAnswer, SimulatedHttp } from '../../fakes/http-client.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

const RIGHT: HttpExpectation = { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' };

function requestOf(differs: Partial<HttpRequestPlan> = {}): HttpRequestPlan {
  return {
    name: 'GET /',
    method: 'GET',
    url: 'http://127.0.0.1:3000/',
    headers: {},
    expect: RIGHT,
    ...differs,
  };
}

const startOf = (slot: number, iteration = slot): FlowStart => ({
  slot,
  iteration,
  token: `fg-run-${iteration}`,
  traceparent: '',
  workspace: '',
});

interface Simulation {
  readonly requests?: readonly HttpRequestPlan[];
  readonly slots?: number;
  readonly timeout?: number;
  readonly work?: Partial<HttpWork>;
  readonly canaries?: boolean;
  readonly answer?: (request: HttpRequest) => SimulatedAnswer;
}

function simulation({
  requests = [requestOf()],
  slots = 1,
  timeout = 30_000,
  work,
  answer,
  canaries = false,
}: Simulation) {
  const clock = new SimulatedClock();
  const client = new SimulatedHttp(clock, answer ?? (() => ({})));
  const runner = openHttpRunner({
    client,
    clock,
    watch: { released: () => undefined },
    work: { kind: 'http', requests, followRedirects: false, maxBody: 1000, ...work },
    slots,
    timeout,
    seed: 1,
    canaries,
  });
  const run = (...starts: readonly FlowStart[]) => clock.run(Promise.all(runner.release(starts)));
  return { clock, client, runner, run };
}

describe('one flow', () => {
  test('its requests are its steps, one after another, filled in', async () => {
    const { client, run } = simulation({
      requests: [
        requestOf({ name: 'place', method: 'POST', body: '{"customer":"{{token}}"}' }),
        requestOf({
          name: 'look up',
          url: 'http://127.0.0.1:3000/orders/{{token}}?slot={{flow}}',
          headers: { 'x-iteration': '{{ iteration }}' },
        }),
      ],
      answer: ({ method }) => ({ headAfter: method === 'POST' ? 30 : 5, bodyAfter: 7, chunks: ['okay'] }),
      slots: 2,
    });
    const [end] = await run(startOf(2, 8));
    expect(client.asked.map(({ request }) => request)).toEqual([
      {
        method: 'POST',
        origin: 'http://127.0.0.1:3000',
        path: '/',
        headers: {},
        body: '{"customer":"fg-run-8"}',
      },
      {
        method: 'GET',
        origin: 'http://127.0.0.1:3000',
        path: '/orders/fg-run-8?slot=2',
        headers: { 'x-iteration': '8' },
      },
    ]);
    expect(end).toEqual({
      outcome: 'ok',
      startedAt: 5000,
      endedAt: 5049,
      steps: [
        { name: 'place', startedAt: 5000, endedAt: 5037 },
        { name: 'look up', startedAt: 5037, endedAt: 5049 },
      ],
      ttfb: [30, 5],
      bytesIn: 8,
      bytesOut: 200,
    });
  });

  test('the first request that goes wrong ends it, and what the server said is kept', async () => {
    const { client, run } = simulation({
      requests: [requestOf({ name: 'first' }), requestOf({ name: 'second' })],
      answer: () => ({ status: 503, chunks: ['no ', 'database'] }),
    });
    const [end] = await run(startOf(1));
    expect(end).toMatchObject({
      outcome: 'failed',
      error: { message: 'status 503, expected 2xx or 3xx (first)' },
      stdout: { head: 'no database', tail: '', bytes: 11 },
    });
    expect(client.asked).toHaveLength(1);
  });

  test('a network error is named by its kind', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const { run } = simulation({ answer: () => ({ error: refused }) });
    expect((await run(startOf(1)))[0]).toMatchObject({
      outcome: 'failed',
      error: { message: 'connection refused: 127.0.0.1:3000' },
      ttfb: [],
    });
  });

  test('past its timeout it is cut short, wherever it is', async () => {
    const { client, run } = simulation({ timeout: 200, answer: () => ({ bodyAfter: 3_600_000 }) });
    const [end] = await run(startOf(1));
    expect(end).toMatchObject({ outcome: 'timed_out', error: { message: 'timed out after 200 ms' } });
    expect((end?.endedAt ?? 0) - (end?.startedAt ?? 0)).toBe(200);
    expect(client.aborted).toEqual(['timed out after 200 ms']);
  });

  test('a timeout of one flow leaves the next one of its slot alone', async () => {
    let count = 0;
    const { run } = simulation({
      timeout: 200,
      answer: () => ({ headAfter: (count += 1) === 1 ? 3_600_000 : 150 }),
    });
    expect((await run(startOf(1)))[0]?.outcome).toBe('timed_out');
    expect((await run(startOf(1, 2)))[0]?.outcome).toBe('ok');
  });

  test('a body of just max-body is read, one byte more is not', async () => {
    const bodies = ['x'.repeat(1000), 'x'.repeat(1001)];
    const { run } = simulation({ answer: () => ({ chunks: [bodies.shift() ?? ''] }) });
    expect((await run(startOf(1)))[0]?.outcome).toBe('ok');
    expect((await run(startOf(1)))[0]).toMatchObject({
      outcome: 'failed',
      error: { message: 'response too large: more than max-body (1 KB)' },
    });
  });
});

describe('redirections', () => {
  const answer = ({ path }: HttpRequest): SimulatedAnswer =>
    path === '/' ? { status: 302, location: '/there' } : { status: 200 };

  test('are not followed unless asked', async () => {
    const { client, run } = simulation({ answer });
    expect((await run(startOf(1)))[0]?.outcome).toBe('ok');
    expect(client.asked.map(({ request }) => request.path)).toEqual(['/']);
  });

  test('are followed if asked, as one step with a first byte each', async () => {
    const { client, run } = simulation({ answer, work: { followRedirects: true } });
    const [end] = await run(startOf(1));
    expect(client.asked.map(({ request }) => request.path)).toEqual(['/', '/there']);
    expect(end?.steps).toHaveLength(1);
    expect(end?.ttfb).toEqual([10, 10]);
  });

  test('a circle of them ends', async () => {
    const { run } = simulation({
      answer: () => ({ status: 302, location: '/' }),
      work: { followRedirects: true },
    });
    expect((await run(startOf(1)))[0]?.error?.message).toBe('redirected more than 20 times');
  });
});

describe('many flows', () => {
  test('all leave the barrier at one instant, each on a connection of its own', async () => {
    const { client, run } = simulation({ slots: 50 });
    await run(...Array.from({ length: 50 }, (_, index) => startOf(index + 1)));
    expect(new Set(client.asked.map(({ at }) => at)).size).toBe(1);
    expect(new Set(client.asked.map(({ connection }) => connection)).size).toBe(50);
  });

  test('all are ended, with the reason; the slots that are idle are not', async () => {
    const { clock, client, runner } = simulation({ slots: 3, answer: () => ({ headAfter: 3_600_000 }) });
    const ends = runner.release([startOf(1), startOf(2)]);
    runner.endAll('interrupted by SIGINT');
    expect(await clock.run(Promise.all(ends))).toMatchObject([
      { outcome: 'killed', error: { message: 'interrupted by SIGINT' } },
      { outcome: 'killed', error: { message: 'interrupted by SIGINT' } },
    ]);
    expect(client.aborted).toHaveLength(2);
  });
});

describe("another flow's token", () => {
  const token = (iteration: number): string => `fg-0123456789ab-${iteration}`;
  const flow = (iteration: number): FlowStart => ({ ...startOf(1, iteration), token: token(iteration) });
  const filler = 'x'.repeat(20_000);

  test('is found in any response of the flow, behind what is kept of it and across its chunks', async () => {
    const { run } = simulation({
      canaries: true,
      requests: [requestOf(), requestOf({ name: 'GET /me' })],
      work: { maxBody: 1e6 },
      answer: () => ({ chunks: [token(12), ` ${filler} you are fg-01234`, '56789ab-', '7', '!'] }),
    });
    const [end] = await run(flow(12));
    expect(end?.seen).toMatchObject({ own: true, count: 2 });
    expect(end?.seen?.others).toMatchObject([
      { token: token(7), place: 'response', where: 'GET /', at: token(12).length + 1 + filler.length + 9 },
      { token: token(7), place: 'response', where: 'GET /me' },
    ]);
  });

  test('is found in what came of a response that was cut short; half of its own is none', async () => {
    const { run } = simulation({
      canaries: true,
      timeout: 50,
      answer: () => ({ chunks: [`${token(7)} `, token(1)], bodyAfter: 5, headAfter: 5 }),
      work: { maxBody: 20 },
    });
    const [end] = await run(flow(12));
    expect(end?.outcome).toBe('failed');
    expect(end?.seen?.others.map(({ token: each }) => each)).toEqual([token(7)]);
  });

  test('is not looked for unless it is asked for', async () => {
    const { run } = simulation({ answer: () => ({ chunks: [token(7)] }) });
    const [end] = await run(flow(12));
    expect(end).toMatchObject({ outcome: 'ok', seen: undefined });
  });
});
