import { didYouMeanUnit, TIME_UNITS } from '../lib/quantity.js';

export type DurationResult =
  { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly message: string };

/** As the JSON Schema of the config says it. */
export const DURATION_PATTERN = '^\\s*(\\d+(\\.\\d+)?\\s*(ns|us|µs|μs|ms|s|m|h)\\s*)+$';

/** setTimeout fires at once past 2^31 − 1 ms. */
const LONGEST = 2 ** 31 - 1;
const PART = /^\s*(\d+(?:\.\d+)?)\s*(\p{L}+|)/u;

/** Reads `30s`, `500ms` or `1m30s` as ms, more than 0 and at most 24 days. A number without a unit is refused. */
export function parseDuration(text: string): DurationResult {
  let rest = text.trim();
  if (rest === '') return refuse('is empty; write a time such as 30s, 500ms or 1m30s');
  let ms = 0;
  while (rest !== '') {
    const [whole, number, unit] = PART.exec(rest) ?? [];
    if (whole === undefined || number === undefined || unit === undefined) {
      return refuse(`${text} is no time; write it as 30s, 500ms or 1m30s`);
    }
    if (unit === '') return refuse(missingUnit(text.trim()));
    const factor = factorOf(unit);
    if (factor === undefined) {
      return refuse(
        `${text}: there is no unit of time ${unit}${didYouMeanUnit(unit, UNIT_NAMES, '; units are ns us ms s m h')}`,
      );
    }
    ms += Number(number) * factor;
    rest = rest.slice(whole.length).trim();
  }
  if (ms === 0) return refuse(`${text} is no time at all; write more than 0`);
  if (ms > LONGEST) return refuse(`${text} is more than 24 days`);
  // 2.01 · 1000 is 2009.9999999999998.
  return { ok: true, ms: Number(ms.toPrecision(15)) };
}

/** What to say of a number without a unit. */
export function missingUnit(number: string | number): string {
  return /^\d+(\.\d+)?$/.test(String(number))
    ? `${number} needs a unit: write ${number}s or ${number}ms`
    : `${number} needs units: write it as 30s, 500ms or 1m30s`;
}

const UNIT_NAMES = Object.keys(TIME_UNITS);

function factorOf(unit: string): number | undefined {
  const units: Readonly<Record<string, number>> = TIME_UNITS;
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}

function refuse(message: string): DurationResult {
  return { ok: false, message };
}
