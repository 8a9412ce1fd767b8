import { PARTS } from '../../checks/growth/envelope.js';
import { floorOf, MEMORY_FLOOR } from '../../checks/growth/slope.js';
import { formatBytes, plural } from '../../lib/format.js';
import { distributionOf, percentile } from '../../lib/statistics/distribution.js';
import { slopeInterval } from '../../lib/statistics/slopes.js';
import type {
  Compared,
  ComparedGrowth,
  GrowthDifference,
  GrowthSlope,
  Pair,
  Round,
} from '../../model/comparison.js';

interface GrowthCircumstances {
  readonly services: NonNullable<Compared['rounds']>['services'];
  /** How people call base. */
  readonly base: string;
  /** Somebody asked for the check `growth`, and is told why nothing is known. */
  readonly asked: boolean;
}

type HeldBy = keyof NonNullable<Round['held']>;

const SUBJECTS: readonly { readonly name: string; readonly by: HeldBy }[] = [
  { name: 'memory of the service', by: 'service' },
  { name: 'memory of the host process', by: 'host' },
];

/**
 * How what outlives the flows grew on both sides of a comparison. Pairs that were dropped count: others' load moves
 * times, and not what a process holds. Undefined if nothing is known and nobody asked.
 */
export function comparedGrowth(
  pairs: readonly Pair[],
  circumstances: GrowthCircumstances,
): ComparedGrowth | undefined {
  const { services, asked } = circumstances;
  const found = services === 'restart' ? [] : differencesOf(pairs, circumstances);
  if (found.length > 0) return { found };
  return asked ? { found, unknown: whyUnknown(pairs, circumstances) } : undefined;
}

function differencesOf(pairs: readonly Pair[], { base }: GrowthCircumstances): GrowthDifference[] {
  return SUBJECTS.flatMap(({ name, by }) => {
    const figures = growthDifference(levelsOf(pairs, by));
    if (figures === undefined) return [];
    const difference = { subject: name, ...figures };
    return [{ ...difference, sentence: growthSentence(difference, base) }];
  });
}

function levelsOf(pairs: readonly Pair[], by: HeldBy): readonly PairLevels[] {
  const before = { base: 0, head: 0 };
  return pairs.flatMap(({ base, head }) => {
    const flows = { ...before };
    before.base += base.flows.started;
    before.head += head.flows.started;
    const [ofBase, ofHead] = [base.held?.[by], head.held?.[by]];
    if (ofBase === undefined || ofHead === undefined) return [];
    return [{ base: { flows: flows.base, value: ofBase }, head: { flows: flows.head, value: ofHead } }];
  });
}

function whyUnknown(pairs: readonly Pair[], { services }: GrowthCircumstances): string {
  if (services === 'restart') return 'services are started anew for each round';
  const held = Math.max(...SUBJECTS.map(({ by }) => levelsOf(pairs, by).length));
  if (held === 0) return 'nothing that outlives the flows was watched on both sides';
  const watched = held < pairs.length ? ' in which it was watched on both sides' : '';
  return `it takes ${FEWEST_PAIRS} pairs of rounds, and there were ${held}${watched}`;
}

/** What one side held in a round, and how many flows it had run before, in the rounds of the comparison. */
export interface RoundLevel {
  readonly flows: number;
  /** Resident bytes, the lowest of the round. */
  readonly value: number;
}

export interface PairLevels {
  readonly base: RoundLevel;
  readonly head: RoundLevel;
}

type DifferenceFigures = Omit<GrowthDifference, 'subject' | 'sentence'>;

/** Share of the pairs in which both sides warm up, as in checks/growth/slope. */
const WARM_UP = 1 / 3;
/** After the warm-up they are one for each part. */
export const FEWEST_PAIRS = (PARTS * 3) / 2;
const CONFIDENCE = 0.99;

/**
 * How much more head grows with every flow than base, by pairs of rounds in the order of the run: what both do alike
 * (code that is compiled, pools that are filled, a machine that takes pages back) is in neither the difference nor its
 * interval. The lowest level of either side in each of eight parts counts, since collectors of the two do not come at
 * the same time. `more`: the lower ends of head's own interval and of that of the difference, over the flows judged,
 * are both above the floor of the check `growth`, so that two that wander do not alarm more often than one would.
 * Undefined for fewer than twelve pairs.
 */
