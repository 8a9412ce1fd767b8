/** A level over time, in pieces that are straight lines, from time 0 on. Where two do not meet it steps. Times in ms. */
type Profile = readonly Piece[];

interface Piece {
  readonly begins: number;
  readonly duration: number;
  readonly from: number;
  readonly to: number;
  /** Level × ms under all pieces before. */
  readonly before: number;
}

interface Stretch {
  readonly level: number;
  readonly duration: number;
  /** At most `duration`; 0 is a step. The first stretch ramps up from nothing. */
  readonly ramp: number;
}

/** A level that is a whole number but for the rounding of a double is that number. */
export const ROUNDING = 1e-9;

export function profileOf(stretches: readonly Stretch[]): Profile {
  const pieces: Piece[] = [];
  let level = 0;
  for (const { level: to, duration, ramp } of stretches) {
    if (ramp > 0) pieces.push(after(pieces.at(-1), { from: level, to, duration: ramp }));
    if (duration > ramp) pieces.push(after(pieces.at(-1), { from: to, to, duration: duration - ramp }));
    level = to;
  }
  return pieces;
}

function after(last: Piece | undefined, line: Pick<Piece, 'from' | 'to' | 'duration'>): Piece {
  return last === undefined
    ? { ...line, begins: 0, before: 0 }
    : { ...line, begins: endOf(last), before: last.before + areaOf(last) };
}

/** ms. */
export function endOfProfile(profile: Profile): number {
  const last = profile.at(-1);
  return last === undefined ? 0 : endOf(last);
}

/**
 * The level as a whole number: on a ramp up the last that was reached, on a ramp down the one that is being left, so that
 * both take as long. At a step it is the new level already; past the end it is 0.
 */
export function wholeLevelAt(profile: Profile, at: number): number {
  const piece = firstPiece(profile, (each) => at < endOf(each));
  if (piece === undefined) return 0;
  const level = piece.from + slopeOf(piece) * (at - piece.begins);
  return piece.to < piece.from ? Math.ceil(level - ROUNDING) : Math.floor(level + ROUNDING);
}

/** Level × ms under the whole profile. */
export function wholeArea(profile: Profile): number {
  const last = profile.at(-1);
  return last === undefined ? 0 : last.before + areaOf(last);
}

/** When the area under the profile reaches `area`, which is less than the whole. */
export function timeOfArea(profile: Profile, area: number): number {
  const piece = firstPiece(profile, (each) => area < each.before + areaOf(each)) ?? profile.at(-1);
  if (piece === undefined) return 0;
  const rest = area - piece.before;
  if (rest <= 0) return piece.begins;
  // from·x + slope·x²/2 = rest, in the form that loses no digits where the slope is small or the level begins at 0.
  const root = Math.sqrt(Math.max(0, piece.from ** 2 + 2 * slopeOf(piece) * rest));
  return piece.begins + (2 * rest) / (piece.from + root);
}

/** The first moment from `at` on at which the level is `level` or more; undefined if it never is again. */
export function timeOfLevel(profile: Profile, level: number, at: number): number | undefined {
  for (const piece of profile) {
    const start = Math.max(at, piece.begins);
    if (start >= endOf(piece)) continue;
    if (piece.from + slopeOf(piece) * (start - piece.begins) >= level) return start;
    if (piece.to >= level) return piece.begins + (level - piece.from) / slopeOf(piece);
  }
  return undefined;
}

/** By bisection: `holds` is false up to some piece and true from there on. */
function firstPiece(profile: Profile, holds: (piece: Piece) => boolean): Piece | undefined {
  let low = 0;
  let high = profile.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(profile[middle] as Piece)) high = middle;
    else low = middle + 1;
  }
  return profile[low];
}

function endOf({ begins, duration }: Piece): number {
  return begins + duration;
}

function areaOf({ from, to, duration }: Piece): number {
  return ((from + to) / 2) * duration;
}

function slopeOf({ from, to, duration }: Piece): number {
  return (to - from) / duration;
}
