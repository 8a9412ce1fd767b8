import type { z } from 'zod';
import { commandText, duration, map, mapOrText, oneOf, text } from '../lib/fields.js';
import { type ComparePlan, ROUND_SERVICES, UNRESOLVED_ANSWERS } from '../model/comparison.js';

/* `compare` and what belongs to it: for the whole config, because both trees are of the whole repository. */

/** ms. */
const BUDGET = 120_000;

/** Why a text can be no ref that git is asked for; undefined if it can. git itself knows which refs there are. */
export function refProblem(ref: string): string | undefined {
  if (ref.startsWith('-')) return `${ref} can be no git ref: it begins with -`;
  return /\p{Cc}/u.test(ref) ? 'can be no git ref: it holds control characters' : undefined;
}

const ref = text('base').superRefine((value, context) => {
  const message = refProblem(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const compare = map(
  {
    ref: ref.describe(
      'a git ref, or base: what the pull request is to be merged into, else the version before',
    ),
    services: oneOf(ROUND_SERVICES)
      .optional()
      .describe(
        'keep: services and module hosts stay up between rounds; restart: each round starts its own; keep if left out and it is known where they listen',
      ),
    'default-gates': oneOf(['fail', 'warn'])
      .optional()
      .describe('level of the gates in force when no threshold hangs on the base; fail if left out'),
  },
  'a git ref such as base, or a map such as {ref: base, services: keep}',
);

/** At the top of the config. */
export const COMPARE_FIELDS = {
  compare: mapOrText('ref', compare)
    .optional()
    .describe('what head is compared with: a git ref, or base; see docs/comparing.md'),
  prepare: commandText('npm ci')
    .optional()
    .describe('a command that is run once in each tree, in its workspace, before anything is measured'),
  budget: duration.optional().describe('how long the rounds of one scenario may take; 2m if left out'),
  'on-inconclusive': oneOf(UNRESOLVED_ANSWERS)
    .optional()
    .describe('what becomes of a comparison that its budget did not resolve; warn if left out'),
};

type CompareConfig = z.output<z.ZodObject<typeof COMPARE_FIELDS>>;

/** What the inputs say of it. */
interface CompareInputs {
  readonly compare?: string;
  readonly prepare?: string;
  /** ms */
  readonly budget?: number;
  readonly onInconclusive?: ComparePlan['onUnresolved'];
}

/** Input goes before config goes before default; undefined if nothing is to be compared. */
export function planCompare(inputs: CompareInputs, config: CompareConfig = {}): ComparePlan | undefined {
  const asked = inputs.compare ?? config.compare?.ref;
  if (asked === undefined) return undefined;
  return {
    ref: asked,
    prepare: inputs.prepare ?? config.prepare,
    budget: inputs.budget ?? config.budget ?? BUDGET,
    services: config.compare?.services,
    onUnresolved: inputs.onInconclusive ?? config['on-inconclusive'] ?? 'warn',
    defaultLevel: config.compare?.['default-gates'] ?? 'fail',
  };
}
