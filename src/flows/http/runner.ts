import { seededRandom, seedOf } from '../../lib/random.js';
import type { FlowError, Hit } from '../../model/flow.js';
import type { HttpWork, PausePlan } from '../../model/plan.js';
import { numberOf, type Share } from '../../model/share.js';
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
import { type Turn, Visit } from './visit.js';

interface HttpRunnerOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly watch: Pick<Watch, 'released'>;
  readonly work: HttpWork;
  readonly slots: number;
  /** The part of a run that these slots are; the whole if left out. */
  readonly share?: Share;
  /** ms. */
  readonly timeout: number;
  /** Pauses are drawn by it. */
  readonly seed: number;
  /** What requests are filled in with beside what is the flow's own, by the word that stands for it. */
  readonly variables?: Readonly<Record<string, string>>;
  /** A text without secrets. */
  readonly hide?: (text: string) => string;
  /** Told the local port of every connection that a slot opens. */
  readonly onConnection?: (slot: number, port: number) => void;
  /** Tokens of other flows are looked for in each response. */
  readonly canaries?: boolean;
}

/** Runs HTTP flows in our own process, over one keep-alive connection a slot, or as many as go out together. */
export function openHttpRunner(options: HttpRunnerOptions): FlowRunner {
  const requests = options.work.requests.map(prepareRequest);
  const batches = batchesOf(requests);
  const { slots, share } = options;
  const workers = new Map(
    Array.from({ length: slots }, (_, index) => {
      const slot = numberOf(share, index + 1);
      return [slot, new HttpWorker(options, batches, slot)] as const;
    }),
  );
  return {
    release: (starts) => {
      // One loop without an await in it is the barrier: every first request is sent in the same turn.
      const ends = starts.map((start) => workerOf(workers, start).run(start));
      if (starts.length > 1 || starts[0]?.iteration === numberOf(share, 1)) options.watch.released();
      return ends;
    },
    endAll: (reason) => {
      for (const worker of workers.values()) worker.end('killed', reason);
    },
    settle: () => Promise.resolve(),
    broken: NEVER_BROKEN,
    close: async () => {
      await Promise.all([...workers.values()].map((worker) => worker.close()));
    },
  };
}

function workerOf(workers: ReadonlyMap<number, HttpWorker>, { slot }: FlowStart): HttpWorker {
  const worker = workers.get(slot);
  if (worker === undefined) throw new RangeError(`there is no slot ${slot}`);
  return worker;
}

/** Requests that go out together. */
interface Batch {
  readonly requests: readonly PreparedRequest[];
  readonly pauses: readonly PausePlan[];
}

/** One that goes out alone is a batch of its own. */
function batchesOf(requests: readonly PreparedRequest[]): readonly Batch[] {
  const batches: PreparedRequest[][] = [];
  for (const request of requests) {
    const last = batches.at(-1);
    if (request.batch !== undefined && last?.[0]?.batch === request.batch) last.push(request);
    else batches.push([request]);
  }
  return batches.map((batch) => ({
    requests: batch,
    pauses: batch.flatMap(({ pause }) => (pause === undefined ? [] : [pause])),
  }));
}

/** One worker slot with the flow in it. */
class HttpWorker {
  readonly #options: HttpRunnerOptions;
  readonly #batches: readonly Batch[];
  /** One for each request of the largest batch. */
  readonly #connections: readonly HttpConnection[];
  /** The first of them. */
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

