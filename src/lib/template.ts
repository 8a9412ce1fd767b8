import type { JsonValue } from '../model/json.js';
import type { DataRow } from '../model/plan.js';
import { toJson, valueAt } from './json.js';

/* Texts of requests with places that are filled in for each flow: `{{token}}`, `{{data.email}}`. */

/** What can be filled in everywhere, as `{{name}}`. */
export const TEMPLATE_NAMES = ['token', 'flow', 'iteration'] as const;

/** By name; `data` is the flow's row. Those of every flow are text; a captured value is what the answer had. */
export type TemplateValues = Readonly<Record<string, JsonValue | undefined>> & { readonly data?: DataRow };

type Fill = (values: TemplateValues) => string;
type Encode = (value: JsonValue) => string;

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/gu;
/** In JSON a text that is one place alone becomes its value; the name of a map's key stays a text. */
const JSON_PLACE = /(?<!\\)"\{\{\s*([^{}]*?)\s*\}\}"(?!:)|\{\{\s*([^{}]*?)\s*\}\}/gu;
const ONE_PLACE = /^\{\{\s*([^{}]*?)\s*\}\}$/u;

/** The names in a text, and where their places begin. */
export function placesIn(text: string): readonly { readonly word: string; readonly index: number }[] {
  return [...text.matchAll(PLACE)].map(({ 1: word = '', index }) => ({ word, index }));
}

/** `NAME` of every `{{data.NAME}}` in the text. */
export function columnsIn(text: string): readonly string[] {
  return placesIn(text).flatMap(({ word }) => columnOf(word) ?? []);
}

/** `NAME` of `data.NAME`; undefined if a word is none such. */
export function columnOf(word: string): string | undefined {
  return /^data\.(.+)$/su.exec(word)?.[1];
}

/** A value of a row: of the column with this name, or else along its dots, as in `user.name`. Undefined if there is none. */
export function cellOf(row: DataRow, column: string): JsonValue | undefined {
  return Object.hasOwn(row, column) ? row[column] : (valueAt(row, column) as JsonValue | undefined);
}

/** Text as it is, everything else as JSON. */
export function textOf(value: JsonValue): string {
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** A text that is ready to be filled in. One without places is given back as it is. */
export function template(text: string): Fill {
  return filling(text, PLACE, () => textOf);
}

/** The same of a form (application/x-www-form-urlencoded). */
export function formTemplate(text: string): Fill {
  return filling(text, PLACE, () => percentEncoded);
}

/**
 * The same of a URL. Values are percent-encoded, so that `a&b` stays one value; but for those before the path, where a
 * value may be a host, a path with its query, or the whole URL.
 */
export function urlTemplate(text: string): Fill {
  return filling(text, PLACE, (before) => (BEFORE_PATH.test(before) ? textOf : percentEncoded));
}

const BEFORE_PATH = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*$/i;

function percentEncoded(value: JsonValue): string {
  return encodeURIComponent(textOf(value).toWellFormed());
}

/** The same of a text that is JSON, and stays it whatever the values hold. */
export function jsonTemplate(text: string): Fill {
  return filling(text, JSON_PLACE, (_, place) => (place.startsWith('"') ? toJson : inText));
}

function inText(value: JsonValue): string {
  return JSON.stringify(textOf(value)).slice(1, -1);
}

/** The same of one text in a JSON value: one that is one place alone becomes its value. */
export function valueTemplate(text: string): (values: TemplateValues) => JsonValue {
  const [, name] = ONE_PLACE.exec(text) ?? [];
  if (name === undefined) return template(text);
  return (values) => {
    const value = valueOf(name, values);
    return value === undefined ? text : value;
  };
}

/**
 * @param places finds places, and captures their names
 * @param encodingOf how a value is written, by the text before its place and by the place
 */
function filling(text: string, places: RegExp, encodingOf: (before: string, place: string) => Encode): Fill {
  if (!text.includes('{{')) return () => text;
  const parts: Fill[] = [];
  let from = 0;
  for (const match of text.matchAll(places)) {
    const [place, ...groups] = match;
    const names: readonly (string | undefined)[] = groups;
    const name = names.find((each) => each !== undefined) ?? '';
    const encode = encodingOf(text.slice(0, match.index), place);
    const literal = text.slice(from, match.index);
    parts.push((values) => {
      const value = valueOf(name, values);
      return literal + (value === undefined ? place : encode(value));
    });
    from = match.index + place.length;
  }
  const rest = text.slice(from);
  return (values) => parts.reduce((filled, part) => filled + part(values), '') + rest;
}

function valueOf(name: string, values: TemplateValues): JsonValue | undefined {
  if (Object.hasOwn(values, name)) return values[name];
  const column = columnOf(name);
  return column === undefined || values.data === undefined ? undefined : cellOf(values.data, column);
}
