import type { ExactNumber } from './exact-number.js';

/** A value of JSON. A number that a double would change is an ExactNumber. */
export type JsonValue =
  | null
  | boolean
  | number
  | ExactNumber
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Statuses that are right, both ends included: 2xx is 200 to 299. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export type BodyPattern =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string };

/** What a response must be. */
export interface HttpExpectation {
  readonly status: readonly StatusRange[];
  /** The statuses as they were written: `2xx`, `200 or 404`. */
  readonly statusText: string;
  readonly body?: BodyPattern;
  /** Dotted path → the value there; every one must be right. */
  readonly json?: { readonly [path: string]: JsonValue };
}

/** One request of a flow. In url, headers, body and what is expected, `{{token}}` and the like are filled in. */
export interface HttpRequestPlan {
  /** Its step's name. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly expect: HttpExpectation;
}

/** A flow that is one request, or several one after another. */
export interface HttpWork {
  readonly kind: 'http';
  readonly requests: readonly HttpRequestPlan[];
  /** Absolute path of a PEM file: certificates that are trusted besides the usual ones. */
  readonly ca?: string;
  readonly followRedirects: boolean;
  /** Bytes: a flow whose response is larger fails, and the rest of it is not read. */
  readonly maxBody: number;
}

/** `GET http://127.0.0.1:3000/, then POST http://127.0.0.1:3000/orders`. */
export function requestLines(requests: readonly HttpRequestPlan[]): string {
  return requests.map(({ method, url }) => `${method} ${url}`).join(', then ');
}
