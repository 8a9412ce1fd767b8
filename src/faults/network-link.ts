/** Bytes are sent in slices of this long, in ms: short against what a client notices, long against a timer's step. */
const SLICE = 10;
const SMALLEST_SLICE = 256;

/**
 * A line of limited rate, as a token bucket without a burst: a slice is through when its last byte is, and the next one
 * begins then. It is a function of time, so that a timer that fires late takes nothing from the rate.
 */
export class Link {
  /** Bytes a second. */
  readonly rate: number;
  /** Bytes that are sent as one. */
  readonly slice: number;
  #freeAt = -Infinity;

  constructor(rate: number) {
    this.rate = rate;
    this.slice = Math.max(SMALLEST_SLICE, Math.floor((rate * SLICE) / 1000));
  }

  /** When the next slice can begin, in ms. */
  get freeAt(): number {
    return this.#freeAt;
  }

  /** Sends bytes that have been there since `since`; gives when the last of them is through. */
  transmit(bytes: number, since: number): number {
    this.#freeAt = Math.max(this.#freeAt, since) + (bytes / this.rate) * 1000;
    return this.#freeAt;
  }
}
