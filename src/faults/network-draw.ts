import type { Latency, NetworkFaultPlan, Toxic } from '../model/network-fault.js';
import { seededRandom, seedOf } from '../stats/random.js';

/** What one connection meets, with the random numbers that are its own. */
export interface MetToxic<T extends Toxic = Toxic> {
  readonly toxic: T;
  readonly random: () => number;
}

/**
 * The toxics of the plan that the n-th connection (from 1) meets. One number is drawn for each toxic whatever its
 * probability is, so that changing one leaves the others as they were.
 */
export function toxicsMet(
  { toxics }: Pick<NetworkFaultPlan, 'toxics'>,
  seed: number,
  connection: number,
): MetToxic[] {
  const own = seedOf(seed, connection);
  const random = seededRandom(own);
  return toxics
    .map((toxic, index) => ({ toxic, luck: random(), random: seededRandom(seedOf(own, index + 1)) }))
    .filter(({ toxic, luck }) => luck < toxic.probability)
    .map(({ toxic, random: ofToxic }) => ({ toxic, random: ofToxic }));
}

/** Those of one kind. */
export function ofKind<K extends Toxic['kind']>(
  met: readonly MetToxic[],
  kind: K,
): MetToxic<Extract<Toxic, { kind: K }>>[] {
  return met.filter(({ toxic }) => toxic.kind === kind) as MetToxic<Extract<Toxic, { kind: K }>>[];
}

/**
 * A delay in ms, drawn evenly between mean − jitter and mean + jitter, as toxiproxy and tc netem have it. The jitter is
 * at most the mean. `random`: uniform in [0, 1).
 */
export function drawDelay({ mean, jitter }: Pick<Latency, 'mean' | 'jitter'>, random: () => number): number {
  return mean + (2 * random() - 1) * jitter;
}
