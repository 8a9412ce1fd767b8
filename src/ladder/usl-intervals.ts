import { studentQuantile } from '../lib/statistics/slopes.js';
import { type UslInterval, type UslIntervals, uslDivisor } from '../model/ladder.js';
import type { Usl, UslPoint } from './usl.js';

const CONFIDENCE = 0.95;
const PARAMETERS = 3;
/** Halvings of a bound's bracket, and doublings in search of one. */
const STEPS = 40;
/** Of a profile: a grid first, then golden sections around its best. */
const GRID = 24;
const SECTIONS = 30;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Squares of rounding errors, against those of the throughput: points that lie on a law leave this much. */
const ROUNDING = 1e-12;

/** Contention and coherency; the throughput of one alone follows from them and the points. */
type Shape = Pick<Usl, 'sigma' | 'kappa'>;

/** Squared residuals, each in its own unit: that of the throughput at large, or the rung's own throughput. */
type Residual = (shape: Shape) => number;

/**
 * Intervals of 95% by the profile of the squared residuals: a value is in it if the best law with that value fits no worse
 * than S·(1 + t² ÷ (n − 3)), S being what the best law of all leaves and t Student's quantile (Bates and Watts, "Nonlinear
 * regression analysis and its applications", 1988, section 6.1). The delta method, which takes the law for a line, holds
 * the knee in 77% of runs. Whether noise is the same on all rungs or grows with the throughput is not known of so few, so
 * each interval holds both that of the one and that of the other. Undefined with fewer than four points, which leave
 * nothing to tell the noise by.
 */
export function uslIntervals(points: readonly UslPoint[], best: Usl): UslIntervals | undefined {
  const known = points.filter(({ throughput }) => throughput > 0);
  if (known.length <= PARAMETERS) return undefined;
  const scale = Math.max(...known.map(({ throughput }) => throughput));
  const one = profileOf(
    known.length,
    residualOf(known, () => scale),
    best,
  );
  const other = profileOf(
    known.length,
    residualOf(known, ({ throughput }) => throughput),
    best,
  );
  return {
    sigma: around(one.sigma, other.sigma),
    kappa: around(one.kappa, other.kappa),
    knee: around(one.knee, other.knee),
  };
}

function around(one: UslInterval, other: UslInterval): UslInterval {
  const high = one.high === null || other.high === null ? null : Math.max(one.high, other.high);
  return { low: Math.min(one.low, other.low), high };
}

function profileOf(count: number, residual: Residual, { sigma, kappa }: Shape): UslIntervals {
  const bySigma = { from: 0, to: 1, around: sigma };
  const byKappa = { from: 0, to: 1, around: kappa };
  const atSigma = (each: number): Lowest =>
    lowest((other) => residual({ sigma: each, kappa: other }), byKappa);
  const atKappa = (each: number): Lowest =>
    lowest((other) => residual({ sigma: other, kappa: each }), bySigma);
  // By 1 ÷ N*², which is 0 where throughput never falls and 1 where it falls from the first on: κ = (1 − σ) ÷ N*².
  const atKnee = (each: number): Lowest =>
    lowest((other) => residual({ sigma: other, kappa: (1 - other) * each }), bySigma);
  const best = lowest((each) => atSigma(each).value, bySigma);
  const bestKappa = atSigma(best.at).at;
  const freedom = count - PARAMETERS;
  const most =
    Math.max(best.value, count * ROUNDING) * (1 + studentQuantile(1 - CONFIDENCE, freedom) ** 2 / freedom);
  const fits = (at: (each: number) => Lowest) => (each: number) => at(each).value <= most;
  const inverse = Math.min(1, bestKappa / Math.max(1 - best.at, bestKappa, Number.MIN_VALUE));
  const knee = bounds(inverse, fits(atKnee), 1);
  return {
    sigma: bounds(best.at, fits(atSigma)),
    kappa: bounds(bestKappa, fits(atKappa)),
    knee: { low: 1 / Math.sqrt(knee.high ?? 1), high: knee.low === 0 ? null : 1 / Math.sqrt(knee.low) },
  };
}

/** What a law of this shape leaves, its λ by least squares: λ = Σ f·X ÷ Σ f² with f = N ÷ D, both in the rung's unit. */
function residualOf(points: readonly UslPoint[], unitOf: (point: UslPoint) => number): Residual {
  return (shape) => {
    let [products, squares, all] = [0, 0, 0];
    for (const point of points) {
      const divisor = uslDivisor(shape, point.flows);
      if (!(divisor > 0)) return Infinity;
      const unit = unitOf(point);
      const share = point.flows / divisor / unit;
      const value = point.throughput / unit;
      products += share * value;
      squares += share ** 2;
      all += value ** 2;
    }
    return Math.max(0, all - products ** 2 / squares);
  };
}

interface Lowest {
  readonly at: number;
  readonly value: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
  /** The best place of all, which that of a neighbour is near. */
  readonly around: number;
}

/** The least value of a function over a range: on a grid that grows with the distance from 0, then by golden sections. */
function lowest(of: (at: number) => number, { from, to, around }: Range): Lowest {
  const powers = Array.from({ length: GRID }, (_unused, step) => to * 10 ** (-step / 3));
  const places = [from, ...powers, around].sort((a, b) => a - b);
  const values = places.map(of);
  const best = values.indexOf(Math.min(...values));
  let [low, high] = [places[best - 1] ?? from, places[best + 1] ?? to];
  for (let section = 0; section < SECTIONS; section++) {
    const [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (of(left) < of(right)) high = right;
    else low = left;
  }
  const middle = (low + high) / 2;
  const [onGrid, between] = [values[best] ?? Infinity, of(middle)];
  return between < onGrid ? { at: middle, value: between } : { at: places[best] ?? from, value: onGrid };
}

/** Where values from `best` down to 0, and up to `highest`, cease to fit; high is null if none up there does. */
function bounds(best: number, fits: (value: number) => boolean, highest = Infinity): UslInterval {
  const low = fits(0) ? 0 : edge(best, 0, fits);
  if (highest < Infinity) return { low, high: fits(highest) ? highest : edge(best, highest, fits) };
  let outside = Math.max(2 * best, 1e-6);
  for (let doubling = 0; doubling < STEPS; doubling++, outside *= 2)
    if (!fits(outside)) return { low, high: edge(best, outside, fits) };
  return { low, high: null };
}

/** Between a value that fits and one that does not. */
function edge(inside: number, outside: number, fits: (value: number) => boolean): number {
  let [good, bad] = [inside, outside];
  for (let halving = 0; halving < STEPS; halving++) {
    const middle = (good + bad) / 2;
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
