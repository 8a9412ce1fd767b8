import type { ComparingProgress } from '../ports.js';
import { differenceWords } from '../verdict/compared-words.js';
import type { PairsProgress } from './comparing.js';

/** What the live view shows after a pair. */
export function progressOf(
  { pairs, state, elapsed }: PairsProgress,
  about: Pick<ComparingProgress, 'scenario' | 'base' | 'budget'>,
): ComparingProgress {
  const lastLook = Math.max(...state.plan.looks.map((look) => look.pairs));
  const fitting = Math.floor((about.budget * pairs.length) / elapsed);
  return {
    ...about,
    pairs: pairs.length,
    most: Math.max(pairs.length, Math.min(lastLook, fitting)),
    nextLook: state.wanted,
    elapsed,
    known: state.results
      .filter(({ change }) => change !== null)
      .map((result) => differenceWords(result, about.base)),
  };
}