  constructor(options: HttpRunnerOptions, batches: readonly Batch[], slot: number) {
    this.#options = options;
    this.#batches = batches;
    const requests = batches.flatMap((batch) => batch.requests);
    this.#captures = requests.some(({ captures }) => captures !== undefined);
    this.#keepsCookies = requests.length > 1 || options.work.followRedirects;
    const { onConnection } = options;
    const listener =
      onConnection &&
      ((port: number) => {
        onConnection(slot, port);
      });
    const most = Math.max(...batches.map((batch) => batch.requests.length));
    const open = (): HttpConnection => options.client.openConnection(listener);
    this.#connection = open();
    this.#connections = [this.#connection, ...Array.from({ length: most - 1 }, open)];
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
    const failure = await this.#perform(start, visit);
    timer.cancel();
    kill?.cancel();
    this.#busy = false;
    const before = this.#traffic;
    const after = (this.#traffic = this.#trafficSoFar());
    const { steps, ttfb } = visit;
    const end = {
      startedAt,
      endedAt: failure === undefined ? visit.at : clock.now(),
      steps,
      ttfb,
      bytesIn: after.received - before.received,
      bytesOut: after.sent - before.sent,
      resent: after.resent === before.resent ? undefined : after.resent - before.resent,
      metrics: visit.metrics(),
      seen: visit.seen(),
    };
    if (failure === undefined) return { outcome: 'ok', ...end };
    const { turn, ...error } = failure;
    return { ...error, ...end, stdout: visit.shown(turn) };
  }

  end(outcome: 'timed_out' | 'killed', message: string): void {
    if (!this.#busy || this.#ending !== undefined) return;
    this.#ending = new FlowEnding(outcome, message);
    for (const connection of this.#connections) connection.abort(this.#ending);
    this.#pausing?.abort();
  }

  /** The prefix is that of the whole run. */
  #canaryOf({ token }: FlowStart): FlowCanary | undefined {
    if (this.#options.canaries !== true) return undefined;
    return new FlowCanary(token, (this.#prefix ??= prefixOf(token)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #trafficSoFar(): Traffic {
    const sum = { received: 0, sent: 0, resent: 0 };
    for (const connection of this.#connections) {
      const { received, sent, resent } = connection.traffic();
      sum.received += received;
      sum.sent += sent;
      sum.resent += resent;
    }
    return sum;
  }

  #awaitKill({ after }: FlowKill, startedAt: number): Timer | undefined {
    const { clock } = this.#options;
    const kill = { after, signal: 'connection reset' };
    return awaitKill({ kill }, { clock, startedAt }, ({ hit, message }) => {
      if (!this.#busy || this.#ending !== undefined) return;
      this.#ending = new FlowEnding('killed', message, hit);
      for (const connection of this.#connections) connection.reset(this.#ending);
      this.#pausing?.abort();
    });
  }

  /** One request or batch after another, until one goes wrong; undefined if none does. */
  async #perform(start: FlowStart, visit: Visit): Promise<Failure | undefined> {
    let random: (() => number) | undefined;
    for (const { requests, pauses } of this.#batches) {
      const turns = requests.map((prepared) => visit.turn(prepared));
      const [only] = turns;
      const failure =
        turns.length === 1 && only !== undefined
          ? await this.#exchange({ turn: only, visit, connection: this.#connection })
          : await this.#together(turns, visit);
      if (failure !== undefined) return failure;
      for (const { at } of turns) visit.at = Math.max(visit.at, at);
      if (pauses.length === 0 || only === undefined) continue;
      const drawing = (random ??= seededRandom(seedOf(this.#options.seed, start.iteration)));
      await this.#pause(Math.max(...pauses.map((pause) => drawn(pause, drawing))), visit);
      if (this.#ending !== undefined) return this.#failed(this.#ending, visit, only);
    }
    return undefined;
  }

  /** All at once; of several that go wrong the first one in the list is told. */
  async #together(turns: readonly Turn[], visit: Visit): Promise<Failure | undefined> {
    const failures = await Promise.all(
      turns.map((turn, index) =>
        this.#exchange({ turn, visit, connection: this.#connections[index] ?? this.#connection }),
      ),
    );
    return failures.find((failure) => failure !== undefined);
  }

  /** A request and what comes of it; it may have a timeout of its own. */
  async #exchange(asking: Asking): Promise<Failure | undefined> {
    const { turn, visit } = asking;
    const { prepared, startedAt } = turn;
    const { timeout } = prepared;
    let timer: Timer | undefined;
    try {
      const request = prepared.request(visit.values);
      const expected = prepared.expected(visit.values);
      if (timeout !== undefined) {
        timer = this.#options.clock.timer(timeout, () => {
          this.end('timed_out', `request ${timedOut(timeout)}`);
        });
      }
      const answer = await this.#ask(request, asking);
      timer?.cancel();
      visit.steps.push({ name: prepared.name, startedAt, endedAt: turn.at });
      // First: what is captured is hidden in what is said of the answer.
      const missing = visit.capture(turn, answer) ?? visit.measure(turn, answer);
      const fault = unmet(expected, answer, (text) => visit.hide(text)) ?? missing;
      return fault === undefined ? undefined : this.#failure('failed', fault, turn);
    } catch (thrown) {
      timer?.cancel();
      return this.#failed(thrown, visit, turn);
    }
  }

  /** Ending the flow ends the pause. */
  async #pause(ms: number, visit: Visit): Promise<void> {
    const { clock } = this.#options;
    this.#pausing = new AbortController();
    if (this.#ending === undefined) await clock.sleep(ms, this.#pausing.signal);
    this.#pausing = undefined;
    visit.at = clock.now();
  }

  /** The answer to a request, behind its redirections if they are followed. */
  async #ask(request: HttpRequest, asking: Asking): Promise<Answer> {
    const { clock, work } = this.#options;
    const { turn, visit, connection } = asking;
    const { name, keepsBody, keepsHeaders, keepsCookies: takesCookies } = turn.prepared;
    const { canary, jar } = visit;
    const keepsCookies = jar !== undefined || takesCookies;
    let cookies: readonly string[] = [];
    for (let hops = 0; ; hops += 1) {
      // Ended between two requests: there was nothing to abort.
      this.#throwIfEnded();
      turn.origin = request.origin;
      const askedAt = hops === 0 ? turn.startedAt : clock.now();
      const listener = canary?.listen('response', name);
      const { maxBody } = work;
      const options = { clock, maxBody, keepsBody, keepsHeaders, keepsCookies, listener };
      const response = (turn.response = new Response(options));
      try {
        await connection.exchange(jar?.on(request) ?? request, response);
        turn.at = clock.now();
        // This takes our time, not the server's.
        if (response.isCoded) await response.decode();
        // It may have been ended meanwhile.
        this.#throwIfEnded();
      } catch (thrown) {
        response.giveUp();
        throw thrown;
      }
      if (response.headAt !== undefined) visit.ttfb.push(response.headAt - askedAt);
      if (response.cookies.length > 0) {
        jar?.store(response.cookies, request);
        cookies = [...cookies, ...response.cookies];
      }
      const { status, location, headers } = response;
      const next = work.followRedirects ? redirected(request, status, location) : undefined;
      if (next === undefined) {
        return { status, body: response.body(), headers, cookies, time: turn.at - turn.startedAt };
      }
      if (hops === MOST_REDIRECTS) throw new FlowFailure(`redirected more than ${MOST_REDIRECTS} times`);
      request = next;
    }
  }

  #throwIfEnded(): void {
    if (this.#ending !== undefined) throw this.#ending;
  }

  #failed(thrown: unknown, visit: Visit, turn: Turn): Failure {
    if (thrown instanceof FlowEnding) {
      return { ...this.#failure(thrown.outcome, thrown.message, turn), hit: thrown.hit };
    }
    const message = thrown instanceof FlowFailure ? thrown.message : requestError(thrown, turn.origin);
    return this.#failure('failed', visit.hide(message), turn);
  }

  #failure(outcome: FlowEnd['outcome'], message: string, turn: Turn): Failure {
    const isOnly = this.#batches.length === 1 && this.#connections.length === 1;
    const where = isOnly ? '' : ` (${turn.prepared.name})`;
    return { outcome, error: { message: `${message}${where}` }, turn };
  }
}

/** Who is asking, and on which of the slot's connections. */
interface Asking {
  readonly turn: Turn;
  readonly visit: Visit;
  readonly connection: HttpConnection;
}

function drawn({ from, to }: PausePlan, random: () => number): number {
  return from + random() * (to - from);
}

interface Failure {
  readonly outcome: FlowEnd['outcome'];
  readonly error: FlowError;
  readonly hit?: Hit;
  /** The request that went wrong. */
  readonly turn: Turn;
}

/** As many as browsers follow (Fetch Standard, HTTP-redirect fetch, step 7). */
export const MOST_REDIRECTS = 20;
