import type { Unit } from '../model/metrics.js';
import { didYouMean } from './nearest.js';
import { SIZE_UNITS, TIME_UNITS } from './units.js';

/** Times a minute in one of each. */
const PER_MINUTE = { '/s': 60, '/min': 1 } as const;

/** Other words for units, which are not near to them by their letters. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  K: 'KB',
  M: 'MB',
  G: 'GB',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hr: 'h',
  hour: 'h',
  hours: 'h',
  msec: 'ms',
  percent: '%',
};

/** `; did you mean UNIT?` for one of the units, or else the fallback. */
export function didYouMeanUnit(written: string, units: readonly string[], fallback: string): string {
  const word = Object.hasOwn(UNIT_WORDS, written) ? UNIT_WORDS[written] : undefined;
  if (word !== undefined && units.includes(word)) return `; did you mean ${word}?`;
  return didYouMean(written, units, fallback);
}

type Kind = 'bare' | 'share' | 'time' | 'size' | 'rate' | 'growth';

/** A number and a unit as they were written; nothing is known yet of the metric that they are for. */
export interface Quantity {
  /** Without spaces, in the unit that was written: `5MB/min`. */
  readonly text: string;
  /** Its parts: `5` and `MB/min`. */
  readonly written: { readonly number: string; readonly unit: string };
  readonly kind: Kind;
  readonly number: number;
  /** Base units (of its own kind) in one of the written unit; times a minute for rates. */
  readonly factor: number;
}

export type QuantityResult =
  { readonly ok: true; readonly quantity: Quantity } | { readonly ok: false; readonly message: string };

export type ValueResult =
  { readonly ok: true; readonly value: number } | { readonly ok: false; readonly message: string };

const NUMBER = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?/i;
/** What could be meant as a unit; whatever stands behind it is trailing text. */
const UNIT = /^(?:%|[\p{L}µ]+)?(?:\s*\/\s*\p{L}+)?/u;

/** Reads `number [unit]`: the whole text, which has no spaces around it. Never throws. */
export function parseQuantity(text: string): QuantityResult {
  const refused = refuseOddNumber(text);
  if (refused !== undefined) return { ok: false, message: refused };
  const number = NUMBER.exec(text)?.[0];
  if (number === undefined) return { ok: false, message: `${text} is no number; write a number and a unit` };
  const rest = text.slice(number.length).trimStart();
  const unit = UNIT.exec(rest)?.[0] ?? '';
  const trailing = rest.slice(unit.length).trim();
  const written = unit.replace(/\s+/g, '');
  if (trailing !== '') {
    return { ok: false, message: `unexpected "${trailing}" after ${number}${written}` };
  }
  const known = kindOfUnit(written);
  if (known === undefined) {
    const hint = didYouMeanUnit(written, ALL_UNITS, `; units are ${UNIT_LIST}`);
    return { ok: false, message: `there is no unit ${written}${hint}` };
  }
  return { ok: true, quantity: { ...known, ...asWritten(number, written), number: Number(number) } };
}

function asWritten(number: string, unit: string): Pick<Quantity, 'text' | 'written'> {
  return { text: number + unit, written: { number, unit } };
}

