import { parseJson, valueAt } from '../../lib/json.js';
import { withoutSecret } from '../../lib/redact.js';
import { textOf } from '../../lib/template.js';
import { SlowPattern } from '../../lib/text-pattern.js';
import { ExactNumber, type JsonValue } from '../../model/json.js';
import type { CaptureSource, MeasurePlan } from '../../model/plan.js';
import { tracesOf } from '../../system/flow-env.js';
import type { Reports } from '../reported.js';
import { pairOf } from './cookies.js';
import { type Answer, compiledPattern } from './expectation.js';

/* What a flow takes from its answers, to fill it into later requests. Nothing of it is ever reported. */

export type Captures = Readonly<Record<string, CaptureSource>>;

/** A value, or why there is none: the end of a sentence. */
type Taken = { readonly value: JsonValue } | { readonly missing: string };

/** What one flow has captured so far. */
export class Captured {
  readonly #values = new Map<string, JsonValue>();

  /**
   * Takes the values of an answer, and gives them to `values` by name.
   * @returns what is missing, in one line; undefined if nothing is
   */
  take(
    captures: Captures,
    answer: Answer,
    values: Record<string, JsonValue | undefined>,
  ): string | undefined {
    const missing: string[] = [];
    for (const [name, source] of Object.entries(captures)) {
      const taken = valueIn(answer, source);
      if ('missing' in taken) {
        missing.push(`nothing to capture for {{${name}}}: ${taken.missing}`);
        continue;
      }
      values[name] = taken.value;
      // An earlier value of the name may still come back.
      this.#values.set(this.#values.has(name) ? `${name} ${this.#values.size}` : name, taken.value);
    }
    return missing.length === 0 ? undefined : missing.join('; ');
  }

  /** The text with `{{name}}` in place of every value. */
  hide(text: string): string {
    if (this.#values.size === 0) return text;
    const forms = [...this.#values].flatMap(([key, value]) => {
      const [name = ''] = key.split(' ', 1);
      return leavesOf(value).flatMap((leaf) => formsOf(leaf).map((form) => ({ form, name })));
    });
    // The longest first: one value may be a part of another.
    forms.sort((one, other) => other.form.length - one.form.length);
    return forms.reduce((hidden, { form, name }) => without(hidden, form, `{{${name}}}`), text);
  }
}

/**
 * Reports the numbers of an answer; gives what is missing, in one line.
 * @throws Error for a sum that no number can hold
 */
export function measureIn(
  answer: Answer,
  measures: Readonly<Record<string, MeasurePlan>>,
  reports: Reports,
): string | undefined {
  const missing: string[] = [];
  for (const [name, { source, unit }] of Object.entries(measures)) {
    const taken = valueIn(answer, source);
    const value = 'missing' in taken ? undefined : numberIn(taken.value);
    if (value !== undefined) reports.add(name, value, unit);
    else
      missing.push(
        `nothing to measure for ${name}: ${'missing' in taken ? taken.missing : 'it is no number'}`,
      );
  }
  return missing.length === 0 ? undefined : missing.join('; ');
}

/** RFC 8259, section 6; headers and patterns have numbers as text. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function numberIn(value: JsonValue): number | undefined {
  const text = typeof value === 'string' ? value.trim() : textOf(value);
  return NUMBER.test(text) ? Number(text) : undefined;
}

function valueIn(answer: Answer, source: CaptureSource): Taken {
  switch (source.kind) {
    case 'json':
      return inJson(answer.body, source.path);
    case 'pattern':
      return inText(answer.body, source);
    case 'header':
      return given(answer.headers?.get(source.name), `the response has no header ${source.name}`);
    case 'cookie': {
      const pairs = (answer.cookies ?? []).map((line) => pairOf(line));
      const last = pairs.findLast((pair) => pair?.name === source.name);
      return given(last?.value, `the response sets no cookie ${source.name}`);
    }
  }
}

function given(value: JsonValue | undefined, missing: string): Taken {
  return value === undefined ? { missing } : { value };
}

/** `null` is no value: filled in, it would be the word. */
function inJson(body: string, path: string): Taken {
  let whole: unknown;
  try {
    whole = parseJson(body);
  } catch {
    return { missing: 'the body is not JSON' };
  }
  const value = valueAt(whole, path) as JsonValue | undefined;
  return given(value ?? undefined, path === '' ? 'the body is null' : `the body has no json.${path}`);
}

/** What its first group matches, or all that it matches if it has none. */
function inText(body: string, pattern: Extract<CaptureSource, { kind: 'pattern' }>): Taken {
  const written = `/${pattern.source}/${pattern.flags}`;
  try {
    const match = compiledPattern(pattern).exec(body);
    const value = match !== null && match.length > 1 ? match[1] : match?.[0];
    return given(value, `the body does not match ${written}`);
  } catch (thrown) {
    if (!(thrown instanceof SlowPattern)) throw thrown;
    return { missing: `${written}: ${thrown.message}` };
  }
}

/** The texts and numbers in a value: each may come back by itself. */
function leavesOf(value: JsonValue): readonly string[] {
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value !== 'object' || value instanceof ExactNumber) return [textOf(value)];
  return Object.values(value as Readonly<Record<string, JsonValue>>).flatMap(leavesOf);
}

/** Characters of the shortest value that is looked for inside of words. */
const SHORTEST = 8;

function formsOf(leaf: string): readonly string[] {
  if (leaf.trim() === '') return [];
  const inJsonText = JSON.stringify(leaf).slice(1, -1);
  return [...new Set([leaf, inJsonText, ...tracesOf([leaf])])];
}

/** A short value, such as 7, is only taken for itself where it is a word of its own. */
function without(text: string, form: string, instead: string): string {
  if (form.length >= SHORTEST) return withoutSecret(text, form, instead);
  const escaped = form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'gu'), () => instead);
}
