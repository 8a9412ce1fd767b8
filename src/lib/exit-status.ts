import { isOnlyAdvice, type Results } from '../model/results.js';

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

/** A gate that failed before the interruption is a failure still. What only advises fails nothing but what was cut short. */
export function exitStatus(results: Pick<Results, 'verdict' | 'advisory' | 'scenarios'>): number {
  const advises = isOnlyAdvice(results);
  if (results.verdict === 'fail' && !advises) return EXIT.failed;
  if (interruptionOf(results) !== undefined) return EXIT.interrupted;
  if (advises) return EXIT.passed;
  return results.verdict === 'inconclusive' ? EXIT.inconclusive : EXIT.passed;
}
