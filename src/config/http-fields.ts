import { z } from 'zod';
import { toJson } from '../lib/json.js';
import { didYouMean } from '../lib/nearest.js';
import { fillAll } from '../lib/placeholders.js';
import { parseQuantity, valueFor } from '../lib/quantity.js';
import { template, TEMPLATE_NAMES, unknownNames } from '../lib/template.js';
import { ExactNumber, type JsonValue } from '../model/json.js';
import type { BodyPattern, HttpRequestPlan, StatusRange } from '../model/plan.js';
import { show, text, textMap } from './fields.js';
import { readJson } from './json-value.js';

/*
 * The values of an http scenario: one request, or a list of them. Like the other kinds of value, every message is the
 * end of a sentence that begins with where it is.
 */

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_NAME = METHOD;
const STATUS_RIGHT = { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' } as const;
const EXPECT_KEYS = ['status', 'body', 'json'] as const;
export const HTTP_KEYS = {
  http: ['name', 'method', 'url', 'headers', 'body', 'expect'],
  expect: EXPECT_KEYS,
} as const;

/** A service's port, of which placeholder-rules.ts says whether there is one. */
const PORT = /^port(\.|$)/;

/** Filled in with these, a URL must be one. */
const SAMPLE = { token: 'fg-0123456789ab-1', flow: 1, iteration: 1 };

/** Why a text can not be filled in; undefined if it can. */
function templateFault(written: string): string | undefined {
  const [unknown] = unknownNames(written).filter((name) => !PORT.test(name));
  if (unknown === undefined) return undefined;
  const names = TEMPLATE_NAMES.map((name) => `{{${name}}}`).join(', ');
  return `nothing is known of {{${unknown}}}${didYouMean(unknown, TEMPLATE_NAMES, `; what is filled in is ${names}`)}`;
}

interface Context {
  readonly issues: z.core.$ZodRawIssue[];
}

function refuse(context: Context, message: string, path: (string | number)[] = []): never {
  context.issues.push({ code: 'custom', input: undefined, message, path });
  return z.NEVER;
}

const url = text('http://127.0.0.1:3000/orders').transform((value, context): string => {
  const fault = templateFault(value) ?? urlFault(value.trim());
  return fault === undefined ? value.trim() : refuse(context, fault);
});

function urlFault(written: string): string | undefined {
  const filled = fillAll(template(written)(SAMPLE), '3000');
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

const headers = textMap('header names and their values').transform((map, context) => {
  const known = new Map<string, string>();
  for (const [name, value] of Object.entries(map)) {
    const other = known.get(name.toLowerCase());
    known.set(name.toLowerCase(), name);
    const fault =
      headerFault(name, value) ?? (other === undefined ? undefined : `is the header ${other} again`);
    if (fault !== undefined) refuse(context, fault, [name]);
  }
  return map;
});

function headerFault(name: string, value: string): string | undefined {
  if (!HEADER_NAME.test(name)) return `${show(name)} is no name for a header`;
  if (/^(content-length|transfer-encoding|connection|upgrade|keep-alive)$/i.test(name)) {
    return 'is set by the connection itself; leave it out';
  }
  if (/^expect$/i.test(name)) return 'is not supported: the body is sent at once; leave it out';
  return unsendable(value) ?? templateFault(value);
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
  const read = value instanceof ExactNumber ? { ok: true as const, value: value.text } : readJson(value);
  if (!read.ok) return refuse(context, read.message, read.path);
  const isJson = typeof read.value === 'object';
  const written = typeof read.value === 'string' ? read.value : toJson(read.value);
  const fault = templateFault(written);
  return fault === undefined ? { text: written, isJson } : refuse(context, fault);
});

/** `200`, `2xx`, or a list of both. */
const status = z.unknown().transform((value, context): { ranges: StatusRange[]; text: string } => {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const ranges = list.map(rangeOf);
  const wrong = list.findIndex((_, index) => ranges[index] === undefined);
  if (list.length === 0) return refuse(context, 'is empty; write 200, 2xx or a list such as [200, 404]');
  if (wrong >= 0) {
    const message = `must be a status such as 200, or a range such as 2xx, not ${show(list[wrong])}`;
    return refuse(context, message, Array.isArray(value) ? [wrong] : []);
  }
  return { ranges: ranges.filter((range) => range !== undefined), text: list.join(' or ') };
});

function rangeOf(value: unknown): StatusRange | undefined {
  const written = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (/^[1-5]xx$/i.test(written)) {
    const from = Number(written[0]) * 100;
    return { from, to: from + 99 };
  }
  const number = Number(written);
  return /^[1-5]\d\d$/.test(written) ? { from: number, to: number } : undefined;
}

/** A text that must be found, or `/a pattern/flags`. */
const bodyPattern = z.unknown().transform((value, context): BodyPattern => {
  if (typeof value !== 'string' || value === '') {
    return refuse(
      context,
      `must be text that the body holds, or a /pattern/ that it matches, not ${show(value)}`,
    );
  }
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/su.exec(value) ?? [];
  if (source !== undefined) return patternOf({ source, flags }, context);
  const fault = templateFault(value);
  return fault === undefined ? { kind: 'text', text: value } : refuse(context, fault);
});

function patternOf({ source, flags }: { source: string; flags: string }, context: Context): BodyPattern {
  // With g or y a pattern remembers where it was: it would match every other time.
  if (!/^[imsu]*$/.test(flags)) return refuse(context, `/${source}/${flags}: flags are i, m, s and u`);
  try {
    new RegExp(source, flags);
  } catch {
    return refuse(context, `/${source}/${flags} is no regular expression`);
  }
  return { kind: 'pattern', source, flags };
}

const json = z.unknown().transform((value, context): { readonly [path: string]: JsonValue } => {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    Object.keys(value).length === 0
  ) {
    return refuse(
      context,
      `must be a map of dotted paths and values, such as {items.0.name: tea}, not ${show(value)}`,
    );
  }
  const read = readJson(value);
  if (!read.ok) return refuse(context, read.message, read.path);
  const fault = templateFault(toJson(read.value));
  return fault === undefined
    ? (read.value as { readonly [path: string]: JsonValue })
    : refuse(context, fault);
});

