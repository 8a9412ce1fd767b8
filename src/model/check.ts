export const CHECK_IDS = [
  'concurrency',
  'invariants',
  'isolation',
  'containment',
  'recovery',
  'cleanup',
  'monitoring',
  'growth',
] as const;

/** A yes/no property of a record. */
export type CheckId = (typeof CHECK_IDS)[number];

export const CHECK_LEVELS = ['fail', 'warn', 'off'] as const;

export type CheckLevel = (typeof CHECK_LEVELS)[number];
