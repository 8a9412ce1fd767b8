import { z } from 'zod';
import { either, map, mustBe, oneOf, readShare, refuse, show, text } from '../lib/fields.js';
import { DEFAULT_BRANCH, DEFAULT_FILE, type HistoryPlan } from '../model/history.js';

/* `history`: what is measured on the default branch is kept, and what later runs are judged by. */

const DEFAULT_LEVEL = 'warn';
const LEVELS = ['warn', 'fail'] as const;

/** What git takes for the name of a branch (git-check-ref-format), without the rarer characters. */
const BRANCH = /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)))[A-Za-z0-9_][A-Za-z0-9_./-]*(?<![/.])$/;
/** A path from the root of the branch down. */
const FILE = /^(?!.*(?:^|\/)(?:\.{1,2})?(?:\/|$))[^\\]+$/;

const branch = text(DEFAULT_BRANCH)
  .refine((name) => BRANCH.test(name), {
    error: mustBe(`the name of a branch, without refs/heads/ before it, such as ${DEFAULT_BRANCH}`),
  })
  .refine((name) => !name.startsWith('refs/'), {
    error: `must be the name of a branch without refs/heads/ before it, such as ${DEFAULT_BRANCH}`,
  });

const file = text(DEFAULT_FILE).refine((path) => FILE.test(path), {
  error: mustBe(`a path within the branch such as ${DEFAULT_FILE}`),
});

const SHARE = mustBe('a share such as 10%');
const margin = z.union([z.string(), z.number()], { error: SHARE }).transform((value, context): number => {
  const share = readShare(value);
  return share.ok ? share.value : refuse(context, SHARE({ input: value }));
});

const history = map(
  {
    branch: branch.optional().describe(`the branch that it is kept on; ${DEFAULT_BRANCH} if left out`),
    file: file.optional().describe(`the file on that branch; ${DEFAULT_FILE} if left out`),
    gate: margin
      .optional()
      .describe(
        'how far beyond what earlier runs predict a metric that does not depend on the speed of the machine may be ' +
          'for the worse, such as 10%; judges nothing if left out',
      ),
    level: oneOf(LEVELS)
      .optional()
      .describe(`of what gate judges: ${LEVELS.join(' or ')}; ${DEFAULT_LEVEL} if left out`),
  },
  (input) => `must be true, false, or a map with branch, file, gate and level, not ${show(input)}`,
).refine(({ gate, level }) => gate !== undefined || level === undefined, {
  path: ['level'],
  error: 'is of gate, and there is none; write gate: 10% too, or leave it out',
});

type HistoryConfig = z.output<typeof history>;

/** `true` is a map with nothing in it, `false` is as if it were left out. */
const flag = z.boolean().transform((on): HistoryConfig | undefined => (on ? {} : undefined));

export const HISTORY_FIELDS = {
  history: either({ flag, other: history })
    .optional()
    .describe('keep what is measured on the default branch, and show how it has changed'),
};

/** The input turns on and off what the config says more of. */
export function planHistory(
  asked: boolean | undefined,
  config: HistoryConfig | undefined,
): HistoryPlan | undefined {
  if (asked === false || (asked === undefined && config === undefined)) return undefined;
  const { branch: name = DEFAULT_BRANCH, file: path = DEFAULT_FILE, gate, level } = config ?? {};
  const plan = { branch: name, file: path };
  return gate === undefined ? plan : { ...plan, gate: { margin: gate, level: level ?? DEFAULT_LEVEL } };
}
