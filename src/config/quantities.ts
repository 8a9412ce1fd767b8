import type { Unit } from '../model/metrics.js';
import { didYouMeanUnit, parseQuantity, TIME_UNITS, valueFor } from '../lib/quantity.js';

/*
 * Times, rates, shares and sizes as the config, the inputs and the options write them. Every message is the end of a
 * sentence that begins with where it is.
 */

/** What a text was read as, or why it cannot be. */
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export function good<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function unreadable(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** As the JSON Schema of the config says it. */
export const DURATION_PATTERN = '^\\s*(\\d+(\\.\\d+)?\\s*(ns|us|µs|μs|ms|s|m|h)\\s*)+$';

/** setTimeout fires at once past 2^31 − 1 ms. */
const LONGEST = 2 ** 31 - 1;
const PART = /^\s*(\d+(?:\.\d+)?)\s*(\p{L}+|)/u;
const TIME_NAMES = Object.keys(TIME_UNITS);

/** Reads `30s`, `500ms` or `1m30s` as ms, more than 0 and at most 24 days. A number without a unit is refused. */
export function parseDuration(text: string): Read<number> {
  let rest = text.trim();
  if (rest === '') return unreadable('is empty; write a time such as 30s, 500ms or 1m30s');
  let ms = 0;
  while (rest !== '') {
    const [whole, number, unit] = PART.exec(rest) ?? [];
    if (whole === undefined || number === undefined || unit === undefined) {
      return unreadable(`${text} is no time; write it as 30s, 500ms or 1m30s`);
    }
    if (unit === '') return unreadable(missingUnit(text.trim()));
    const factor = factorOf(unit, TIME_UNITS);
    if (factor === undefined) {
      return unreadable(
        `${text}: there is no unit of time ${unit}${didYouMeanUnit(unit, TIME_NAMES, '; units are ns us ms s m h')}`,
      );
    }
    ms += Number(number) * factor;
    rest = rest.slice(whole.length).trim();
  }
  if (ms === 0) return unreadable(`${text} is no time at all; write more than 0`);
  if (ms > LONGEST) return unreadable(`${text} is more than 24 days`);
  return good(decimal(ms));
}

/** What to say of a number without a unit of time. */
export function missingUnit(number: string | number): string {
  return /^\d+(\.\d+)?$/.test(String(number))
    ? `${number} needs a unit: write ${number}s or ${number}ms`
    : `${number} needs units: write it as 30s, 500ms or 1m30s`;
}

/** A time in ms that may be nothing: `0`, `0s`, `1m30s`. */
export function readTime(text: string): Read<number> {
  return /^0+(\.0+)?\s*(ns|us|µs|μs|ms|s|m|h)?$/.test(text.trim()) ? good(0) : parseDuration(text);
}

/** As the JSON Schema of the config says it. */
export const RATE_PATTERN = '^\\s*(\\d+(\\.\\d+)?|\\.\\d+)\\s*/\\s*(s|min|h)\\s*$';

/** Seconds in one of each. */
const RATE_UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };
const RATE = /^(\d+(?:\.\d+)?|\.\d+)\s*(?:\/\s*(\p{L}+))?$/u;
/** Starts per second that no machine makes: a slip of the pen. */
const FASTEST = 100_000;

/** Reads `50/s`, `300/min` or `1000/h` as starts per second. A number without a unit is refused. */
export function parseRate(text: string): Read<number> {
  const [whole, number, unit] = RATE.exec(text.trim()) ?? [];
  if (whole === undefined || number === undefined) {
    return unreadable(`${text} is no rate; write it as 50/s, 300/min or 1000/h`);
  }
  if (unit === undefined) return unreadable(rateWithoutUnit(number));
  const seconds = factorOf(unit, RATE_UNITS);
  if (seconds === undefined) return unreadable(`${text}: there is no unit /${unit}; write /s, /min or /h`);
  const rate = Number(number) / seconds;
  if (rate === 0) return unreadable(`${text} starts no flow at all; write more than 0`);
  if (rate > FASTEST) return unreadable(`${text} is more than ${FASTEST}/s`);
  return good(rate);
}

/** What to say of a rate without a unit. */
export function rateWithoutUnit(number: string | number): string {
  return `${number} needs a unit: write ${number}/s or ${number}/min`;
}

/**
 * `5%` or `0.05` → 0.05; more than 0 and at most 1.
 * @param whole what it is a share of, as a message names it
 */
export function readShare(value: string | number, whole = 'the connections'): Read<number> {
  const result = parseQuantity(String(value).trim());
  if (!result.ok) return result;
  const { kind, number, factor, text } = result.quantity;
  if (kind !== 'share' && kind !== 'bare') {
    return unreadable(`${text} is no share; write it as 5% or 0.05`);
  }
  const share = decimal(number * factor);
  if (share === 0) return unreadable(`${text} of ${whole} are none; write more than 0, or leave it out`);
  if (share <= 1) return good(share);
  const meant = kind === 'bare' && number <= 100 ? `; did you mean ${text}%?` : '; a share is at most 100%';
  return unreadable(`${text} is more than all${meant}`);
}

/** The value in the base unit; `name` is what a message calls it. */
export function readValue(text: string, name: string, unit: Unit): Read<number> {
  const parsed = parseQuantity(text.trim());
  return parsed.ok ? valueFor(parsed.quantity, name, unit) : parsed;
}

/** 2.01 · 1000 is 2009.9999999999998: what counts is the decimal that was written. */
export function decimal(value: number): number {
  return Number(value.toPrecision(15));
}

function factorOf(unit: string, units: Readonly<Record<string, number>>): number | undefined {
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}