function refuseOddNumber(text: string): string | undefined {
  if (/^[+-]?(?:nan|inf(?:inity)?)(?![a-z])/i.test(text)) return `${text} is no number`;
  if (text.startsWith('-')) return `${text} is negative; a limit is 0 or more`;
  if (text.startsWith('+')) return `${text} has a sign; write ${text.slice(1).trim()}`;
  const grouped = /^\d+(?:[_,' ]\d{3})+/.exec(text)?.[0];
  if (grouped !== undefined) return `${grouped} has separators; write ${grouped.replace(/\D/g, '')}`;
  const number = NUMBER.exec(text)?.[0];
  if (number !== undefined && !Number.isFinite(Number(number))) return `${number} is too large a number`;
  return undefined;
}

const UNIT_LIST = '% · ns us ms s m h · B KB MB GB KiB MiB GiB · /s /min';
const ALL_UNITS: readonly string[] = [
  '%',
  ...Object.keys(TIME_UNITS),
  ...Object.keys(SIZE_UNITS),
  ...Object.keys(PER_MINUTE),
  ...Object.keys(SIZE_UNITS).flatMap((size) => Object.keys(PER_MINUTE).map((per) => size + per)),
];

function lookUp(table: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function kindOfUnit(unit: string): Pick<Quantity, 'kind' | 'factor'> | undefined {
  if (unit === '') return { kind: 'bare', factor: 1 };
  if (unit === '%') return { kind: 'share', factor: 0.01 };
  const time = lookUp(TIME_UNITS, unit);
  if (time !== undefined) return { kind: 'time', factor: time };
  const [sizeName = '', perName] = unit.split('/');
  const size = lookUp(SIZE_UNITS, sizeName);
  if (perName === undefined) return size === undefined ? undefined : { kind: 'size', factor: size };
  const per = lookUp(PER_MINUTE, `/${perName}`);
  if (per === undefined) return undefined;
  if (sizeName === '') return { kind: 'rate', factor: per };
  return size === undefined ? undefined : { kind: 'growth', factor: size * per };
}

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  bare: 'a bare number',
  share: 'a percentage',
  time: 'a time',
  size: 'a size',
  rate: 'a rate',
  growth: 'a size per time',
};

/** What a metric of each unit is, and how a limit for it is written. */
const UNIT_USE: Readonly<Record<Unit, { name: string; write: string; kinds: readonly Kind[] }>> = {
  ratio: { name: 'a share', write: '90% or 0.9', kinds: ['share', 'bare'] },
  ms: { name: 'a time', write: '5s or 500ms', kinds: ['time'] },
  bytes: { name: 'a size', write: '500MB or 2GiB', kinds: ['size'] },
  count: { name: 'a count', write: '5', kinds: ['bare'] },
  per_second: { name: 'a rate', write: '5/s or 300/min', kinds: ['rate', 'bare'] },
  bytes_per_minute: { name: 'a size per time', write: '5MB/min', kinds: ['growth'] },
};

/** Of what flows report, whose unit is not known before they do. */
const REPORTED_KINDS: readonly Kind[] = ['bare', 'share', 'time', 'size'];

/**
 * The value in the base unit of the metric called `metric`, or why it cannot be one: times and sizes need a unit
 * (0 does not), a share lies in 0…1 (0…100%).
 * @param unit undefined if it is that of what flows report: the value is in the base unit of its own kind
 */
export function valueFor(quantity: Quantity, metric: string, unit: Unit | undefined): ValueResult {
  const { kind, number, text } = quantity;
  const problem = unit === undefined ? notReported(quantity, metric) : kindProblem(quantity, metric, unit);
  if (problem !== undefined) return { ok: false, message: problem };
  const value = inBaseUnit(quantity);
  if (unit === 'ratio' && value > 1) {
    const meant = kind === 'bare' && number <= 100 ? `; did you mean ${text}%?` : '; a share is at most 100%';
    return { ok: false, message: `${metric} is a share; ${text} is more than all${meant}` };
  }
  return { ok: true, value };
}

function kindProblem(quantity: Quantity, metric: string, unit: Unit): string | undefined {
  const { kind, text } = quantity;
  const use = UNIT_USE[unit];
  if (isOfUnit(quantity, unit)) return undefined;
  return kind === 'bare'
    ? `${metric} is ${use.name}; ${text} needs a unit: write ${withUnit(text, unit)}`
    : `${metric} is ${use.name}; ${text} is ${KIND_NAMES[kind]}; write it as ${use.write}`;
}

/** 0 is one of every unit. */
function isOfUnit({ kind, number }: Pick<Quantity, 'kind' | 'number'>, unit: Unit): boolean {
  return UNIT_USE[unit].kinds.includes(kind) || (kind === 'bare' && number === 0);
}

function notReported({ kind, text }: Quantity, metric: string): string | undefined {
  return REPORTED_KINDS.includes(kind)
    ? undefined
    : `${metric} is what flows report: a count, a share, a time or a size; ${text} is ${KIND_NAMES[kind]}`;
}

/**
 * Why an amount that was written as a limit is none for a metric that flows report, now that they have: it is of another
 * kind than their unit. Undefined if it fits.
 */
export function misfitOf({ number, unit: name }: Quantity['written'], unit: Unit): string | undefined {
  const { kind } = kindOfUnit(name) ?? { kind: 'bare' };
  if (isOfUnit({ kind, number: Number(number) }, unit)) return undefined;
  return `flows report ${UNIT_USE[unit].name}, and ${number}${name} is ${KIND_NAMES[kind]}`;
}

/** The base unit that an amount was written in; undefined if it was a bare number. */
export function unitWritten({ unit }: Quantity['written']): Unit | undefined {
  const kind = kindOfUnit(unit)?.kind ?? 'bare';
  const units: Readonly<Record<Kind, Unit | undefined>> = {
    bare: undefined,
    share: 'ratio',
    time: 'ms',
    size: 'bytes',
    rate: 'per_second',
    growth: 'bytes_per_minute',
  };
  return units[kind];
}

function inBaseUnit({ kind, number, factor }: Quantity): number {
  const value = kind === 'rate' ? (number * factor) / 60 : number * factor;
  // 2.3 · 1000 is 2299.9999999999995: a limit is the decimal that was written, at the 15 digits that a double keeps.
  return Number(value.toPrecision(15));
}

function withUnit(text: string, unit: Unit): string {
  const units: Readonly<Record<Unit, readonly string[]>> = {
    ratio: ['%'],
    ms: ['s', 'ms'],
    bytes: ['MB', 'KB'],
    count: [''],
    per_second: ['/s'],
    bytes_per_minute: ['MB/min', 'KB/min'],
  };
  return units[unit].map((name) => text + name).join(' or ');
}
