import { seededRandom } from '../lib/random.js';

/** The five crews that an article goes through, in this order; each is a step of the flow. */
export const CREWS = ['research', 'audience', 'draft', 'style', 'quality'] as const;

export type Crew = (typeof CREWS)[number];

/** Share of a flow's time that each crew takes. */
export const SHARES: Readonly<Record<Crew, number>> = {
  research: 0.22,
  audience: 0.11,
  draft: 0.41,
  style: 0.14,
  quality: 0.12,
};

/** What the articles are about. */
const SUBJECTS = [
  'release notes that people read',
  'error messages that say what to do next',
  'the first hour with a new tool',
  'incident reports without blame',
  'documentation as part of the change',
  'reviews that teach',
  'tests as a description',
  'names that outlive their authors',
] as const;

/** ms of the shortest flow, and how much longer the longest one is: the mean is shortest + spread ÷ 4, see `paceOf`. */
const SHORTEST_MS = 1985;
const SPREAD_MS = 620;

/** One flow in so many is given up by its model: 2%. */
export const FAILS_EVERY = 50;

/** What one flow has to write, how long its models will take, and whether one of them gives up. */
export interface Assignment {
  readonly subject: string;
  /** ms that the models of each crew take. */
  readonly latency: Readonly<Record<Crew, number>>;
  /** The crew whose model gives up; undefined in most flows. */
  readonly failsIn: Crew | undefined;
  /** Where in its answer the model gives up, 0…1. */
  readonly failsAt: number;
}

/** What is known of a flow before anything is drawn for it. */
export interface Givens {
  readonly speed: number;
  readonly fails: boolean;
}

/**
 * Whether the model gives up on this flow: a systematic sample (Madow and Madow 1944) of one in FAILS_EVERY, whose start
 * is drawn from the seed. Flows drawn each for itself would now and then fail two in ten, which the default gate on
 * success refuses: in 1.6% of the seeds the demo would fail with nothing wrong. Those of the warm-up, 0, never fail.
 */
export function givesUp(seed: number, iteration: number): boolean {
  const start = Math.floor(seededRandom(seed)() * FAILS_EVERY) + 1;
  return iteration > 0 && (iteration - start) % FAILS_EVERY === 0;
}

/** Draws one assignment. The same random numbers give the same assignment; `speed` 10 makes it ten times as fast. */
export function assign(random: () => number, { speed, fails }: Givens): Assignment {
  const failsAt = random();
  const crew = pick(CREWS, random());
  const subject = pick(SUBJECTS, random());
  const pace = paceOf(random()) / speed;
  return { subject, latency: latencies(pace, random), failsIn: fails ? crew : undefined, failsAt };
}

/** ms from a uniform draw. Cubed, as answers of models are: many quick ones, few slow ones. */
function paceOf(draw: number): number {
  return SHORTEST_MS + SPREAD_MS * draw ** 3;
}

/** Divides the pace among the crews by their shares, each of them a tenth off at most. */
function latencies(pace: number, random: () => number): Readonly<Record<Crew, number>> {
  const weights = CREWS.map((crew) => SHARES[crew] * (0.9 + 0.2 * random()));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const entries = CREWS.map((crew, at) => [crew, (pace * (weights[at] ?? 0)) / sum] as const);
  return Object.fromEntries(entries) as Record<Crew, number>;
}

/** The item that a uniform draw in [0, 1) falls on. */
export function pick<T>(items: readonly [T, ...T[]], draw: number): T {
  return items[Math.floor(draw * items.length)] ?? items[0];
}
