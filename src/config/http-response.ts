import { z } from 'zod';
import { duration, map, mapOrText, mustBe, oneOrMore, refuse, show, text, textMap } from '../lib/fields.js';
import type { JsonValue } from '../model/json.js';
import type { BodyPattern, CaptureSource, HttpExpectation, MeasurePlan, StatusRange } from '../model/plan.js';
import { readJson } from './json-value.js';
import { nameFault as metricNameFault } from './metrics.js';

/* What an http request says of its response: what it must be, and what later requests take from it. */

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
const bodyPattern = z
  .string({ error: PATTERN })
  .transform((value, context): BodyPattern =>
    value === ''
      ? refuse(context, PATTERN({ input: value }))
      : (patternIn(value, context) ?? { kind: 'text', text: value }),
  );

const WRITTEN_PATTERN = /^\/(.+)\/([a-z]*)$/su;

/** Whether a text is `/a pattern/flags`, in which nothing is filled in. */
export function isPattern(written: string): boolean {
  return WRITTEN_PATTERN.test(written);
}

type Pattern = Extract<BodyPattern, { kind: 'pattern' }>;

/** Undefined if it is none. */
function patternIn(
  written: string,
  context: z.core.ParsePayload,
  path: readonly string[] = [],
): Pattern | undefined {
  const [, source, flags = ''] = WRITTEN_PATTERN.exec(written) ?? [];
  if (source === undefined) return undefined;
  // With g or y a pattern remembers where it was: it would match every other time.
  if (!/^[imsu]*$/.test(flags)) {
    return refuse(context, `/${source}/${flags}: flags are i, m, s and u`, { path });
  }
  try {
    new RegExp(source, flags);
  } catch {
    return refuse(context, `/${source}/${flags} is no regular expression`, { path });
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
    return read.value as { readonly [path: string]: JsonValue };
  });

/** By name: the text that a header is, or a /pattern/. */
const expectedHeaders = textMap('header names, and the text or /pattern/ that each is').transform(
  (given, context): Readonly<Record<string, BodyPattern>> =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name.toLowerCase(),
        patternIn(value, context, [name]) ?? { kind: 'text', text: value },
      ]),
    ),
);

const expectation = map(
  {
    status: status.optional().describe('a status, a range such as 2xx, or a list; 200 to 399 if left out'),
    headers: expectedHeaders.optional().describe('name → the text that it is, or a /pattern/'),
    body: bodyPattern.optional().describe('text that it holds, or a /pattern/'),
    json: json.optional().describe('dotted path → value'),
    time: duration.optional().describe('the longest that it may take until all of it has come'),
  },
  'a map with status, headers, body, json and time',
);

const STATUS_RIGHT = { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' } as const;

function planned({ status: right, ...others }: z.output<typeof expectation>): HttpExpectation {
  if (right === undefined) return { ...STATUS_RIGHT, ...others };
  return {
    status: right.map(({ range }) => range),
    statusText: right.map(({ text: each }) => each).join(' or '),
    ...others,
  };
}

export const expected = expectation.transform(planned);
/** Where a request says nothing. */
export const NOTHING_EXPECTED = planned({});

/* What is captured. */

const CAPTURE = mustBe('json.PATH, header.NAME, cookie.NAME, or a /pattern/ over the body');

/** What a captured value cannot be called, and what that is. */
const TAKEN: ReadonlyMap<string, string> = new Map([
  ['token', "the flow's canary"],
  ['flow', "the flow's slot"],
  ['iteration', "the flow's number"],
  ['port', 'the port of a service'],
  ['env', 'the environment'],
  ['data', 'the row of the flow'],
]);
const NAME = /^[A-Za-z][\w-]*$/;

export const captures = z
  .record(z.string(), text('json.order.id'), {
    error: mustBe('a map of names and where their values are, such as {id: json.order.id}'),
  })
  .transform((given, context): Readonly<Record<string, CaptureSource>> => {
    const sources = Object.entries(given).map(([name, written]) => {
      const fault = nameFault(name);
      if (fault !== undefined) refuse(context, fault, { path: [name] });
      return [name, sourceOf(written.trim(), name, context)] as const;
    });
    return Object.fromEntries(sources);
  });

/* What is measured. */

const MEASURE = 'json.usage.total_tokens, or a map such as {from: json.size, unit: KB}';
const measureMap = map(
  {
    from: text('json.usage.total_tokens').describe('where the number is, as in capture'),
    unit: text('ms').optional().describe('its unit, such as ms or KB; a number of something if left out'),
  },
  MEASURE,
);

export const measures = z
  .record(z.string(), mapOrText('from', measureMap), {
    error: mustBe('a map of names and where their numbers are, such as {tokens: json.usage.total_tokens}'),
  })
  .transform((given, context): Readonly<Record<string, MeasurePlan>> =>
    Object.fromEntries(
      Object.entries(given).map(([name, { from, unit }]) => {
        const fault = metricNameFault(name, unit);
        if (fault !== undefined) refuse(context, fault, { path: [name] });
        const source = sourceOf(from.trim(), name, context);
        return [name, { source, ...(unit === undefined ? {} : { unit }) }];
      }),
    ),
  );

function nameFault(name: string): string | undefined {
  const taken = TAKEN.get(name);
  if (taken !== undefined) return `{{${name}}} is ${taken}; choose another name, such as my_${name}`;
  return NAME.test(name)
    ? undefined
    : `${show(name)} is no name for {{…}}; use letters, digits, _ and -, a letter first`;
}

function sourceOf(written: string, name: string, context: z.core.ParsePayload): CaptureSource {
  const pattern = patternIn(written, context, [name]);
  if (pattern !== undefined) return pattern;
  const [, kind, of] = /^(json|header|cookie)(?:\.|(?=\[)|$)(.*)$/s.exec(written) ?? [];
  if (kind === 'json') return { kind, path: of ?? '' };
  if (of === undefined || of === '') return refuse(context, CAPTURE({ input: written }), { path: [name] });
  if (kind === 'header') return { kind, name: of.toLowerCase() };
  return { kind: 'cookie', name: of };
}
