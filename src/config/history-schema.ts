import { z } from 'zod';
import { DEFAULT_BRANCH, DEFAULT_FILE, type HistoryPlan } from '../model/history.js';
import { readShare } from './fault-values.js';
import { oneOf, show, text } from './fields.js';

const about = (description: string) => ({ description });

const DEFAULT_LEVEL = 'warn';
const LEVELS = ['warn', 'fail'] as const;

/** What git takes for the name of a branch (git-check-ref-format), without the rarer characters. */
const BRANCH = /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)))[A-Za-z0-9_][A-Za-z0-9_./-]*(?<![/.])$/;
/** A path from the root of the branch down. */
const FILE = /^(?!.*(?:^|\/)(?:\.{1,2})?(?:\/|$))[^\\]+$/;

const branch = text(DEFAULT_BRANCH)
  .refine((name) => BRANCH.test(name), {
    error: ({ input }) =>
      `must be the name of a branch, without refs/heads/ before it, such as ${DEFAULT_BRANCH}, not ${show(input)}`,
  })
  .refine((name) => !name.startsWith('refs/'), {
    error: `must be the name of a branch without refs/heads/ before it, such as ${DEFAULT_BRANCH}`,
  });

const file = text(DEFAULT_FILE).refine((path) => FILE.test(path), {
  error: ({ input }) => `must be a path within the branch such as ${DEFAULT_FILE}, not ${show(input)}`,
});

const margin = z
  .union([z.string(), z.number()], {
    error: ({ input }) => `must be a share such as 10%, not ${show(input)}`,
  })
  .transform((value, context): number => {
    const share = readShare(value);
    if (share.ok) return share.value;
    context.issues.push({
      code: 'custom',
      input: value,
      message: `must be a share such as 10%, not ${show(value)}`,
    });
    return z.NEVER;
  });

const shape = {
  branch: branch.optional().meta(about(`the branch that it is kept on; ${DEFAULT_BRANCH} if left out`)),
  file: file.optional().meta(about(`the file on that branch; ${DEFAULT_FILE} if left out`)),
  gate: margin
    .optional()
    .meta(
      about(
        'how far beyond what earlier runs predict a metric that does not depend on the speed of the machine may be ' +
          'for the worse, such as 10%; judges nothing if left out',
      ),
    ),
  level: oneOf(LEVELS)
    .optional()
    .meta(about(`of what gate judges: ${LEVELS.join(' or ')}; ${DEFAULT_LEVEL} if left out`)),
};

const map = z
  .strictObject(shape, {
    error: ({ code, input }) =>
      code === 'invalid_type'
        ? `must be true, false, or a map with branch, file, gate and level, not ${show(input)}`
        : undefined,
  })
  .refine(({ gate, level }) => gate !== undefined || level === undefined, {
    path: ['level'],
    error: 'is of gate, and there is none; write gate: 10% too, or leave it out',
  });

/** `true` is a map with nothing in it, `false` is as if it were left out. */
export const history = z
  .preprocess((value) => (value === true ? {} : value === false ? undefined : value), map.optional())
  .transform((given): HistoryPlan | undefined =>
    given === undefined
      ? undefined
      : {
          branch: given.branch ?? DEFAULT_BRANCH,
          file: given.file ?? DEFAULT_FILE,
          ...(given.gate === undefined
            ? {}
            : { gate: { margin: given.gate, level: given.level ?? DEFAULT_LEVEL } }),
        },
  )
  .meta(about('keep what is measured on the default branch, and show how it has changed'));

export const HISTORY_KEYS = Object.keys(shape);

/** As an editor is to see it: what is read before it is a map shows nothing of itself. */
export const HISTORY_JSON_SCHEMA = {
  anyOf: [
    { type: 'boolean' },
    {
      type: 'object',
      additionalProperties: false,
      properties: {
        branch: { type: 'string', minLength: 1, description: shape.branch.description },
        file: { type: 'string', minLength: 1, description: shape.file.description },
        gate: { anyOf: [{ type: 'string' }, { type: 'number' }], description: shape.gate.description },
        level: { enum: [...LEVELS], description: shape.level.description },
      },
    },
  ],
} as const;
