import { Mean } from '../lib/statistics/distribution.js';
import { SIZE_UNITS, TIME_UNITS } from '../lib/units.js';
import type { Reported, ReportedUnit } from '../model/flow.js';

/*
 * What flows report themselves: names and amounts, in units that their author chose. `Reports` adds them up by name and
 * unit; `reportedOf` turns them into base units, once, where they enter. That a name has
 * one kind of unit over all flows is seen where flows come together (measure/reported).
 */

/** As a flow gave it, or the sum of several such reports. No unit: a number of something. */
export interface Report {
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
}

interface Base {
  readonly unit: ReportedUnit;
  /** Base units in one of the unit. */
  readonly factor: number;
}

function basesOf(table: Readonly<Record<string, number>>, unit: ReportedUnit): readonly [string, Base][] {
  return Object.entries(table).map(([name, factor]) => [name, { unit, factor }]);
}

/** Units of thresholds (lib/quantity), but for rates; a share may be a ratio too. */
const BASES: ReadonlyMap<string, Base> = new Map([
  ['', { unit: 'count', factor: 1 }],
  ['%', { unit: 'ratio', factor: 0.01 }],
  ['ratio', { unit: 'ratio', factor: 1 }],
  ...basesOf(TIME_UNITS, 'ms'),
  ...basesOf(SIZE_UNITS, 'bytes'),
]);

/** Names of one flow, by unit: one more than is recorded, so that it is seen that there are more. */
const MOST_REPORTS = 101;
/** Characters of a name: more than are recorded. */
const LONGEST_NAME = 201;

/** The reports of one flow: a million of one name take no more room than one. */
export class Reports {
  readonly #sums = new Map<string, { readonly name: string; readonly unit: string; readonly sum: Mean }>();

  /** @throws Error for what can not be added up, in words for the author of the flow */
  add(name: unknown, value: unknown, unit: unknown): void {
    const { factor, ...report } = checked(name, value, unit);
    // No unit has a space in it.
    const key = `${report.unit} ${report.name}`;
    const known = this.#sums.get(key);
    if (!Number.isFinite(((known?.sum.sum ?? 0) + report.value) * factor))
      throw new Error(tooMuch(report.name));
    if (known !== undefined) known.sum.add(report.value);
    else if (this.#sums.size < MOST_REPORTS) {
      const sum = new Mean();
      sum.add(report.value);
      this.#sums.set(key, { name: report.name, unit: report.unit, sum });
    }
  }

  get isEmpty(): boolean {
    return this.#sums.size === 0;
  }

  all(): readonly Report[] {
    return [...this.#sums.values()].map(({ name, unit, sum }) => ({
      name,
      value: sum.sum,
      ...(unit === '' ? {} : { unit }),
    }));
  }
}

/** Plain code may give anything. */
function checked(name: unknown, value: unknown, given: unknown): Required<Report> & Pick<Base, 'factor'> {
  if (typeof name !== 'string' || name.trim() === '')
    throw new Error(`metric(NAME, VALUE, UNIT) needs a name, not ${shown(name)}`);
  const cut = name.slice(0, LONGEST_NAME);
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Error(`metric(${cut}) must be a finite number, not ${shown(value)}`);
  const unit = given ?? '';
  const base = typeof unit === 'string' ? BASES.get(unit) : undefined;
  if (typeof unit !== 'string' || base === undefined) throw new Error(noUnit(cut, shown(unit)));
  return { name: cut, value, unit, factor: base.factor };
}

/** Characters of a value that is named in an error. */
const LONGEST_SHOWN = 40;

function shown(value: unknown): string {
  return value === '' ? '""' : String(value).slice(0, LONGEST_SHOWN);
}

/**
 * The reports of one flow in base units, each name once; one that came in two kinds of unit once for each. What can not
 * be read is left out and told in words: the flow fails for it.
 */
export function reportedOf(reports: readonly Report[]): {
  readonly metrics: readonly Reported[];
  readonly problem?: string;
} {
  const metrics: Reported[] = [];
  let problem: string | undefined;
  for (const { name, value, unit = '' } of reports) {
    const base = BASES.get(unit);
    if (base === undefined) problem ??= noUnit(name, shown(unit));
    else if (!Number.isFinite(value * base.factor)) problem ??= tooMuch(name);
    else metrics.push({ name, value: rounded(value * base.factor), unit: base.unit });
  }
  return { metrics: addedUp(metrics), ...(problem === undefined ? {} : { problem }) };
}

/** The reports of several attempts, or by several units of one kind, as one. */
export function addedUp(metrics: readonly Reported[]): readonly Reported[] {
  const sums = new Map<string, Reported>();
  for (const each of metrics) {
    const key = `${each.unit} ${each.name}`;
    const known = sums.get(key);
    sums.set(key, known === undefined ? each : { ...each, value: rounded(held(known.value + each.value)) });
  }
  return [...sums.values()];
}

/** Within what a number can hold. */
function held(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** 2.3 · 1000 is 2299.9999999999995: an amount is the decimal that was given, as a limit is. */
function rounded(value: number): number {
  return Number(value.toPrecision(15));
}

const UNIT_LIST = 'none, %, ratio, ns us ms s m h, B KB MB GB KiB MiB GiB';

function noUnit(name: string, unit: string): string {
  return `metric(${name}): there is no unit ${unit}; units are ${UNIT_LIST}`;
}

function tooMuch(name: string): string {
  return `metric(${name}): what the flow reported comes to more than a number can hold`;
}
