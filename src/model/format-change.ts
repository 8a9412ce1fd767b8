import type { ComparisonScale } from './comparison.js';
import { formatQuantity, NO_DATA } from './format.js';
import type { Unit } from './metrics.js';

/** How a change is measured, and, where it is absolute, in which unit. */
export interface ChangeUnit {
  readonly scale: ComparisonScale;
  readonly unit: Unit;
}

const MINUS = '\u2212';

/** `+9.8%`, `−0.4%`, `0%`, from a ratio: tenths of a per cent, hundredths where there are no tenths. */
export function formatPercentChange(change: number | null): string {
  return withSign(change, (amount) => `${perCent(amount)}%`);
}

/**
 * A change with its sign: `+9.8%` if relative, `+12 MB` if absolute, `−1.5 points` of a rate (a ratio, ×100). A change
 * that is rounded to nothing is `0%`.
 */
export function formatChange(change: number | null, unit: ChangeUnit): string {
  return withSign(change, (amount) => formatAmount(amount, unit));
}

/** How much it is, without a sign: `9.8%`, `12 MB`, `1.5 points`. */
export function formatAmount(amount: number, { scale, unit }: ChangeUnit): string {
  switch (scale) {
    case 'relative':
      return `${perCent(amount)}%`;
    case 'absolute':
      return formatQuantity(amount, unit);
    case 'rate':
      return points(perCent(amount));
  }
}

/** `+7.1% … +12.6%`, `−5.2 … −1.1 points`; undefined without bounds. */
export function formatChanges(low: number | null, high: number | null, unit: ChangeUnit): string | undefined {
  if (low === null || high === null) return undefined;
  const [from, to] = [formatChange(low, unit), formatChange(high, unit)];
  return `${unit.scale === 'rate' ? from.replace(/ points?$/u, '') : from} … ${to}`;
}

function withSign(change: number | null, format: (amount: number) => string): string {
  if (change === null || !Number.isFinite(change)) return NO_DATA;
  const text = format(Math.abs(change));
  if (!/[1-9]/u.test(text)) return text;
  return `${change < 0 ? MINUS : '+'}${text}`;
}

function points(amount: string): string {
  return `${amount} ${amount === '1' ? 'point' : 'points'}`;
}

function perCent(amount: number): string {
  const scaled = amount * 100;
  const decimals = scaled >= 99.95 ? 0 : scaled >= 0.095 ? 1 : 2;
  return String(Number(scaled.toFixed(decimals)));
}
