import { z } from 'zod';
import { headerFault, urlFault } from '../flows/http/sendable.js';
import {
  good,
  map,
  mustBe,
  oneOrMore,
  type Path,
  type Read,
  readValue,
  refuse,
  show,
  text,
  textMap,
} from '../lib/fields.js';
import { toJson } from '../lib/json.js';
import { didYouMean } from '../lib/nearest.js';
import { columnsIn, TEMPLATE_NAMES, unknownNames } from '../lib/template.js';
import { ExactNumber, type JsonValue } from '../model/json.js';
import type { BodyPattern, HttpRequestPlan, StatusRange } from '../model/plan.js';

/* The values of an http scenario: one request, or a list of them as the steps of one flow. */

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_NAME = METHOD;
const STATUS_RIGHT = { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' } as const;

/** A service's port, of which placeholders.ts says whether there is one. */
const PORT = /^port(\.|$)/;

/** Why a text can not be filled in; undefined if it can. */
function templateFault(written: string): string | undefined {
  const [unknown] = unknownNames(written).filter((name) => !PORT.test(name));
  if (unknown === undefined) return undefined;
  const names = [...TEMPLATE_NAMES, 'data.NAME'].map((name) => `{{${name}}}`).join(', ');
  return `nothing is known of {{${unknown}}}${didYouMean(unknown, TEMPLATE_NAMES, `; what is filled in is ${names}`)}`;
}

const url = text('http://127.0.0.1:3000/orders').transform((value, context): string => {
  const written = value.trim();
  const fault = templateFault(written) ?? (isWhole(written) ? urlFault(written) : undefined);
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
  return (isWhole(value) ? headerFault(value) : undefined) ?? templateFault(value);
}

/** Text as it is; a map or a list is sent as JSON. */
const body = z.unknown().transform((value, context): { text: string; isJson: boolean } => {
  if (value === null) return refuse(context, 'is empty; write it, or leave the key out');
  // A number alone is text: it is sent as it is written.
  const read = value instanceof ExactNumber ? good(value.text) : readJson(value);
  if (!read.ok) return refuse(context, read.message, read);
  const isJson = typeof read.value === 'object';
  const written = typeof read.value === 'string' ? read.value : toJson(read.value);
  const fault = templateFault(written);
  return fault === undefined ? { text: written, isJson } : refuse(context, fault);
});

interface Statuses {
  readonly range: StatusRange;
  readonly text: string;
}

const STATUS = mustBe('a status such as 200, or a range such as 2xx');
const oneStatus = z
  .union([z.number(), z.string()], { error: STATUS })
  .transform((value, context): Statuses => {
    const range = rangeOf(String(value).trim());
    return range === undefined ? refuse(context, STATUS({ input: value })) : { range, text: String(value) };
  });

/** `200`, `2xx`, or a list of both. */
const status = oneOrMore(
  { other: oneStatus },
  { empty: 'is empty; write 200, 2xx or a list such as [200, 404]' },
);

function rangeOf(written: string): StatusRange | undefined {
  if (/^[1-5]xx$/i.test(written)) {
    const from = Number(written[0]) * 100;
    return { from, to: from + 99 };
  }
  const number = Number(written);
  return /^[1-5]\d\d$/.test(written) ? { from: number, to: number } : undefined;
}

/** A text that must be found, or `/a pattern/flags`. */
const PATTERN = mustBe('text that the body holds, or a /pattern/ that it matches');
const bodyPattern = z.string({ error: PATTERN }).transform((value, context): BodyPattern => {
  if (value === '') return refuse(context, PATTERN({ input: value }));
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/su.exec(value) ?? [];
  if (source !== undefined) return patternOf({ source, flags }, context);
  const fault = templateFault(value);
  return fault === undefined ? { kind: 'text', text: value } : refuse(context, fault);
});

function patternOf(
  { source, flags }: { source: string; flags: string },
  context: z.core.ParsePayload,
): BodyPattern {
  // With g or y a pattern remembers where it was: it would match every other time.
  if (!/^[imsu]*$/.test(flags)) return refuse(context, `/${source}/${flags}: flags are i, m, s and u`);
  try {
    new RegExp(source, flags);
  } catch {
    return refuse(context, `/${source}/${flags} is no regular expression`);
  }
  return { kind: 'pattern', source, flags };
}

const JSON_PATHS = mustBe('a map of dotted paths and values, such as {items.0.name: tea}');
const json = z
  .record(z.string(), z.unknown(), { error: JSON_PATHS })
  .transform((value, context): { readonly [path: string]: JsonValue } => {
    if (Object.keys(value).length === 0) return refuse(context, JSON_PATHS({ input: value }));
    const read = readJson(value);
    if (!read.ok) return refuse(context, read.message, read);
    const fault = templateFault(toJson(read.value));
    return fault === undefined
      ? (read.value as { readonly [path: string]: JsonValue })
      : refuse(context, fault);
  });

/** Text between the parentheses of `step(NAME).p95`. */
const stepName = text('place').refine((value) => !/[()]/.test(value), {
  error: 'holds a parenthesis, and stands between some in step(NAME).p95; leave it out',
});

const ANY_JSON = { type: ['string', 'object', 'array', 'number', 'boolean'] } as const;

const expectation = map(
  {
    status: status.optional().describe('a status, a range such as 2xx, or a list; 200 to 399 if left out'),
    body: bodyPattern.optional().describe('text that it holds, or a /pattern/'),
    json: json.optional().describe('dotted path → value'),
  },
  'a map with status, body and json',
);

const request = map(
  {
    name: stepName.optional().describe("its step's name; METHOD and path if left out"),
    method: method.optional().describe('GET if left out; POST if there is a body'),
    url: url.describe('with {{token}}, {{flow}}, {{iteration}} and {{data.NAME}} filled in'),
    headers: headers.optional().describe('names and values; filled in too'),
    body: body
      .optional()
      .meta({ description: 'text, or a map or list that is sent as JSON; filled in too', ...ANY_JSON }),
    expect: expectation.optional().describe('what the response must be'),
  },
  'a request, or a list of requests: a map with url, method, headers, body and expect',
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
  const { body: sent, expect = {} } = given;
  const verb = given.method ?? (sent === undefined ? 'GET' : 'POST');
  const named = Object.keys(given.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  const right = expect.status;
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
    expect: {
      ...(right === undefined
        ? STATUS_RIGHT
        : {
            status: right.map(({ range }) => range),
            statusText: right.map(({ text: each }) => each).join(' or '),
          }),
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
export const size = z.string({ error: mustBe('a size such as 10MB') }).transform((value, context): number => {
  const result = readValue(value, 'max-body', 'bytes');
  if (!result.ok) return refuse(context, result.message);
  return result.value >= 1 ? result.value : refuse(context, `${value} is no size at all; write more than 0`);
});

type JsonReading =
  | Exclude<Read<JsonValue>, { ok: false }>
  | { readonly ok: false; readonly path: Path; readonly message: string };

/** RFC 8259, section 6. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const OTHER_BASE = /^0(?:x[\da-f]+|o[0-7]+)$/i;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(e[+-]?\d+)?$/i;

/** A value of the config as JSON. Numbers keep their digits; one that JSON cannot hold is refused. */
function readJson(value: unknown, path: Path = []): JsonReading {
  if (value instanceof ExactNumber) return readNumber(value, path);
  if (typeof value !== 'object' || value === null) return { ok: true, value: value as JsonValue };
  const read: [string, JsonValue][] = [];
  for (const [key, each] of Object.entries(value as Readonly<Record<string, unknown>>)) {
    const result = readJson(each, [...path, Array.isArray(value) ? Number(key) : key]);
    if (!result.ok) return result;
    read.push([key, result.value]);
  }
  if (Array.isArray(value)) return { ok: true, value: read.map(([, each]) => each) };
  return { ok: true, value: Object.fromEntries(read) };
}

function readNumber({ text }: ExactNumber, path: Path): JsonReading {
  const number = jsonNumber(text);
  if (number !== undefined) return { ok: true, value: new ExactNumber(number) };
  const digits = /^[+-]?0+\d/.test(text)
    ? `, or ${text.replace(/^([+-]?)0+(?=\d)/, '$1')} for the number`
    : '';
  return { ok: false, path, message: `${text} is not a number in JSON; write "${text}" for text${digits}` };
}

/** The same number as JSON writes it; undefined if there is none, or if leading zeros leave open what is meant. */
function jsonNumber(text: string): string | undefined {
  if (JSON_NUMBER.test(text)) return text;
  if (OTHER_BASE.test(text)) return BigInt(text).toString();
  const [, sign = '', whole = '', fraction = '', exponent = ''] = DECIMAL.exec(text) ?? [];
  if (whole + fraction === '' || /^0\d/.test(whole)) return undefined;
  const point = fraction === '' ? '' : `.${fraction}`;
  return `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}${point}${exponent}`;
}
