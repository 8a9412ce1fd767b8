import { type Path, type Read } from '../lib/fields.js';
import { ExactNumber, type JsonValue } from '../model/json.js';

/* Values of the config that are JSON: bodies, and what is expected in one. */

type JsonReading =
  | Exclude<Read<JsonValue>, { ok: false }>
  | { readonly ok: false; readonly path: Path; readonly message: string };

/** RFC 8259, section 6. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const OTHER_BASE = /^0(?:x[\da-f]+|o[0-7]+)$/i;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(e[+-]?\d+)?$/i;

/** A value of the config as JSON. Numbers keep their digits; one that JSON cannot hold is refused. */
export function readJson(value: unknown, path: Path = []): JsonReading {
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
