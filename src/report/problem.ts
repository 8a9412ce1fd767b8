import type { ScenarioResults } from '../model/results.js';
import { plural } from '../lib/format.js';
import type { Headline } from './headline.js';

const SHOWN = 10;

/** Setup, service and teardown that went wrong, but for what the headline tells already; a bounded list. */
export function untoldProblems({ problems }: ScenarioResults, { sentence }: Headline): readonly string[] {
  const untold = problems.filter((problem) => problem !== sentence[0]?.text);
  const rest = untold.length - SHOWN;
  return rest > 0 ? [...untold.slice(0, SHOWN), `and ${plural(rest, 'more problem')}`] : untold;
}
