/*
 * What the contract names and this version does not do yet: recognised and refused, so that it is never taken for a
 * misspelling and never silently ignored.
 */
export const UNAVAILABLE = 'is not available in this version yet';

export const LATER_INPUTS = ['shard'] as const;