export function growthDifference(pairs: readonly PairLevels[]): DifferenceFigures | undefined {
  if (pairs.length < FEWEST_PAIRS) return undefined;
  const parts = lowestOfParts(pairs.slice(Math.ceil(pairs.length * WARM_UP)));
  const [first, last] = [parts[0], parts.at(-1)];
  const base = slopeOf(parts, ({ base: from }, { base: to }) => slopeBetween(from, to));
  const head = slopeOf(parts, ({ head: from }, { head: to }) => slopeBetween(from, to));
  const difference = slopeOf(parts, differenceBetween);
  if (!first || !last || !base || !head || !difference) return undefined;
  const flows = last.head.flows - first.head.flows;
  const noise = floorOf({ flows, from: first.head.value }, MEMORY_FLOOR);
  const figures = { base, head, difference, flows, noise };
  return { ...figures, pairs: pairs.length, outcome: outcomeOf(figures) };
}

/** What does not grow by itself does not leak, however fast the other one shrinks. */
function outcomeOf({
  base,
  head,
  difference,
  flows,
  noise,
}: Pick<
  DifferenceFigures,
  'base' | 'head' | 'difference' | 'flows' | 'noise'
>): DifferenceFigures['outcome'] {
  if (Math.min(difference.low, head.low) * flows > noise) return 'more';
  if (Math.min(-difference.high, base.low) * flows > noise) return 'less';
  return 'alike';
}

function lowestOfParts(pairs: readonly PairLevels[]): readonly PairLevels[] {
  const parts: PairLevels[] = [];
  for (let part = 0; part < PARTS; part++) {
    const [from, to] = [part, part + 1].map((end) => Math.round((end * pairs.length) / PARTS));
    const lowest = pairs.slice(from, to).reduce<PairLevels | undefined>(lowerOf, undefined);
    if (lowest !== undefined) parts.push(lowest);
  }
  return parts;
}

function lowerOf(lowest: PairLevels | undefined, pair: PairLevels): PairLevels {
  if (lowest === undefined) return pair;
  return {
    base: pair.base.value < lowest.base.value ? pair.base : lowest.base,
    head: pair.head.value < lowest.head.value ? pair.head : lowest.head,
  };
}

/** The median of the slopes between any two parts, with the interval of Kendall's distribution (see `slopeInterval`). */
function slopeOf(
  parts: readonly PairLevels[],
  between: (from: PairLevels, to: PairLevels) => number,
): GrowthSlope | undefined {
  const slopes = parts.flatMap((from, index) => parts.slice(index + 1).map((to) => between(from, to)));
  const distribution = slopes.every(Number.isFinite) ? distributionOf(slopes) : undefined;
  if (distribution === undefined) return undefined;
  return {
    perFlow: percentile(distribution, 50),
    ...slopeInterval(distribution.sorted, parts.length, CONFIDENCE),
  };
}

/** Each by the flows of its own side: the faster one of two that run for a given time has more of them. */
function differenceBetween(from: PairLevels, to: PairLevels): number {
  return slopeBetween(from.head, to.head) - slopeBetween(from.base, to.base);
}

function slopeBetween(from: RoundLevel, to: RoundLevel): number {
  return (to.value - from.value) / (to.flows - from.flows);
}

/** "memory of the service grew by 1.1 KB a flow more than main's (0.9 KB … 1.3 KB, 99%) over 2 400 flows". */
function growthSentence(
  { subject, difference, flows, noise, outcome }: Omit<GrowthDifference, 'sentence'>,
  base: string,
): string {
  const { perFlow, confidence } = difference;
  const [low, high] = perFlow < 0 ? [-difference.high, -difference.low] : [difference.low, difference.high];
  const interval = `${formatBytes(low)} … ${formatBytes(high)}, ${Math.floor(confidence * 100)}%`;
  const effect = `${formatBytes(Math.abs(perFlow))} a flow ${perFlow < 0 ? 'less' : 'more'} than ${base}'s`;
  const told = `${subject} grew by ${effect} (${interval}) over ${plural(flows, 'flow')}`;
  return outcome === 'alike'
    ? `${told}: less than ${formatBytes(noise / flows)} a flow is taken for noise`
    : told;
}
