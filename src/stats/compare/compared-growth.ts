import type { Compared, ComparedGrowth, GrowthDifference, Pair, Round } from '../../model/comparison.js';
import { FEWEST_PAIRS, growthDifference, type PairLevels } from './growth-difference.js';
import { growthSentence } from './growth-words.js';

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
