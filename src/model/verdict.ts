/** `inconclusive`: what a gate or a check needs was not measured. No data is never a pass. */
export const VERDICTS = ['pass', 'warn', 'fail', 'inconclusive'] as const;

export type Verdict = (typeof VERDICTS)[number];
