import type { VerifyOutcome } from '../model/record.js';
import type { Check } from './check.js';

export const invariants: Check = {
  id: 'invariants',
  title: () => 'The invariant holds after the run',
  failureTitle: () => 'The invariant is broken after the run',
  description:
    'Shared state is right after the run: the verify command exits with status 0, ' +
    'or the verify export of the module does not throw.',
  needs: ['verify'],
  run: ({ verify }) => ({
    outcome: verify?.ok === true ? 'pass' : 'fail',
    evidence: evidenceOf(verify),
  }),
};

/** The message tells what verify printed last: whoever ran it has put it there, and once is enough. */
function evidenceOf(verify: VerifyOutcome | undefined): string[] {
  return verify === undefined || verify.message === '' ? [] : [verify.message];
}
