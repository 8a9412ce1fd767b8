import { NOTHING_PRINTED } from '../../lib/output.js';
import type { TokensSeen } from '../../model/checks.js';
import type { Excerpt, Reported, StepTiming } from '../../model/flow.js';
import type { JsonValue } from '../../model/json.js';
import type { DataRow } from '../../model/plan.js';
import type { FlowCanary } from '../canary.js';
import type { FlowStart } from '../runner.js';
import { Reports, reportedOf } from '../reported.js';
import { Captured, measureIn } from './capture.js';
import type { CookieJar } from './cookies.js';
import type { Answer } from './expectation.js';
import type { PreparedRequest } from './request.js';
import type { Response } from './response.js';

interface VisitOptions {
  /** ms of Clock.now(). */
  readonly startedAt: number;
  readonly canary: FlowCanary | undefined;
  /** Undefined in a flow whose cookies nothing could send back. */
  readonly jar: CookieJar | undefined;
  /** Something is captured. */
  readonly captures: boolean;
  /** Of the runner. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly hide?: (text: string) => string;
}

/** One request of a flow, with its redirections. */
export interface Turn {
  readonly prepared: PreparedRequest;
  readonly startedAt: number;
  /** When it was answered. */
  at: number;
  /** The last one. */
  response: Response | undefined;
  origin: string;
  /** What is to be captured from the response is not yet: nobody can say what of it is to be hidden. */
  isUnread: boolean;
}

/** What one flow has done so far, what it knows, and what of that is shown. */
export class Visit {
  readonly steps: StepTiming[] = [];
  readonly ttfb: number[] = [];
  /** When the flow started, its last requests were answered, or its last pause was over. */
  at: number;
  readonly canary: FlowCanary | undefined;
  readonly jar: CookieJar | undefined;
  /** What its requests are filled in with. */
  readonly values: Record<string, JsonValue | undefined> & { readonly data?: DataRow };
  readonly #captured: Captured | undefined;
  #reports: Reports | undefined;
  readonly #hide: ((text: string) => string) | undefined;

  constructor(start: FlowStart, { startedAt, canary, jar, captures, variables, hide }: VisitOptions) {
    this.at = startedAt;
    this.canary = canary;
    this.jar = jar;
    const { token, slot, iteration, data } = start;
    const own = { token, flow: String(slot), iteration: String(iteration), data };
    this.values = variables === undefined ? own : { ...variables, ...own };
    this.#captured = captures ? new Captured() : undefined;
    this.#hide = hide;
  }

  /** A request is about to be sent. */
  turn(prepared: PreparedRequest): Turn {
    const { captures } = prepared;
    const { at } = this;
    return { prepared, startedAt: at, at, response: undefined, origin: '', isUnread: captures !== undefined };
  }

  /** Captures what the request asks for; gives what is missing, in one line. */
  capture(turn: Turn, answer: Answer): string | undefined {
    const { captures } = turn.prepared;
    if (captures === undefined) return undefined;
    const missing = this.#captured?.take(captures, answer, this.values);
    turn.isUnread = false;
    return missing;
  }

  /** Reports what the request measures; gives what is missing, in one line. */
  measure({ prepared: { measures } }: Turn, answer: Answer): string | undefined {
    return measures === undefined
      ? undefined
      : measureIn(answer, measures, (this.#reports ??= new Reports()));
  }

  /** What it has reported; undefined if nothing. */
  metrics(): readonly Reported[] | undefined {
    return this.#reports === undefined ? undefined : reportedOf(this.#reports.all()).metrics;
  }

  /** A text without what was captured, and without what nobody is to see. */
  hide(text: string): string {
    const shown = this.#hide === undefined ? text : this.#hide(text);
    return this.#captured === undefined ? shown : this.#captured.hide(shown);
  }

  /** What a report shows of a response. */
  shown({ response, isUnread }: Turn): Excerpt | undefined {
    const excerpt = response?.excerpt();
    if (isUnread && excerpt !== undefined) return { ...NOTHING_PRINTED, bytes: excerpt.bytes };
    return excerpt && { ...excerpt, head: this.hide(excerpt.head), tail: this.hide(excerpt.tail) };
  }

  /** What stands around another flow's token is shown too. */
  seen(): TokensSeen | undefined {
    const seen = this.canary?.seen();
    if (seen === undefined || seen.others.length === 0) return seen;
    return {
      ...seen,
      others: seen.others.map((each) => ({ ...each, context: this.hide(each.context) })),
    };
  }
}
