/*
 * `{{port}}` and `{{port.NAME}}` in the texts of a scenario. Only a single word in braces is a placeholder, so that
 * `docker inspect --format '{{.State}}'` and `{{json .}}` reach the program that they are meant for; with a
 * dollar before it, it is an expression of GitHub's.
 */

const PLACEHOLDER = /(?<!\$)\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

export interface Placeholder {
  /** `port`, `port.db`. */
  readonly word: string;
  /** Where it begins in the text, from 0. */
  readonly index: number;
}

export function placeholdersIn(text: string): readonly Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].map(({ 1: word = '', index }) => ({ word, index }));
}

/** Every placeholder replaced by the same value. */
export function fillAll(text: string, value: string): string {
  return text.replace(PLACEHOLDER, value);
}

/** Replaces the placeholders that have a value; the others stay as they are. */
export function fillText(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(PLACEHOLDER, (written, word: string) => values.get(word) ?? written);
}

/** The same for every text in lists and plain maps, however deep; whatever else is in there is left alone. */
export function fillTexts<T>(value: T, values: ReadonlyMap<string, string>): T {
  return filled(value, values) as T;
}

function filled(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, values)]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
