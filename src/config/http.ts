import { z } from 'zod';
import {
  duration,
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
import { fillAll } from '../lib/placeholders.js';
import { urlTemplate } from '../lib/template.js';
import { ExactNumber } from '../model/json.js';
import type { HttpRequestPlan } from '../model/plan.js';
import { captures, expected, NOTHING_EXPECTED } from './http-response.js';
import { readJson } from './json-value.js';

/* The values of an http scenario: one request, or a list of them as the steps of one flow. */

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_NAME = METHOD;

/** Filled in with these, a URL must be one. */
const SAMPLE = { token: 'fg-0123456789ab-1', flow: 1, iteration: 1 };

const url = text('http://127.0.0.1:3000/orders').transform((value, context): string => {
  const fault = urlFault(value.trim());
  return fault === undefined ? value.trim() : refuse(context, fault);
});

/** One that begins with what is only known when it runs is looked at then. */
function urlFault(written: string): string | undefined {
  const sampled = urlTemplate(written)(SAMPLE);
  if (/^\{\{(?!\s*port\b)/.test(sampled)) return undefined;
  const filled = fillAll(sampled, '3000');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(filled) || !URL.canParse(filled)) {
    return `${show(written)} is no URL; write http://127.0.0.1:3000/orders`;
  }
  const { protocol, username, password } = new URL(filled);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return `${show(written)}: ${protocol}// can not be requested; write http://… or https://…`;
  }
  // fetch refuses them as well; sent they would be to nobody.
  if (username !== '' || password !== '') {
    return 'holds a user and a password; send them as a header: authorization: Basic …';
  }
  return undefined;
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
      headerFault(name, value) ?? (other === undefined ? undefined : `is the header ${other} again`);
    if (fault !== undefined) refuse(context, fault, { path: [name] });
  }
  return given;
});

function headerFault(name: string, value: string): string | undefined {
  if (!HEADER_NAME.test(name)) return `${show(name)} is no name for a header`;
  if (/^(content-length|transfer-encoding|connection|upgrade|keep-alive)$/i.test(name)) {
    return 'is set by the connection itself; leave it out';
  }
  if (/^expect$/i.test(name)) return 'is not supported: the body is sent at once; leave it out';
  return unsendable(value);
}

/** RFC 9110, section 5.5: tabs, and what ISO 8859-1 prints. */
function unsendable(value: string): string | undefined {
  const [character] = /[^\t\x20-\x7e\x80-\xff]/u.exec(value) ?? [];
  if (character === undefined) return undefined;
  if (/[\r\n]/.test(character)) return 'holds a line break, which no header can';
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `holds ${/\p{Cc}/u.test(character) ? 'a control character' : show(character)} (U+${code}), which no header can; encode it as the server expects it, such as %E2%82%AC`;
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
    url: url.describe('with {{token}}, {{flow}}, {{iteration}} and what earlier requests captured filled in'),
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
    timeout: duration.optional().describe('a request past it ends the flow as timed out'),
    pause: readAs('a time such as 500ms, or a span such as 200ms..800ms', readSpan)
      .optional()
      .describe('how long the flow waits once the response has come: 1s, or drawn evenly from 200ms..800ms'),
  },
  'a request, or a list of requests: a map with url, method, headers, body, expect and capture',
);

/** One request or a list. A text alone is the URL of a GET. */
export const httpRequests = oneOrMore(
  {
    text: url.transform((written) => requestPlan({ url: written })),
    other: request.transform(requestPlan),
  },
  { empty: 'is empty; write at least one request' },
).transform(namedApart);

function requestPlan(given: z.output<typeof request>): HttpRequestPlan {
  const { body: sent, expect = NOTHING_EXPECTED, capture, timeout, pause } = given;
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
