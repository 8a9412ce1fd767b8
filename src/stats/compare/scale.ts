import type { ComparedMetric } from '../../model/comparison.js';

/*
 * Differences are on a scale of their own, turned so that more is worse: ln(head ÷ base) if relative, head − base if
 * absolute or a rate, with the sign turned around for a metric that is worse when lower.
 */

/** 2%: two builds of the same code differ by that much for reasons of memory layout alone. */
export const RELATIVE_MARGIN = 0.02;

/** The difference of one pair; undefined if it has none. */
export function differenceOf(
  { scale, worse }: ComparedMetric,
  base: number,
  head: number,
): number | undefined {
  const sign = worse === 'higher' ? 1 : -1;
  if (scale !== 'relative') return sign * (head - base);
  if (base === 0 && head === 0) return 0;
  return base > 0 && head > 0 ? sign * Math.log(head / base) : undefined;
}

/** The change that a difference means: head ÷ base − 1, or head − base. */
export function changeOf({ scale, worse }: ComparedMetric, difference: number): number {
  const signed = worse === 'higher' ? difference : 0 - difference;
  return scale === 'relative' ? Math.expm1(signed) : signed;
}

export function limitOf(metric: ComparedMetric): number {
  return worsening(metric, metric.limit);
}

export function marginOf(metric: ComparedMetric): number {
  return worsening(metric, metric.margin ?? (metric.scale === 'relative' ? RELATIVE_MARGIN : 0));
}

/** The difference that a change for the worse of this size makes. */
function worsening({ scale, worse }: ComparedMetric, amount: number): number {
  if (scale !== 'relative') return amount;
  return worse === 'higher' ? Math.log1p(amount) : -Math.log1p(-amount);
}
