import type { BodyPattern, HttpExpectation, StatusRange } from '../model/plan.js';
import type { JsonValue } from '../model/json.js';
import { SlowPattern, TextPattern } from './text-pattern.js';
import { isSameJson, parseJson, RepeatedKey, toJson } from './json.js';

/** A response that came to its end; the body is only kept if something is expected of it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Characters of a value or body in a message. */
const LONGEST = 80;

/** Everything that is expected and was not got, in one line; undefined if all is right. */
export function unmet(expected: HttpExpectation, answer: Answer): string | undefined {
  const faults = [
    ...statusFault(expected, answer.status),
    ...(expected.body === undefined ? [] : bodyFault(expected.body, answer.body)),
    ...(expected.json === undefined ? [] : jsonFaults(expected.json, answer.body)),
  ];
  return faults.length === 0 ? undefined : faults.join('; ');
}

function statusFault({ status, statusText }: HttpExpectation, got: number): string[] {
  const isRight = ({ from, to }: StatusRange): boolean => got >= from && got <= to;
  return status.some(isRight) ? [] : [`status ${got}, expected ${statusText}`];
}

function bodyFault(pattern: BodyPattern, body: string): string[] {
  const wanted =
    pattern.kind === 'text'
      ? `to hold ${shorten(JSON.stringify(pattern.text))}`
      : `to match /${shorten(pattern.source)}/${pattern.flags}`;
  try {
    if (holds(pattern, body)) return [];
  } catch (thrown) {
    if (thrown instanceof SlowPattern) return [`expected body ${wanted}, and ${thrown.message}`];
    throw thrown;
  }
  return [`expected body ${wanted}, got ${body === '' ? 'an empty one' : shorten(JSON.stringify(body))}`];
}

/** Made once for each pattern of the plan. */
const compiled = new WeakMap<BodyPattern, TextPattern>();

function holds(pattern: BodyPattern, body: string): boolean {
  if (pattern.kind === 'text') return body.includes(pattern.text);
  const known = compiled.get(pattern) ?? new TextPattern(pattern.source, pattern.flags);
  compiled.set(pattern, known);
  return known.test(body);
}

function jsonFaults(expected: Readonly<Record<string, JsonValue>>, body: string): string[] {
  const parsed = parseBody(body);
  if (typeof parsed === 'string') return [parsed];
  return Object.entries(expected).flatMap(([path, wanted]) => {
    const got = valueAt(parsed.value, path);
    if (isSameJson(got, wanted)) return [];
    return [`expected json ${path} to be ${show(wanted)}, got ${show(got)}`];
  });
}

/** The value of a JSON text, or why it has none. */
function parseBody(body: string): { readonly value: unknown } | string {
  try {
    return { value: parseJson(body) };
  } catch (thrown) {
    if (thrown instanceof RepeatedKey) return `expected body to be JSON: ${shorten(thrown.message)}`;
    return `expected body to be JSON, got ${body === '' ? 'an empty one' : shorten(JSON.stringify(body))}`;
  }
}

/** `items.0.name` or `items[0].name`; `$` or an empty path is the whole. Undefined where there is nothing. */
export function valueAt(value: unknown, path: string): unknown {
  const segments = path.replace(/^\$\.?/, '').replace(/\[(\d+)\]/g, '.$1');
  return segments
    .split('.')
    .filter((segment) => segment !== '')
    .reduce<unknown>(
      (from, segment) =>
        typeof from === 'object' && from !== null && Object.hasOwn(from, segment)
          ? (from as Record<string, unknown>)[segment]
          : undefined,
      value,
    );
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : shorten(toJson(value));
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
