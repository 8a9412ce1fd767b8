import { formatAgainst, formatExact } from '../../lib/format.js';
import { isSameJson, parseJson, RepeatedKey, toJson, valueAt } from '../../lib/json.js';
import { SlowPattern, TextPattern } from '../../lib/text-pattern.js';
import type { JsonValue } from '../../model/json.js';
import type { BodyPattern, HttpExpectation, StatusRange } from '../../model/plan.js';

/** A response that came to its end. */
export interface Answer {
  readonly status: number;
  /** Empty unless something is expected of it, or taken from it. */
  readonly body: string;
  /** Those that are asked for, by name in lower case. */
  readonly headers?: ReadonlyMap<string, string>;
  /** ms. */
  readonly time?: number;
  /** Values of Set-Cookie, those of redirections that were followed among them. */
  readonly cookies?: readonly string[];
}

/** Characters of a value or body in a message. */
const LONGEST = 80;

/** What a message shows of what others wrote: all of it, or all but what is reported by nobody. */
type Hide = (text: string) => string;

/** Everything that is expected and was not got, in one line; undefined if all is right. */
export function unmet(
  expected: HttpExpectation,
  answer: Answer,
  hide: Hide = (text) => text,
): string | undefined {
  const faults = [
    ...statusFault(expected, answer.status),
    ...(expected.time === undefined ? [] : timeFault(expected.time, answer.time)),
    ...(expected.headers === undefined ? [] : headerFaults(expected.headers, answer.headers, hide)),
    ...(expected.body === undefined ? [] : bodyFault(expected.body, answer.body, hide)),
    ...(expected.json === undefined ? [] : jsonFaults(expected.json, answer.body, hide)),
  ];
  return faults.length === 0 ? undefined : faults.join('; ');
}

function statusFault({ status, statusText }: HttpExpectation, got: number): string[] {
  const isRight = ({ from, to }: StatusRange): boolean => got >= from && got <= to;
  return status.some(isRight) ? [] : [`status ${got}, expected ${statusText}`];
}

function timeFault(most: number, took = 0): string[] {
  return took <= most
    ? []
    : [`took ${formatAgainst(took, most, 'ms')}, expected at most ${formatExact(most, 'ms')}`];
}

function headerFaults(
  expected: NonNullable<HttpExpectation['headers']>,
  headers: Answer['headers'],
  hide: Hide,
): string[] {
  return Object.entries(expected).flatMap(([name, pattern]) => {
    const got = headers?.get(name);
    const wanted =
      pattern.kind === 'text' ? `to be ${quoted(pattern.text, hide)}` : `to match ${written(pattern)}`;
    const what = `expected header ${name} ${wanted}`;
    if (got === undefined) return [`${what}, got none`];
    try {
      const isRight = pattern.kind === 'text' ? got === pattern.text : holds(pattern, got);
      return isRight ? [] : [`${what}, got ${quoted(got, hide)}`];
    } catch (thrown) {
      if (thrown instanceof SlowPattern) return [`${what}, and ${thrown.message}`];
      throw thrown;
    }
  });
}

function written({ source, flags }: { readonly source: string; readonly flags: string }): string {
  return `/${shorten(source)}/${flags}`;
}

function bodyFault(pattern: BodyPattern, body: string, hide: Hide): string[] {
  const wanted =
    pattern.kind === 'text' ? `to hold ${quoted(pattern.text, hide)}` : `to match ${written(pattern)}`;
  try {
    if (holds(pattern, body)) return [];
  } catch (thrown) {
    if (thrown instanceof SlowPattern) return [`expected body ${wanted}, and ${thrown.message}`];
    throw thrown;
  }
  return [`expected body ${wanted}, got ${body === '' ? 'an empty one' : quoted(body, hide)}`];
}

/** Made once for each pattern of the plan. */
const compiled = new WeakMap<object, TextPattern>();

export function compiledPattern(pattern: { readonly source: string; readonly flags: string }): TextPattern {
  const known = compiled.get(pattern) ?? new TextPattern(pattern.source, pattern.flags);
  compiled.set(pattern, known);
  return known;
}

function holds(pattern: BodyPattern, body: string): boolean {
  return pattern.kind === 'text' ? body.includes(pattern.text) : compiledPattern(pattern).test(body);
}

function jsonFaults(expected: Readonly<Record<string, JsonValue>>, body: string, hide: Hide): string[] {
  const parsed = parseBody(body, hide);
  if (typeof parsed === 'string') return [parsed];
  return Object.entries(expected).flatMap(([path, wanted]) => {
    const got = valueAt(parsed.value, path);
    if (isSameJson(got, wanted)) return [];
    return [`expected json ${path} to be ${show(wanted, hide)}, got ${show(got, hide)}`];
  });
}

/** The value of a JSON text, or why it has none. */
function parseBody(body: string, hide: Hide): { readonly value: unknown } | string {
  try {
    return { value: parseJson(body) };
  } catch (thrown) {
    if (thrown instanceof RepeatedKey) return `expected body to be JSON: ${shorten(hide(thrown.message))}`;
    return `expected body to be JSON, got ${body === '' ? 'an empty one' : quoted(body, hide)}`;
  }
}

function show(value: unknown, hide: Hide): string {
  return value === undefined ? 'nothing' : shorten(hide(toJson(value)));
}

/** Hidden before it is cut: a value that the cut goes through could not be found. */
function quoted(text: string, hide: Hide): string {
  return shorten(hide(JSON.stringify(text)));
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
