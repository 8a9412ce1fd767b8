import { z } from 'zod';
import { headerFault, urlFault } from '../flows/http/sendable.js';
import {
  duration,
  either,
  good,
  map,
  mustBe,
  oneOrMore,
  readAs,
  readSpan,
  readValue,
  refuse,
  show,
  text,
  textMap,
} from '../lib/fields.js';
import { toJson } from '../lib/json.js';
import { columnsIn } from '../lib/template.js';
import { ExactNumber } from '../model/json.js';
import type { HttpRequestPlan } from '../model/plan.js';
import { captures, expected, measures, NOTHING_EXPECTED } from './http-response.js';
import { readJson } from './json-value.js';

/* The values of an http scenario: one request, or a list of them as the steps of one flow. */

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_NAME = METHOD;

const url = text('http://127.0.0.1:3000/orders').transform((value, context): string => {
  const written = value.trim();
  const fault = isWhole(written) ? urlFault(written) : undefined;
  return fault === undefined ? written : refuse(context, fault);
});

/** Nothing of it is filled in from a row: what a row makes of a text is looked at row by row. */
function isWhole(written: string): boolean {
  return columnsIn(written).length === 0;
}

const method = text('GET').transform((value, context): string =>
  METHOD.test(value) && !/^connect$/i.test(value)
    ? value.toUpperCase()
    : refuse(context, `${show(value)} is no method; write GET, POST, …`),
);

const headers = textMap('header names and their values').transform((given, context) => {
  const known = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const other = known.get(name.toLowerCase());
    known.set(name.toLowerCase(), name);
    const fault =
      faultOfHeader(name, value) ?? (other === undefined ? undefined : `is the header ${other} again`);
    if (fault !== undefined) refuse(context, fault, { path: [name] });
  }
  return given;
});

function faultOfHeader(name: string, value: string): string | undefined {
  if (!HEADER_NAME.test(name)) return `${show(name)} is no name for a header`;
  if (/^(content-length|transfer-encoding|connection|upgrade|keep-alive)$/i.test(name)) {
    return 'is set by the connection itself; leave it out';
  }
  if (/^expect$/i.test(name)) return 'is not supported: the body is sent at once; leave it out';
  return isWhole(value) ? headerFault(value) : undefined;
}

/** Text as it is; a map or a list is sent as JSON. */
const body = z.unknown().transform((value, context): { text: string; isJson: boolean } => {
  if (value === null) return refuse(context, 'is empty; write it, or leave the key out');
  // A number alone is text: it is sent as it is written.
  const read = value instanceof ExactNumber ? good(value.text) : readJson(value);
  if (!read.ok) return refuse(context, read.message, read);
  const isJson = typeof read.value === 'object';
  const written = typeof read.value === 'string' ? read.value : toJson(read.value);
  return { text: written, isJson };
});

/** Text between the parentheses of `step(NAME).p95`. */
const stepName = text('place').refine((value) => !/[()]/.test(value), {
  error: 'holds a parenthesis, and stands between some in step(NAME).p95; leave it out',
});

const ANY_JSON = { type: ['string', 'object', 'array', 'number', 'boolean'] } as const;

const request = map(
  {
    name: stepName.optional().describe("its step's name; METHOD and path if left out"),
    method: method.optional().describe('GET if left out; POST if there is a body'),
    url: url.describe(
      'with {{token}}, {{flow}}, {{iteration}}, {{data.NAME}}, {{env.NAME}} and what earlier requests captured filled in',
    ),
    headers: headers.optional().describe('names and values; filled in too'),
    body: body
      .optional()
      .meta({ description: 'text, or a map or list that is sent as JSON; filled in too', ...ANY_JSON }),
    expect: expected.optional().describe('what the response must be'),
    capture: captures
      .optional()
      .describe(
        'what later requests are filled in with, by name: json.PATH, header.NAME, cookie.NAME or a /pattern/ over the body',
      ),
    measure: measures
      .optional()
      .describe(
        'what the flow reports of the response, by name: json.PATH and so on, or {from: json.PATH, unit: KB}',
      ),
    timeout: duration.optional().describe('a request past it ends the flow as timed out'),
    pause: readAs('a time such as 500ms, or a span such as 200ms..800ms', readSpan)
      .optional()
      .describe('how long the flow waits once the response has come: 1s, or drawn evenly from 200ms..800ms'),
  },
  'a request, or a list of requests: a map with url, method, headers, body, expect and capture',
);

const EMPTY = { empty: 'is empty; write at least one request' };
/** A text alone is the URL of a GET. */
const ofUrl = url.transform((written) => [requestPlan({ url: written })]);
const ofMap = request.transform((given) => [requestPlan(given)]);
const together = z.array(either({ text: ofUrl, other: ofMap })).min(1, { error: EMPTY.empty });

/** One request or a list; in it, a list of some that go out together. */
export const httpRequests = oneOrMore<readonly HttpRequestPlan[]>(
  { text: ofUrl, other: ofMap, list: together.transform((requests) => requests.flat()) },
  EMPTY,
).transform((entries) =>
  namedApart(
    entries.flatMap((entry, index) =>
      entry.length === 1 ? entry : entry.map((each) => ({ ...each, batch: index + 1 })),
    ),
  ),
);

function requestPlan(given: z.output<typeof request>): HttpRequestPlan {
  const { body: sent, expect = NOTHING_EXPECTED, capture, measure, timeout, pause } = given;
  const verb = given.method ?? (sent === undefined ? 'GET' : 'POST');
  const named = Object.keys(given.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  return {
    name: given.name ?? `${verb} ${pathOf(given.url)}`,
    method: verb,
    url: given.url,
    headers: {
      ...(sent?.isJson === true && !named ? { 'content-type': 'application/json' } : {}),
      ...given.headers,
    },
    ...(sent === undefined ? {} : { body: sent.text }),
    ...(sent?.isJson === true ? { bodyIsJson: true as const } : {}),
    ...(capture === undefined ? {} : { capture }),
    ...(measure === undefined ? {} : { measure }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(pause === undefined ? {} : { pause }),
    expect,
  };
}

/** As it is written, without the query; parentheses would end the name in `step(NAME).p95`. */
function pathOf(written: string): string {
  const path = written
    .replace(/^[^/]*\/\/[^/?#]*/, '')
    .replace(/^\{\{[^{}]*\}\}(?=[/?#])/, '')
    .replace(/[?#].*$/s, '');
  return (path === '' ? '/' : path).replace(/[()]/g, '');
}

/** Two steps of one name would be one in the report: the second gets a number. */
function namedApart(requests: readonly HttpRequestPlan[]): readonly HttpRequestPlan[] {
  const seen = new Map<string, number>();
  return requests.map((request) => {
    const count = (seen.get(request.name) ?? 0) + 1;
    seen.set(request.name, count);
    return count === 1 ? request : { ...request, name: `${request.name} #${count}` };
  });
}

/** `10MB` → bytes. */
export const size = z.string({ error: mustBe('a size such as 10MB') }).transform((value, context): number => {
  const result = readValue(value, 'max-body', 'bytes');
  if (!result.ok) return refuse(context, result.message);
  return result.value >= 1 ? result.value : refuse(context, `${value} is no size at all; write more than 0`);
});
