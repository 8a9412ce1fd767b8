import type { Results } from '../model/results.js';

/** What the process says at its end, at a terminal and as the step of a job. */
export const EXIT = {
  passed: 0,
  failed: 1,
  unusable: 2,
  inconclusive: 3,
  interrupted: 130,
} as const;

/** The signal that cut a scenario short, if one did. */
export function interruptionOf({ scenarios }: Pick<Results, 'scenarios'>): string | undefined {
  return scenarios.find(({ interrupted }) => interrupted !== undefined)?.interrupted;
}

/** A gate that failed before the interruption is a failure still. */
export function exitStatus(results: Pick<Results, 'verdict' | 'scenarios'>): number {
  if (results.verdict === 'fail') return EXIT.failed;
  if (interruptionOf(results) !== undefined) return EXIT.interrupted;
  return results.verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.passed;
}
