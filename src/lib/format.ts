import type { Unit } from '../model/metrics.js';

/** What stands where nothing was measured. */
export const NO_DATA = 'no data';

/** U+2212: as wide as a plus sign, and never broken off from its number as a hyphen is. */
const MINUS = '\u2212';
/** U+202F: groups of three digits that stay on one line. */
const THIN = '\u202F';
const DIGITS = 3;

/**
 * A value in its base unit with three significant digits and a unit that suits its size:
 * `2.71 s`, `431 MB`, `98.3%`, `3.9 flows/s`, `1.2 MB/min`. No data, NaN and infinities are `no data`.
 */
export function formatQuantity(value: number | null, unit: Unit): string {
  return formatDigits(value, unit, DIGITS);
}

/**
 * A value beside the limit it is held against: with as many digits as it takes to tell the two apart,
 * so that no report says "2.5 s, the gate is < 2.5 s".
 */
export function formatAgainst(value: number | null, limit: number | null, unit: Unit): string {
  if (value === null || limit === null || value === limit) return formatQuantity(value, unit);
  for (let digits = DIGITS; digits < 12; digits++) {
    const text = formatDigits(value, unit, digits);
    if (text !== formatDigits(limit, unit, digits)) return text;
  }
  return formatQuantity(value, unit);
}

/** What is round, or has been rounded already, with every digit that it has: `1.0486 MB`. */
export function formatExact(value: number, unit: Unit): string {
  return formatDigits(value, unit, 12);
}

/** ms as `41 ns`, `8.2 ms`, `2.71 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatTime(ms: number | null): string {
  return formatDigits(ms, 'ms', DIGITS);
}

/** Bytes in decimal units: `431 MB`. */
export function formatBytes(bytes: number | null): string {
  return formatDigits(bytes, 'bytes', DIGITS);
}

/** A ratio in per cent; a part is never rounded to none or to all: `99.996%`, not `100%`. */
export function formatRatio(ratio: number | null): string {
  return formatDigits(ratio, 'ratio', DIGITS);
}

/** `1 core`, `4 cores`, `0.5 cores`: a quota can give a part of one. */
export function formatCores(cores: number): string {
  return plural(rounded(cores, DIGITS), 'core');
}

/** A share of all cores: `23% of 4 cores`. */
export function formatShare(ratio: number | null, cores: number): string {
  if (ratio === null || !Number.isFinite(ratio)) return NO_DATA;
  return `${formatRatio(ratio)} of ${formatCores(cores)}`;
}

/** A whole number, grouped from five digits on: `240`, `12 345`. */
export function formatCount(count: number | null): string {
  return formatDigits(count, 'count', DIGITS);
}

/** Per second, without a noun: `3.8/s`. */
export function formatRate(rate: number | null): string {
  return rate === null || !Number.isFinite(rate) ? NO_DATA : `${significant(rate, DIGITS)}/s`;
}

/** ms as on a clock: `0:00:41`. Negative and unknown times are zero. */
export function formatClock(ms: number): string {
  const { hours, minutes, seconds } = clock(ms);
  return `${hours}:${two(minutes)}:${two(seconds)}`;
}

/** ms as on a clock without hours that are not there: `0:23`, `1:02:03`. */
export function formatLeft(ms: number): string {
  const { hours, minutes, seconds } = clock(ms);
  return hours === 0 ? `${minutes}:${two(seconds)}` : `${hours}:${two(minutes)}:${two(seconds)}`;
}

/** With what share of runs something holds, rounded down: no more is promised than that. `99.6%` of 0.9965. */
export function formatConfidence(share: number): string {
  // 0.998 × 1000 is a little less than 998.
  return `${Math.floor(share * 1000 + 1e-6) / 10}%`;
}

/** `1 flow`, `2 flows`, `12 345 flows`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : many}`;
}

function formatDigits(value: number | null, unit: Unit, digits: number): string {
  if (value === null || !Number.isFinite(value)) return NO_DATA;
  if (value < 0) return `${MINUS}${formatDigits(-value, unit, digits)}`;
  switch (unit) {
    case 'ms':
      return time(value, digits);
    case 'bytes':
      return bytes(value, digits);
    case 'bytes_per_minute':
      return `${bytes(value, digits)}/min`;
    case 'ratio':
      return percent(value, digits);
    case 'count':
      return Number.isInteger(value) ? group(plainDecimal(value)) : significant(value, digits);
    case 'per_second':
      return `${significant(value, digits)} flows/s`;
  }
}

function time(ms: number, digits: number): string {
  if (ms === 0) return '0 s';
  if (rounded(ms * 1e3, digits) < 1) return `${significant(ms * 1e6, digits)} ns`;
  if (rounded(ms, digits) < 1) return `${significant(ms * 1e3, digits)} µs`;
  if (rounded(ms, digits) < 1000) return `${significant(ms, digits)} ms`;
  if (rounded(ms / 1000, digits) < 60) return `${significant(ms / 1000, digits)} s`;
  return longTime(ms, digits);
}

/** From a minute on: two units, the smaller one whole unless more digits are asked for. */
function longTime(ms: number, digits: number): string {
  const step = digits > DIGITS ? 10 ** (3 - (digits - DIGITS)) : 1000;
  const whole = Math.round(ms / step) * step;
  const { hours, minutes } = clock(whole);
  const seconds = Number(((whole % 60_000) / 1000).toFixed(9));
  if (hours === 0) return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  const parts = [`${group(String(hours))} h`];
  if (minutes > 0) parts.push(`${minutes} min`);
  if (seconds > 0 && digits > DIGITS) parts.push(`${seconds} s`);
  return parts.join(' ');
}

function bytes(value: number, digits: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let scaled = value;
  let index = 0;
  while (rounded(scaled, digits) >= 1000 && index < units.length - 1) {
    scaled /= 1000;
    index++;
  }
  return `${significant(scaled, digits)} ${units[index] ?? ''}`;
}

function percent(ratio: number, digits: number): string {
  const scaled = ratio * 100;
  let enough = digits;
  if (ratio > 0.5 && ratio < 1) while (rounded(scaled, enough) >= 100 && enough < 15) enough++;
  return `${significant(scaled, enough)}%`;
}

/** At most `digits` significant digits, without zeros behind the point; whole numbers are grouped. */
function significant(value: number, digits: number): string {
  if (value < 0) return `${MINUS}${significant(-value, digits)}`;
  const [whole = '0', fraction] = plainDecimal(rounded(value, digits)).split('.');
  return fraction === undefined ? group(whole) : `${group(whole)}.${fraction}`;
}

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** Without an exponent, whatever the size. */
function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return value >= 1 ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '');
}

function group(digits: string): string {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, THIN);
}

function clock(ms: number): { hours: number; minutes: number; seconds: number } {
  const all = Number.isFinite(ms) && ms > 0 ? Math.floor(ms / 1000) : 0;
  return { hours: Math.floor(all / 3600), minutes: Math.floor(all / 60) % 60, seconds: all % 60 };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
