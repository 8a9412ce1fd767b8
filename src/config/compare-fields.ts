import { z } from 'zod';
import { ROUND_SERVICES, UNRESOLVED_ANSWERS } from '../model/comparison.js';
import { commandText, duration, oneOf, show, text } from './fields.js';

const about = (description: string) => ({ description });

/** Why a text can be no ref that git is asked for; undefined if it can. git itself knows which refs there are. */
export function refProblem(ref: string): string | undefined {
  if (ref.startsWith('-')) return `${ref} can be no git ref: it begins with -`;
  return /\p{Cc}/u.test(ref) ? 'can be no git ref: it holds control characters' : undefined;
}

const ref = text('base').superRefine((value, context) => {
  const message = refProblem(value);
  if (message !== undefined) context.addIssue({ code: 'custom', input: value, message });
});

const compareMap = z.strictObject(
  {
    ref: ref.meta(
      about('a git ref, or base: what the pull request is to be merged into, else the version before'),
    ),
    services: oneOf(ROUND_SERVICES)
      .optional()
      .meta(
        about(
          'keep: services and module hosts stay up between rounds; restart: each round starts its own; keep if left out and it is known where they listen',
        ),
      ),
    'default-gates': oneOf(['fail', 'warn'])
      .optional()
      .meta(about('level of the gates in force when no threshold hangs on the base; fail if left out')),
  },
  { error: shapeOf('a git ref such as base, or a map such as {ref: base, services: keep}') },
);

/** Says what a value should have been; other complaints of a map keep their own words. */
function shapeOf(what: string) {
  return ({ code, input }: { code?: string | undefined; input?: unknown }) =>
    code === 'invalid_type' ? `must be ${what}, not ${show(input)}` : undefined;
}

/** A ref alone stands for the map. */
export const compare = z
  .preprocess((value) => (typeof value === 'string' ? { ref: value } : value), compareMap)
  .meta(about('what head is compared with: a git ref, or base; see docs/comparing.md'));

/** How head is compared with its base: for the whole config, because both trees are of the whole repository. */
export const COMPARE_FIELDS = {
  compare: compare.optional(),
  prepare: commandText('npm ci')
    .optional()
    .meta(about('a command that is run once in each tree, in its workspace, before anything is measured')),
  budget: duration.optional().meta(about('how long the rounds of one scenario may take; 2m if left out')),
  'on-inconclusive': oneOf(UNRESOLVED_ANSWERS)
    .optional()
    .meta(about('what becomes of a comparison that its budget did not resolve; warn if left out')),
};

/** The keys that exist, by what kind of map they are in. */
export const COMPARE_KEYS = {
  compare: Object.keys(compareMap.shape),
} as const;
