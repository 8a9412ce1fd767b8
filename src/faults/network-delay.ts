import type { Latency } from '../model/network-fault.js';

/**
 * A delay in ms, never negative, whose mean is `mean`:
 *
 * - uniform: between mean − jitter and mean + jitter, as toxiproxy and tc netem have it;
 * - normal: jitter is the standard deviation; cut off symmetrically, at 0 and at 2·mean, so that the mean stays;
 * - exponential: mean − jitter at least, and above it an exponential tail with jitter as its standard deviation.
 *
 * `random`: uniform in [0, 1). The jitter is at most the mean.
 */
export function drawDelay({ mean, jitter, distribution }: Latency, random: () => number): number {
  switch (distribution) {
    case 'uniform':
      return mean + (2 * random() - 1) * jitter;
    case 'normal':
      return normalWithin(mean, jitter, random);
    case 'exponential':
      return mean - jitter - Math.log(1 - random()) * jitter;
  }
}

/** Rejection: of a standard deviation that is at most the mean two draws of three or more lie within. */
function normalWithin(mean: number, deviation: number, random: () => number): number {
  for (;;) {
    const delay = mean + standardNormal(random) * deviation;
    if (delay >= 0 && delay <= 2 * mean) return delay;
  }
}

/** Box and Muller (1958). */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
