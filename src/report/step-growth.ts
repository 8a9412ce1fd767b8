import type { ScenarioResults } from '../model/results.js';
import { formatTime, plural } from '../lib/format.js';
import { code, strong, words, type Sentence } from './sentence.js';

/** `draft grew most: 120 ms at 1 flow at once, 860 ms at 50`; undefined if no step grew. */
export function stepGrowthOf({ stepGrowth }: ScenarioResults): Sentence | undefined {
  const [most, ...others] = stepGrowth?.steps ?? [];
  if (stepGrowth === undefined || most === undefined) return undefined;
  const { over, first = 0, last = 0 } = stepGrowth;
  const [before, after] =
    over === 'ladder'
      ? [` at ${plural(first, 'flow')} at once, `, ` at ${last}`]
      : [' in the first third, ', ' in the last'];
  return [
    code(most.name),
    words(others.length === 0 ? ' grew: ' : ' grew most: '),
    strong(formatTime(most.before)),
    words(before),
    strong(formatTime(most.after)),
    words(after),
  ];
}
