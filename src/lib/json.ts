import { parse, stringify } from 'lossless-json';
import { ExactNumber, isSameNumber, type JsonValue } from '../model/json.js';

/* JSON whose numbers keep their digits: JSON.parse makes 12345678901234567000 of 12345678901234567890. */

/** A map of a JSON text has two values for one key. */
export class RepeatedKey extends Error {
  constructor(readonly key: string) {
    super(`the key ${JSON.stringify(key)} is given twice, with different values`);
  }
}

/**
 * Every number is an ExactNumber. Throws SyntaxError if it is not JSON, and RepeatedKey where a map has two values for
 * one key: readers differ in which of them they take (RFC 8259, section 4).
 */
export function parseJson(text: string): unknown {
  return parse(text, null, {
    parseNumber: (written) => new ExactNumber(written),
    onDuplicateKey: ({ key }) => {
      throw new RepeatedKey(key);
    },
  });
}

/** Numbers as they were written. */
export function toJson(value: unknown): string {
  const exact = {
    test: (each: unknown) => each instanceof ExactNumber,
    stringify: (each: unknown) => (each as ExactNumber).text,
  };
  return stringify(value, null, undefined, [exact]) ?? 'null';
}

/** Deep equality; numbers are compared as decimals, exactly. */
export function isSameJson(first: unknown, second: unknown): boolean {
  const [one, other] = [numberText(first), numberText(second)];
  if (one !== undefined && other !== undefined) return isSameNumber(one, other);
  if (!isObject(first) || !isObject(second)) return first === second;
  if (Array.isArray(first) !== Array.isArray(second) || one !== other) return false;
  const keys = Object.keys(first);
  return (
    keys.length === Object.keys(second).length &&
    keys.every((key) => Object.hasOwn(second, key) && isSameJson(first[key], second[key]))
  );
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

/** Puts something in place of every text of a JSON value; keys of maps stay as they are. */
export function mapTexts(value: JsonValue, change: (text: string) => JsonValue): JsonValue {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map((each: JsonValue) => mapTexts(each, change));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)]));
}

function numberText(value: unknown): string | undefined {
  if (value instanceof ExactNumber) return value.text;
  return typeof value === 'number' ? String(value) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
