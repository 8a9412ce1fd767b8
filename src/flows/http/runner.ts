import { seededRandom, seedOf } from '../../lib/random.js';
import type { FlowError, Hit } from '../../model/flow.js';
import type { HttpWork, PausePlan } from '../../model/plan.js';
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
import { CookieJar } from './cookies.js';
import { type Answer, unmet } from './expectation.js';
import { FlowEnding, FlowFailure, requestError } from './failure.js';
import type { HttpClient, HttpConnection, HttpRequest, Traffic } from './port.js';
import { type PreparedRequest, prepareRequest, redirected } from './request.js';
import { Response } from './response.js';
import { Visit } from './visit.js';

interface HttpRunnerOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly watch: Pick<Watch, 'released'>;
  readonly work: HttpWork;
  readonly slots: number;
  /** ms. */
  readonly timeout: number;
  /** Pauses are drawn by it. */
  readonly seed: number;
  /** What requests are filled in with beside what is the flow's own, by the word that stands for it. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A text without what nobody is to see. */
  readonly hide?: (text: string) => string;
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
  readonly #captures: boolean;
  /** There is a later request that could send them back. */
  readonly #keepsCookies: boolean;
  #pausing: AbortController | undefined;

  constructor(options: HttpRunnerOptions, requests: readonly PreparedRequest[], slot: number) {
    this.#options = options;
    this.#requests = requests;
    this.#captures = requests.some(({ captures }) => captures !== undefined);
    this.#keepsCookies = requests.length > 1 || options.work.followRedirects;
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
    const visit = new Visit(start, {
      startedAt,
      canary: this.#canaryOf(start),
      jar: this.#keepsCookies ? new CookieJar(() => clock.wall().getTime()) : undefined,
      captures: this.#captures,
      variables: this.#options.variables,
      hide: this.#options.hide,
    });
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
    const { steps, ttfb } = visit;
    const end = {
      startedAt,
      endedAt: error === undefined ? visit.at : clock.now(),
      steps,
      ttfb,
      bytesIn: after.received - before.received,
      bytesOut: after.sent - before.sent,
      resent: after.resent === before.resent ? undefined : after.resent - before.resent,
      seen: visit.seen(),
    };
    if (error === undefined) return { outcome: 'ok', ...end };
    return { ...error, ...end, stdout: visit.shown() };
  }

  end(outcome: 'timed_out' | 'killed', message: string): void {
    if (!this.#busy || this.#ending !== undefined) return;
    this.#ending = new FlowEnding(outcome, message);
    this.#connection.abort(this.#ending);
    this.#pausing?.abort();
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
      this.#pausing?.abort();
    });
  }

  /** One request after another, until one goes wrong; undefined if none does. */
  async #perform(start: FlowStart, visit: Visit): Promise<Failure | undefined> {
    const random = seededRandom(seedOf(this.#options.seed, start.iteration));
    for (const prepared of this.#requests) {
      try {
        const startedAt = visit.at;
        visit.begin(prepared);
        const answer = await this.#answerTo(prepared, visit);
        visit.steps.push({ name: prepared.name, startedAt, endedAt: visit.at });
        const expected = prepared.expected(visit.values);
        // First: what is captured is hidden in what is said of the answer.
        const missing = visit.capture(prepared, answer);
        const fault = unmet(expected, answer, (text) => visit.hide(text)) ?? missing;
        if (fault !== undefined) return this.#failure('failed', fault, prepared);
        if (prepared.pause !== undefined) await this.#pause(drawn(prepared.pause, random), visit);
      } catch (thrown) {
        return this.#failed(thrown, visit, prepared);
      }
    }
    return undefined;
  }

  /** The answer, with the time that it took; the request may have a timeout of its own. */
  async #answerTo(prepared: PreparedRequest, visit: Visit): Promise<Answer> {
    const { at: startedAt } = visit;
    const { timeout } = prepared;
    const request = prepared.request(visit.values);
    const timer =
      timeout === undefined
        ? undefined
        : this.#options.clock.timer(timeout, () => {
            this.end('timed_out', `request ${timedOut(timeout)}`);
          });
    try {
      const answer = await this.#ask(request, visit, prepared);
      return { ...answer, time: visit.at - startedAt };
    } finally {
      timer?.cancel();
    }
  }

  /** Whoever ends the flow ends the pause. */
  async #pause(ms: number, visit: Visit): Promise<void> {
    const { clock } = this.#options;
    this.#pausing = new AbortController();
    if (this.#ending === undefined) await clock.sleep(ms, this.#pausing.signal);
    this.#pausing = undefined;
    if (this.#ending !== undefined) throw this.#ending;
    visit.at = clock.now();
  }

  /** The answer to a request, behind its redirections if they are followed. */
  async #ask(request: HttpRequest, visit: Visit, prepared: PreparedRequest): Promise<Answer> {
    const { clock, work } = this.#options;
    const { name, keepsBody, keepsHeaders } = prepared;
    const { canary, jar } = visit;
    const keepsCookies = jar !== undefined || prepared.keepsCookies;
    let cookies: readonly string[] = [];
    for (let hops = 0; ; hops += 1) {
      // Ended between two requests: there was nothing to abort.
      if (this.#ending !== undefined) throw this.#ending;
      visit.origin = request.origin;
      const askedAt = hops === 0 ? visit.at : clock.now();
      const listener = canary?.listen('response', name);
      const { maxBody } = work;
      const options = { clock, maxBody, keepsBody, keepsHeaders, keepsCookies, listener };
      const response = (visit.response = new Response(options));
      await this.#receive(jar?.on(request) ?? request, { response, visit });
      if (response.headAt !== undefined) visit.ttfb.push(response.headAt - askedAt);
      if (response.cookies.length > 0) {
        jar?.store(response.cookies, request);
        cookies = [...cookies, ...response.cookies];
      }
      const { status, location, headers } = response;
      const next = work.followRedirects ? redirected(request, status, location) : undefined;
      if (next === undefined) return { status, body: response.body(), headers, cookies };
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

  #failed(thrown: unknown, visit: Visit, step: PreparedRequest): Failure {
    if (thrown instanceof FlowEnding) {
      return { ...this.#failure(thrown.outcome, thrown.message, step), hit: thrown.hit };
    }
    const message = thrown instanceof FlowFailure ? thrown.message : requestError(thrown, visit.origin);
    return this.#failure('failed', visit.hide(message), step);
  }

  #failure(outcome: FlowEnd['outcome'], message: string, { name }: PreparedRequest): Failure {
    const where = this.#requests.length > 1 ? ` (${name})` : '';
    return { outcome, error: { message: `${message}${where}` } };
  }
}

function drawn({ from, to }: PausePlan, random: () => number): number {
  return from + random() * (to - from);
}

interface Failure {
  readonly outcome: FlowEnd['outcome'];
  readonly error: FlowError;
  readonly hit?: Hit;
}

/** As many as browsers follow (Fetch Standard, HTTP-redirect fetch, step 7). */
export const MOST_REDIRECTS = 20;
