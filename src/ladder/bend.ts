import { seededRandom } from '../lib/random.js';
import type { Point } from '../lib/statistics/slopes.js';

/** Where a line does not fit: two lines that meet at `at` do, with a slope each. */
interface Bend {
  readonly at: number;
  readonly below: number;
  readonly above: number;
}

/** Of linear data, with noise alike on all points, at most one series in a hundred is taken to bend. */
const ALPHA = 0.01;
const DRAWS = 2000;
const SEED = 20;
/** Two lines always fit three points. */
const FEWEST = 4;
/** A bend matters where the slopes differ by this share of the steeper one and the last value by this share of the largest. */
const SLOPES_APART = 0.25;
const VALUES_APART = 0.1;
/** A slope of rounding errors, against the steeper one. */
const FLAT = 1e-9;
/** Squares of rounding errors, against those of the values. */
const ROUNDING = 1e-18;

interface Kink {
  readonly at: number;
  /** max(0, x − at) without what a line explains of it. */
  readonly rest: readonly number[];
  readonly square: number;
}

/**
 * Whether points lie on two lines that meet at one of them rather than on one line: the largest share of the line's squared
 * residuals that such a kink explains (the sup-F test for a change of slope: Andrews, "Tests for parameter instability and
 * structural change with unknown change point", Econometrica 61, 1993). How large it is by chance depends on where the
 * points are and on nothing else, so it is drawn for just these. Undefined if one line fits, if the bend is too small to
 * matter, or with fewer than four points.
 */
export function bendOf(points: readonly Point[]): Bend | undefined {
  const sorted = [...points].sort((one, other) => one.x - other.x);
  const [xs, ys] = [sorted.map(({ x }) => x), sorted.map(({ y }) => y)];
  if (sorted.length < FEWEST) return undefined;
  const kinks = xs.slice(1, -1).map((at): Kink => {
    const rest = restOf(xs, hinge(xs, at));
    return { at, rest, square: product(rest, rest) };
  });
  const found = bestKink(xs, ys, kinks);
  if (found === undefined) return undefined;
  const bend = slopesAt(xs, ys, found.kink);
  const change = Math.abs(bend.above - bend.below);
  const top = change * ((xs.at(-1) ?? 0) - bend.at);
  if (change < SLOPES_APART * Math.max(Math.abs(bend.above), Math.abs(bend.below))) return undefined;
  if (top < VALUES_APART * Math.max(...ys.map(Math.abs))) return undefined;
  return chanceOf(xs, kinks, found.share) <= ALPHA ? bend : undefined;
}

/** How often noise on a line is explained as well by a kink. */
function chanceOf(xs: readonly number[], kinks: readonly Kink[], share: number): number {
  const uniform = seededRandom(SEED);
  // Box and Muller's.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let larger = 0;
  for (let draw = 0; draw < DRAWS; draw++)
    if ((bestKink(xs, xs.map(normal), kinks)?.share ?? 0) >= share) larger++;
  return (larger + 1) / (DRAWS + 1);
}

/** Undefined where the line leaves nothing to explain. */
function bestKink(
  xs: readonly number[],
  ys: readonly number[],
  kinks: readonly Kink[],
): { readonly kink: Kink; readonly share: number } | undefined {
  const rest = restOf(xs, ys);
  const left = product(rest, rest);
  if (left <= ROUNDING * product(ys, ys)) return undefined;
  const shares = kinks.map((kink) => ({ kink, share: product(kink.rest, rest) ** 2 / kink.square / left }));
  return shares.reduce<(typeof shares)[number] | undefined>(
    (best, next) => (best === undefined || next.share > best.share ? next : best),
    undefined,
  );
}

/** Of the two lines, by least squares. */
function slopesAt(xs: readonly number[], ys: readonly number[], { at, rest, square }: Kink): Bend {
  const change = product(rest, ys) / square;
  const straight = ys.map((y, index) => y - change * (hinge(xs, at)[index] ?? 0));
  const below = slopeOf(xs, straight);
  const above = below + change;
  // Values that do not change have no slope: what is left is rounding.
  const flat = FLAT * Math.max(Math.abs(below), Math.abs(above));
  return { at, below: Math.abs(below) <= flat ? 0 : below, above: Math.abs(above) <= flat ? 0 : above };
}

function hinge(xs: readonly number[], at: number): readonly number[] {
  return xs.map((x) => Math.max(0, x - at));
}

/** What a line by least squares leaves of the values. */
function restOf(xs: readonly number[], values: readonly number[]): readonly number[] {
  const [x, value] = [average(xs), average(values)];
  const slope = slopeOf(xs, values);
  return values.map((each, index) => each - value - slope * ((xs[index] ?? 0) - x));
}

function slopeOf(xs: readonly number[], values: readonly number[]): number {
  const centre = average(xs);
  const centred = xs.map((x) => x - centre);
  return product(centred, values) / product(centred, centred);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function product(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
