/** What others would say of rounds of two trees: one number a round, more is slower. */

/** Welch's interval of the relative difference of the means, each bound missed with `miss`. */
export function welch(base, head, miss) {
  const [before, after] = [momentsOf(base), momentsOf(head)];
  const [ofBefore, ofAfter] = [before.variance / base.length, after.variance / head.length];
  const degrees =
    (ofBefore + ofAfter) ** 2 / (ofBefore ** 2 / (base.length - 1) + ofAfter ** 2 / (head.length - 1));
  const half = studentQuantile(miss, degrees) * Math.sqrt(ofBefore + ofAfter);
  const difference = after.mean - before.mean;
  return { low: (difference - half) / before.mean, high: (difference + half) / before.mean };
}

/** Whether the first half of the rounds and the second would be taken for different, beyond a margin. */
export function baseThenHead(times, { miss, margin = 0 }) {
  const half = times.length >> 1;
  const { low, high } = welch(times.slice(0, half), times.slice(half, 2 * half), miss);
  return low > margin || high < -margin;
}

/** Whether head would be taken for slower by a run of base and then one of head: the first half of one, the second of the other. */
export function slowerByHalves(times, { miss, margin }) {
  const half = times.length >> 2;
  const base = times.filter((_, index) => index % 2 === 0).slice(0, half);
  const head = times.filter((_, index) => index % 2 === 1).slice(-half);
  return welch(base, head, miss).low > margin;
}

const FIRST = 50;
const STEP = 10;

/**
 * Tachometer's stopping rule (its runner.ts and stats.ts) on rounds as they come, the trees in turn: 50 of each, then 10
 * more of each until the 95% interval of the relative difference leaves out the horizon 0%, at most `most` of each.
 */
export class Tachometer {
  #times = [];
  #most;

  constructor(most) {
    this.#most = most;
  }

  /** How many of the comparisons that ended with these rounds claim a difference: [claims, ended]. */
  take(times) {
    let claims = 0;
    let ended = 0;
    for (const time of times) {
      this.#times.push(time);
      const each = this.#times.length / 2;
      if (each < FIRST || (each - FIRST) % STEP !== 0) continue;
      const { low, high } = welch(this.#every(0), this.#every(1), 0.025);
      const claimed = low > 0 || high < 0;
      if (!claimed && each < this.#most) continue;
      claims += claimed ? 1 : 0;
      ended += 1;
      this.#times = [];
    }
    return [claims, ended];
  }

  #every(from) {
    return this.#times.filter((_, index) => index % 2 === from);
  }
}

function momentsOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}

/** Upper quantile of Student's t by Fisher's expansion (Abramowitz and Stegun 26.7.5): within 0.002 from 15 degrees on. */
function studentQuantile(miss, degrees) {
  const z = upperNormal(miss);
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + first / degrees + second / degrees ** 2;
}

/** z with P(Z > z) = p for 0 < p < ½, within 0.00045 (Abramowitz and Stegun 26.2.23). */
function upperNormal(p) {
  const t = Math.sqrt(-2 * Math.log(p));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  return t - above / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
