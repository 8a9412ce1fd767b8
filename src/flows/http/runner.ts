import { mapTexts, toJson } from '../../lib/json.js';
import {
  formTemplate,
  jsonTemplate,
  template,
  type TemplateValues,
  urlTemplate,
  valueTemplate,
} from '../../lib/template.js';
import type { FlowError, Hit, StepTiming } from '../../model/flow.js';
import type { HttpExpectation, HttpRequestPlan, HttpWork } from '../../model/plan.js';
import type { Clock, Timer } from '../../system/ports.js';
import type { Watch } from '../../watch/table.js';
import { FlowCanary, prefixOf } from '../canary.js';
import {
  awaitKill,
  type FlowEnd,
  type FlowKill,
  type FlowRunner,
  type FlowStart,
  NEVER_BROKEN,
  timedOut,
} from '../runner.js';
import { FlowEnding, FlowFailure, requestError } from './failure.js';
import type { HttpClient, HttpConnection, HttpRequest, Traffic } from './port.js';
import { type Answer, Response, unmet } from './response.js';

interface HttpRunnerOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly watch: Pick<Watch, 'released'>;
  readonly work: HttpWork;
  readonly slots: number;
  /** ms. */
  readonly timeout: number;
  /** Told the local port of every connection that a slot opens. */
  readonly onConnection?: (slot: number, port: number) => void;
  /** Tokens of other flows are looked for in each response. */
  readonly canaries?: boolean;
}

