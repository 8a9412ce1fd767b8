import type { VerifyOutcome } from '../model/record.js';
import { lastPrinted } from '../stats/last-line.js';
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
    evidence: verify === undefined ? [] : evidenceOf(verify),
  }),
};

function evidenceOf(verify: VerifyOutcome): string[] {
  const printed = verify.ok ? '' : lastPrinted(verify);
  const line = [verify.message, printed].filter((part) => part !== '').join(': ');
  return line === '' ? [] : [line];
}
