import { messageOf } from '../errors.js';
import type { HttpWork } from '../model/http.js';
import type { FlowError, StepTiming } from '../model/record.js';
import type { Clock, HttpClient, HttpConnection, HttpRequest } from '../ports.js';
import { ExcerptBuffer } from './excerpt.js';
import { requestError } from './http-error.js';
import { unmet, type Answer } from './http-expect.js';
import { FlowEnding, FlowFailure } from './http-failure.js';
import { MOST_REDIRECTS, redirected } from './http-redirect.js';
import { prepareRequest, type PreparedRequest } from './http-request.js';
import { Response } from './http-response.js';
import {
  NEVER_BROKEN,
  timedOut,
  type FlowEnd,
  type FlowRunner,
  type FlowStart,
  type Watch,
} from './runner.js';

export interface HttpRunnerOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly watch: Pick<Watch, 'released'>;
  readonly work: HttpWork;
  readonly slots: number;
  /** ms. */
  readonly timeout: number;
}

/** Runs HTTP flows in our own process, over one keep-alive connection a slot. */
export function openHttpRunner(options: HttpRunnerOptions): FlowRunner {
  const requests = options.work.requests.map(prepareRequest);
  const workers = Array.from({ length: options.slots }, () => new HttpWorker(options, requests));
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
  /** Of the last response. */
  text: ExcerptBuffer;
}

/** One worker slot with the flow in it. */
class HttpWorker {
  readonly #options: HttpRunnerOptions;
  readonly #requests: readonly PreparedRequest[];
  readonly #connection: HttpConnection;
  #busy = false;
  #ending: FlowEnding | undefined;

  constructor(options: HttpRunnerOptions, requests: readonly PreparedRequest[]) {
    this.#options = options;
    this.#requests = requests;
    this.#connection = options.client.openConnection();
  }

  async run(start: FlowStart): Promise<FlowEnd> {
    const { clock, timeout } = this.#options;
    const before = this.#connection.traffic();
    const visit: Visit = { steps: [], ttfb: [], text: new ExcerptBuffer() };
    this.#busy = true;
    this.#ending = undefined;
    const startedAt = clock.now();
    const timer = clock.timer(timeout, () => {
      this.end('timed_out', timedOut(timeout));
    });
    const failed = await this.#perform(start, visit);
    timer.cancel();
    this.#busy = false;
    const endedAt = clock.now();
    const after = this.#connection.traffic();
    return {
      ...failed,
      startedAt,
      endedAt,
      steps: visit.steps,
      ttfb: visit.ttfb,
      bytesIn: after.received - before.received,
      bytesOut: after.sent - before.sent,
      ...(failed.outcome === 'ok' ? {} : { stdout: visit.text.excerpt() }),
    };
  }

  end(outcome: 'timed_out' | 'killed', message: string): void {
    if (!this.#busy || this.#ending !== undefined) return;
    this.#ending = new FlowEnding(outcome, message);
    this.#connection.abort(this.#ending);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** One request after another, until one goes wrong. */
  async #perform(start: FlowStart, visit: Visit): Promise<Pick<FlowEnd, 'outcome' | 'error'>> {
    const values = { token: start.token, flow: start.slot, iteration: start.iteration };
    for (const prepared of this.#requests) {
      const startedAt = this.#options.clock.now();
      try {
        const answer = await this.#ask(prepared.request(values), visit, prepared);
        visit.steps.push({ name: prepared.name, startedAt, endedAt: this.#options.clock.now() });
        const fault = unmet(prepared.expected(values), answer);
        if (fault !== undefined) throw new FlowFailure(fault);
      } catch (thrown) {
        return this.#failed(thrown, prepared.name);
      }
    }
    return { outcome: 'ok' };
  }

  /** The answer to a request, behind its redirections if they are followed. */
  async #ask(request: HttpRequest, visit: Visit, { keepsBody }: PreparedRequest): Promise<Answer> {
    for (let hops = 0; ; hops += 1) {
      this.#refuseIfEnding();
      const { clock, work } = this.#options;
      const response = new Response({ clock, maxBody: work.maxBody, keepsBody });
      visit.text = response.text;
      await this.#exchange(request, response);
      if (response.firstByteAfter !== undefined) visit.ttfb.push(response.firstByteAfter);
      const next = work.followRedirects ? redirected(request, response.status, response.location) : undefined;
      if (next === undefined) return { status: response.status, body: response.body() };
      if (hops === MOST_REDIRECTS) throw new FlowFailure(`redirected more than ${MOST_REDIRECTS} times`);
      request = next;
    }
  }

  async #exchange(request: HttpRequest, response: Response): Promise<void> {
    try {
      await this.#connection.exchange(request, response);
    } catch (thrown) {
      if (thrown instanceof FlowEnding || thrown instanceof FlowFailure) throw thrown;
      throw new FlowFailure(requestError(thrown, request.origin), { cause: thrown });
    }
  }

  /** Ended between two requests: there was nothing to abort. */
  #refuseIfEnding(): void {
    if (this.#ending !== undefined) throw this.#ending;
  }

  #failed(thrown: unknown, step: string): { outcome: FlowEnd['outcome']; error: FlowError } {
    const known = thrown instanceof FlowEnding || thrown instanceof FlowFailure;
    const message = known ? thrown.message : `request failed: ${messageOf(thrown)}`;
    const where = this.#requests.length > 1 ? ` (${step})` : '';
    const outcome = thrown instanceof FlowEnding ? thrown.outcome : 'failed';
    return { outcome, error: { message: `${message}${where}` } };
  }
}