/** Runs HTTP flows in our own process, over one keep-alive connection a slot. */
export function openHttpRunner(options: HttpRunnerOptions): FlowRunner {
  const requests = options.work.requests.map(prepareRequest);
  const workers = Array.from(
    { length: options.slots },
    (_, index) => new HttpWorker(options, requests, index + 1),
  );
  return {
    release: (starts) => {
      // One loop without an await in it is the barrier: every first request is sent in the same turn.
      const ends = starts.map((start) => workerOf(workers, start).run(start));
      if (starts.length > 1 || starts[0]?.iteration === 1) options.watch.released();
      return ends;
    },
    endAll: (reason) => {
      for (const worker of workers) worker.end('killed', reason);
    },
    settle: () => Promise.resolve(),
    broken: NEVER_BROKEN,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

function workerOf(workers: readonly HttpWorker[], { slot }: FlowStart): HttpWorker {
  const worker = workers[slot - 1];
  if (worker === undefined) throw new RangeError(`there is no slot ${slot}`);
  return worker;
}

/** What one flow has done so far. */
interface Visit {
  readonly steps: StepTiming[];
  readonly ttfb: number[];
  /** When the flow started or its last request was answered. */
  at: number;
  /** The last one. */
  response: Response | undefined;
  origin: string;
  readonly canary: FlowCanary | undefined;
}

/** One worker slot with the flow in it. */
class HttpWorker {
  readonly #options: HttpRunnerOptions;
  readonly #requests: readonly PreparedRequest[];
  readonly #connection: HttpConnection;
  #busy = false;
  #ending: FlowEnding | undefined;
  #traffic: Traffic = { received: 0, sent: 0, resent: 0 };
  readonly #onTimeout: () => void;
  #prefix: Buffer | undefined;

  constructor(options: HttpRunnerOptions, requests: readonly PreparedRequest[], slot: number) {
    this.#options = options;
    this.#requests = requests;
    const { onConnection } = options;
    this.#connection = options.client.openConnection(
      onConnection &&
        ((port) => {
          onConnection(slot, port);
        }),
    );
    this.#onTimeout = () => {
      this.end('timed_out', timedOut(options.timeout));
    };
  }

  async run(start: FlowStart): Promise<FlowEnd> {
    const { clock, timeout } = this.#options;
    const startedAt = clock.now();
    const canary = this.#canaryOf(start);
    const visit: Visit = { steps: [], ttfb: [], at: startedAt, response: undefined, origin: '', canary };
    this.#busy = true;
    this.#ending = undefined;
    const timer = clock.timer(timeout, this.#onTimeout);
    const kill = start.kill === undefined ? undefined : this.#awaitKill(start.kill, startedAt);
    const error = await this.#perform(start, visit);
    timer.cancel();
    kill?.cancel();
    this.#busy = false;
    const before = this.#traffic;
    const after = (this.#traffic = this.#connection.traffic());
    const { steps, ttfb, response } = visit;
    const end = {
      startedAt,
      endedAt: error === undefined ? visit.at : clock.now(),
      steps,
      ttfb,
      bytesIn: after.received - before.received,
      bytesOut: after.sent - before.sent,
      resent: after.resent === before.resent ? undefined : after.resent - before.resent,
      seen: canary?.seen(),
    };
    if (error === undefined) return { outcome: 'ok', ...end };
    return { ...error, ...end, stdout: response?.excerpt() };
  }

  end(outcome: 'timed_out' | 'killed', message: string): void {
    if (!this.#busy || this.#ending !== undefined) return;
    this.#ending = new FlowEnding(outcome, message);
    this.#connection.abort(this.#ending);
  }

  /** The prefix is that of the whole run. */
  #canaryOf({ token }: FlowStart): FlowCanary | undefined {
    if (this.#options.canaries !== true) return undefined;
    return new FlowCanary(token, (this.#prefix ??= prefixOf(token)));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #awaitKill({ after }: FlowKill, startedAt: number): Timer | undefined {
    const { clock } = this.#options;
    const kill = { after, signal: 'connection reset' };
    return awaitKill({ kill }, { clock, startedAt }, ({ hit, message }) => {
      if (!this.#busy || this.#ending !== undefined) return;
      this.#ending = new FlowEnding('killed', message, hit);
      this.#connection.reset(this.#ending);
    });
  }

  /** One request after another, until one goes wrong; undefined if none does. */
  async #perform(start: FlowStart, visit: Visit): Promise<Failure | undefined> {
    const { token, slot, iteration, data } = start;
    const values = { token, flow: slot, iteration, data };
    for (const prepared of this.#requests) {
      try {
        const startedAt = visit.at;
        const answer = await this.#ask(prepared.request(values), visit, prepared);
        visit.steps.push({ name: prepared.name, startedAt, endedAt: visit.at });
        const fault = unmet(prepared.expected(values), answer);
        if (fault !== undefined) throw new FlowFailure(fault);
      } catch (thrown) {
        return this.#failed(thrown, visit.origin, prepared.name);
      }
    }
    return undefined;
  }

  /** The answer to a request, behind its redirections if they are followed. */
  async #ask(request: HttpRequest, visit: Visit, { name, keepsBody }: PreparedRequest): Promise<Answer> {
    const { clock, work } = this.#options;
    const { canary } = visit;
    for (let hops = 0; ; hops += 1) {
      // Ended between two requests: there was nothing to abort.
      if (this.#ending !== undefined) throw this.#ending;
      visit.origin = request.origin;
      const askedAt = hops === 0 ? visit.at : clock.now();
      const listener = canary?.listen('response', name);
      const response = (visit.response = new Response({
        clock,
        maxBody: work.maxBody,
        keepsBody,
        listener,
      }));
      await this.#receive(request, { response, visit });
      if (response.headAt !== undefined) visit.ttfb.push(response.headAt - askedAt);
      const next = work.followRedirects ? redirected(request, response.status, response.location) : undefined;
      if (next === undefined) return { status: response.status, body: response.body() };
      if (hops === MOST_REDIRECTS) throw new FlowFailure(`redirected more than ${MOST_REDIRECTS} times`);
      request = next;
    }
  }

  async #receive(
    request: HttpRequest,
    { response, visit }: { response: Response; visit: Visit },
  ): Promise<void> {
    try {
      await this.#connection.exchange(request, response);
      visit.at = this.#options.clock.now();
      // This takes our time, not the server's.
      await response.decode();
      // It may have been ended meanwhile.
      if (this.#ending !== undefined) throw this.#ending;
    } catch (thrown) {
      response.giveUp();
      throw thrown;
    }
  }

  #failed(thrown: unknown, origin: string, step: string): Failure {
    const known = thrown instanceof FlowEnding || thrown instanceof FlowFailure;
    const message = known ? thrown.message : requestError(thrown, origin);
    const where = this.#requests.length > 1 ? ` (${step})` : '';
    const outcome = thrown instanceof FlowEnding ? thrown.outcome : 'failed';
    const hit = thrown instanceof FlowEnding ? thrown.hit : undefined;
    return { outcome, error: { message: `${message}${where}` }, hit };
  }
}

interface Failure {
  readonly outcome: FlowEnd['outcome'];
  readonly error: FlowError;
  readonly hit?: Hit;
}

/** As many as browsers follow (Fetch Standard, HTTP-redirect fetch, step 7). */
export const MOST_REDIRECTS = 20;

/** Nobody but the server that they were meant for is told these. */
const SECRET_HEADERS = /^(authorization|cookie|proxy-authorization|host)$/i;
const BODY_HEADERS = /^content-/i;

/**
 * The request that a redirection asks for, with the method that the Fetch Standard gives it; undefined if the response
 * is none. Throws FlowFailure where the location is no URL of HTTP.
 */
export function redirected(
  request: HttpRequest,
  status: number,
  location: string | undefined,
): HttpRequest | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  const here = `${request.origin}${request.path}`;
  if (!URL.canParse(location, here)) throw new FlowFailure(`redirected to ${location}, which is no URL`);
  const url = new URL(location, here);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new FlowFailure(`redirected to ${url.protocol}//, which is not HTTP`);
  }
  const target = targetOf(url.href);
  const toGet =
    (status === 303 && !['GET', 'HEAD'].includes(request.method)) ||
    (status <= 302 && request.method === 'POST');
  const kept = Object.entries(request.headers).filter(
    ([name]) =>
      !(target.origin !== request.origin && SECRET_HEADERS.test(name)) && !(toGet && BODY_HEADERS.test(name)),
  );
  const headers = Object.fromEntries(kept);
  if (toGet || request.body === undefined)
    return { method: toGet ? 'GET' : request.method, ...target, headers };
  return { ...request, ...target, headers };
}

/** A request of the plan, ready to be filled in for one flow after another. */
interface PreparedRequest {
  readonly name: string;
  /** Something is expected of the text of its response. */
  readonly keepsBody: boolean;
  request(values: TemplateValues): HttpRequest;
  expected(values: TemplateValues): HttpExpectation;
}

export function prepareRequest(plan: HttpRequestPlan): PreparedRequest {
  const { name, method, expect } = plan;
  const url = prepareUrl(plan.url);
  const headers = prepareHeaders(plan.headers);
  const body = plan.body === undefined ? undefined : prepareBody(plan, plan.body);
  return {
    name,
    keepsBody: expect.body !== undefined || expect.json !== undefined,
    request: (values) => ({
      method,
      ...url(values),
      headers: headers(values),
      ...(body === undefined ? {} : { body: body(values) }),
    }),
    expected: prepareExpectation(expect),
  };
}

type Target = Pick<HttpRequest, 'origin' | 'path'>;

/** A URL without places is taken apart once and not for each of a million flows. */
function prepareUrl(text: string): (values: TemplateValues) => Target {
  const fill = urlTemplate(text);
  if (!text.includes('{{')) {
    const target = targetOf(text);
    return () => target;
  }
  return (values) => targetOf(fill(values));
}

function targetOf(text: string): Target {
  const { origin, pathname, search } = new URL(text);
  return { origin, path: `${pathname}${search}` };
}

/** What is filled into a form or into JSON keeps to its syntax; other text is the user's own. */
function prepareBody(
  { bodyIsJson, headers }: HttpRequestPlan,
  text: string,
): (values: TemplateValues) => string {
  if (bodyIsJson === true) return jsonTemplate(text);
  const [, type = ''] = Object.entries(headers).find(([name]) => /^content-type$/i.test(name)) ?? [];
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? formTemplate(text) : template(text);
}

function prepareHeaders(
  headers: HttpRequestPlan['headers'],
): (values: TemplateValues) => HttpRequestPlan['headers'] {
  const filled = Object.entries(headers).map(([name, value]) => [name, template(value)] as const);
  if (!Object.values(headers).some((value) => value.includes('{{'))) return () => headers;
  return (values) => Object.fromEntries(filled.map(([name, fill]) => [name, fill(values)]));
}

function prepareExpectation(expect: HttpExpectation): PreparedRequest['expected'] {
  const { body, json } = expect;
  const inBody = body?.kind === 'text' && body.text.includes('{{');
  const inJson = json !== undefined && toJson(json).includes('{{');
  if (!inBody && !inJson) return () => expect;
  return (values) => ({
    ...expect,
    ...(inBody ? { body: { kind: 'text', text: template(body.text)(values) } as const } : {}),
    ...(inJson
      ? { json: mapTexts(json, (text) => valueTemplate(text)(values)) as HttpExpectation['json'] }
      : {}),
  });
}
