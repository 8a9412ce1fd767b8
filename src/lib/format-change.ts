import type { ComparisonResult, ComparisonScale } from '../model/comparison.js';
import { formatConfidence, formatExact, NO_DATA, plural } from './format.js';
import type { Unit } from '../model/metrics.js';

/** How a change is measured, and, where it is absolute, in which unit. */
export interface ChangeUnit {
  readonly scale: ComparisonScale;
  readonly unit: Unit;
  /**
   * Changes that decide, such as limit and margin: what is shown lies on the same side of each of them as what is known,
   * with as many digits as that takes.
   */
  readonly marks?: readonly number[];
}

const MINUS = '\u2212';
const DIGITS = 3;
/** Beyond those that are shown elsewhere; what still can not be told from a mark is shown without them. */
const MORE_DECIMALS = 8;

type Rounding = (figure: number) => number;

const nearest: Rounding = (figure) => Math.sign(figure) * Math.round(Math.abs(figure));

/** `+9.8%`, `−0.4%`, `0%`, from a ratio: tenths of a per cent, hundredths where there are no tenths. */
export function formatPercentChange(change: number | null): string {
  return formatChange(change, { scale: 'relative', unit: 'ratio' });
}

/**
 * A change with its sign: `+9.8%` if relative, `+12 MB` if absolute, `−1.5 points` of a rate (a ratio, ×100). A change
 * that is rounded to nothing is `0%`.
 */
export function formatChange(change: number | null, unit: ChangeUnit): string {
  return withSign(change, unit, nearest);
}

/** How much it is, without a sign: `9.8%`, `12 MB`, `1.5 points`. */
export function formatAmount(amount: number, unit: ChangeUnit): string {
  return textOf(rounded(amount, unit, nearest), unit);
}

/**
 * `+7.1% … +12.6%`, `−5.2 … −1.1 points`; undefined without bounds. Rounded outwards, so that no more is claimed than is
 * known: what holds 0 is never shown to end at it.
 */
export function formatChanges(low: number | null, high: number | null, unit: ChangeUnit): string | undefined {
  if (low === null || high === null) return undefined;
  const [from, to] = [withSign(low, unit, Math.floor), withSign(high, unit, Math.ceil)];
  return `${unit.scale === 'rate' ? from.replace(/ points?$/u, '') : from} … ${to}`;
}

/** `9.8%`, of a change for the better or for the worse: which of them it is, other words tell. */
export function formatSize(change: number | null, unit: ChangeUnit): string {
  return formatChange(change, unit).replace(/^[+\u2212]/u, '');
}

/** How sure a change is: `99% interval +7.1% … +12.6%, 24 pairs`; without bounds `24 pairs`. */
export function certaintyWords(
  { low, high, confidence, pairs }: Pick<ComparisonResult, 'low' | 'high' | 'confidence' | 'pairs'>,
  unit: ChangeUnit,
): string {
  const interval = formatChanges(low, high, unit);
  const known =
    interval === undefined || confidence === null
      ? ''
      : `${formatConfidence(confidence)} interval ${interval}, `;
  return `${known}${plural(pairs, 'pair')}`;
}

function withSign(change: number | null, unit: ChangeUnit, rounding: Rounding): string {
  if (change === null || !Number.isFinite(change)) return NO_DATA;
  const figure = rounded(change, unit, rounding);
  const sign = figure === 0 ? '' : figure < 0 ? MINUS : '+';
  return `${sign}${textOf(Math.abs(figure), unit)}`;
}

/** In the figures that are shown, with the fewest decimals that leave it on its side of every mark. */
function rounded(change: number, unit: ChangeUnit, rounding: Rounding): number {
  const figure = figureOf(change, unit);
  const marks = (unit.marks ?? []).map((mark) => figureOf(mark, unit));
  const fewest = decimalsOf(Math.abs(figure), unit);
  const withDecimals = (decimals: number): number =>
    clean(rounding(clean(figure * 10 ** decimals)) / 10 ** decimals);
  for (let decimals = fewest; decimals <= fewest + MORE_DECIMALS; decimals++) {
    const shown = withDecimals(decimals);
    if (marks.every((mark) => Math.sign(shown - mark) === Math.sign(figure - mark))) return shown;
  }
  return withDecimals(fewest);
}

function figureOf(change: number, { scale }: ChangeUnit): number {
  return clean(scale === 'absolute' ? change : change * 100);
}

/** 0.071 × 100 is a little more than 7.1, and would be rounded up to 7.2. */
function clean(figure: number): number {
  return Number(figure.toPrecision(12));
}

function decimalsOf(amount: number, { scale, unit }: ChangeUnit): number {
  if (scale !== 'absolute') return amount >= 99.95 ? 0 : amount >= 0.095 ? 1 : 2;
  if (amount === 0 || (unit === 'count' && Number.isInteger(amount))) return 0;
  // Minutes have whole seconds.
  if (unit === 'ms' && amount >= 60_000) return -3;
  return DIGITS - 1 - Math.floor(Math.log10(amount));
}

function textOf(figure: number, { scale, unit }: ChangeUnit): string {
  switch (scale) {
    case 'relative':
      return `${formatExact(figure, 'count')}%`;
    case 'absolute':
      return formatExact(figure, unit);
    case 'rate':
      return `${formatExact(figure, 'count')} ${figure === 1 ? 'point' : 'points'}`;
  }
}
