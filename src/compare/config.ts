import type { z } from 'zod';
import { commandText, duration, map, mapOrText, oneOf, readAs, readShare, text } from '../lib/fields.js';
import { type ComparePlan, ROUND_SERVICES, UNRESOLVED_ANSWERS } from '../model/comparison.js';

/* `compare` and what belongs to it: for the whole config, because both trees are of the whole repository. */

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
        'restart: each round starts its own services and module hosts; keep: one start of either side stays up over all rounds; restart if left out',
      ),
    'start-spread': readAs('a share such as 1%', (value) => readShare(value, 'starts'))
      .optional()
      .describe(
        'with services: keep: by how much two starts differ (standard deviation); intervals are widened by it',
      ),
    'default-gates': oneOf(['fail', 'warn'])
      .optional()
      .describe('level of the gates in force when no threshold hangs on the base; fail if left out'),
  },
  'a git ref such as base, or a map such as {ref: base, services: keep}',
).refine(({ services, 'start-spread': spread }) => spread === undefined || services === 'keep', {
  path: ['start-spread'],
  error:
    'is for services: keep alone; where each round has a start of its own, the pairs show how starts differ: leave it out',
});

/** At the top of the config. */
export const COMPARE_FIELDS = {
  compare: mapOrText('ref', compare)
    .optional()
    .describe('what head is compared with: a git ref, or base; see docs/comparing.md'),
  prepare: commandText('npm ci')
    .optional()
    .describe('a command that is run once in each tree, in its workspace, before anything is measured'),
  budget: duration
    .optional()
    .describe(
      'how long the rounds of one scenario may take; if left out 2m, or what the first look needs, up to 6m',
    ),
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
    budget: inputs.budget ?? config.budget,
    services: config.compare?.services ?? 'restart',
    startSpread: config.compare?.['start-spread'],
    onUnresolved: inputs.onInconclusive ?? config['on-inconclusive'] ?? 'warn',
    defaultLevel: config.compare?.['default-gates'] ?? 'fail',
  };
}