/** Text between the parentheses of `step(NAME).p95`. */
const stepName = text('place').refine((value) => !/[()]/.test(value), {
  error: 'holds a parenthesis, and stands between some in step(NAME).p95; leave it out',
});

const about = (description: string) => ({ description });
const ANY_JSON = { type: ['string', 'object', 'array', 'number', 'boolean'] } as const;

export const requestSchema = z.strictObject(
  {
    name: stepName.optional().meta(about("its step's name; METHOD and path if left out")),
    method: method.optional().meta(about('GET if left out; POST if there is a body')),
    url: url.meta(about('with {{token}}, {{flow}} and {{iteration}} filled in')),
    headers: headers.optional().meta(about('names and values; filled in too')),
    body: body
      .optional()
      .meta({ ...about('text, or a map or list that is sent as JSON; filled in too'), ...ANY_JSON }),
    expect: z
      .strictObject(
        {
          status: status.optional().meta({
            ...about('a status, a range such as 2xx, or a list; 200 to 399 if left out'),
            anyOf: [{ type: ['integer', 'string'] }, { type: 'array', minItems: 1 }],
          }),
          body: bodyPattern
            .optional()
            .meta({ ...about('text that it holds, or a /pattern/'), type: 'string' }),
          json: json.optional().meta({ ...about('dotted path → value'), type: 'object' }),
        },
        { error: shapeOf('a map with status, body and json') },
      )
      .optional()
      .meta(about('what the response must be')),
  },
  { error: shapeOf('a request, or a list of requests: a map with url, method, headers, body and expect') },
);

function shapeOf(what: string) {
  return ({ code, input }: { code?: string | undefined; input?: unknown }) =>
    code === 'invalid_type' ? `must be ${what}, not ${show(input)}` : undefined;
}

/** One request or a list. A text alone is the URL of a GET. */
export const httpRequests = z.unknown().transform((value, context): readonly HttpRequestPlan[] => {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0) return refuse(context, 'is empty; write at least one request');
  const parsed = list.map((each) =>
    requestSchema.safeParse(typeof each === 'string' ? { url: each } : each, { reportInput: true }),
  );
  parsed.forEach((result, index) => {
    const prefix = Array.isArray(value) ? [index] : [];
    for (const issue of result.error?.issues ?? []) {
      // A text is its own URL.
      const path = typeof list[index] === 'string' ? [] : issue.path;
      context.issues.push({
        ...issue,
        input: issue.input,
        path: [...prefix, ...path],
      } as z.core.$ZodRawIssue);
    }
  });
  return namedApart(parsed.flatMap(({ data }) => (data === undefined ? [] : [requestPlan(data)])));
});

function requestPlan(request: z.output<typeof requestSchema>): HttpRequestPlan {
  const { body: sent, expect = {} } = request;
  const verb = request.method ?? (sent === undefined ? 'GET' : 'POST');
  const given = request.headers ?? {};
  const named = Object.keys(given).some((name) => name.toLowerCase() === 'content-type');
  const right = expect.status;
  return {
    name: request.name ?? `${verb} ${pathOf(request.url)}`,
    method: verb,
    url: request.url,
    headers: sent?.isJson === true && !named ? { 'content-type': 'application/json', ...given } : given,
    ...(sent === undefined ? {} : { body: sent.text }),
    expect: {
      ...(right === undefined ? STATUS_RIGHT : { status: right.ranges, statusText: right.text }),
      ...(expect.body === undefined ? {} : { body: expect.body }),
      ...(expect.json === undefined ? {} : { json: expect.json }),
    },
  };
}

/** As it is written, without the query; parentheses would end the name in `step(NAME).p95`. */
function pathOf(written: string): string {
  const path = written.replace(/^[^/]*\/\/[^/?#]*/, '').replace(/[?#].*$/s, '');
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
export const size = z.unknown().transform((value, context): number => {
  if (typeof value !== 'string') return refuse(context, `must be a size such as 10MB, not ${show(value)}`);
  const parsed = parseQuantity(value.trim());
  if (!parsed.ok) return refuse(context, parsed.message);
  const result = valueFor(parsed.quantity, 'max-body', 'bytes');
  if (!result.ok) return refuse(context, result.message);
  return result.value >= 1 ? result.value : refuse(context, `${value} is no size at all; write more than 0`);
});
