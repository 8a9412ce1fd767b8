import { z } from 'zod';
import { duration, show, whole } from './fields.js';
import { parseRate, RATE_PATTERN, rateWithoutUnit } from './rate.js';

/* How flows are started, as the config says it. What these keys say of each other is in load-rules.ts. */

const about = (description: string) => ({ description });

/** `50/s` → starts per second. */
export const rate = z
  .string({
    error: ({ input }) =>
      typeof input === 'number' && input >= 0
        ? rateWithoutUnit(input)
        : `must be a rate such as 50/s, 300/min or 1000/h, not ${show(input)}`,
  })
  .transform((value, context): number => {
    const result = parseRate(value);
    if (result.ok) return result.rate;
    context.issues.push({ code: 'custom', input: value, message: result.message });
    return z.NEVER;
  })
  .meta({ pattern: RATE_PATTERN });

const stage = z.strictObject(
  {
    flows: whole(1).optional().meta(about('how many run at once in this stage')),
    rate: rate.optional().meta(about('at which rate flows are started in this stage')),
    for: duration.meta(about('how long the stage is')),
    ramp: duration
      .optional()
      .meta(
        about('at its beginning, how long it takes to get here from the stage before; a step if left out'),
      ),
  },
  {
    error: ({ code, input }) =>
      code === 'invalid_type'
        ? `must be a stage such as {flows: 10, for: 30s}, not ${show(input)}`
        : undefined,
  },
);

const stages = z
  .array(stage, {
    error: ({ input }) =>
      `must be a list such as [{flows: 10, for: 30s}, {flows: 50, for: 30s}], not ${show(input)}`,
  })
  .min(1, { error: 'is empty; list some, such as {flows: 10, for: 30s}, or remove the key' });

export const STAGE_KEYS: readonly string[] = Object.keys(stage.shape);

export type StageConfig = z.output<typeof stage>;

const yes = z.boolean({ error: ({ input }) => `must be true or false, not ${show(input)}` });

/** Keys of a scenario that make its load, beside flows, iterations and duration. */
export const LOAD_FIELDS = {
  rate: rate
    .optional()
    .meta(
      about(
        'open model: starts per second (50/s), minute or hour, however earlier flows get on; needs duration',
      ),
    ),
  'max-flows': whole(1)
    .optional()
    .meta(
      about(
        'open model: most flows in flight, one that is due beyond is dropped; 100 if left out, or what starts in 2 s if that is more',
      ),
    ),
  stages: stages
    .optional()
    .meta(
      about(
        'one after another: {flows: 10, for: 30s} in the closed model, {rate: 50/s, for: 30s} in the open one',
      ),
    ),
  'abort-on-fail': yes
    .optional()
    .meta(
      about(
        'every gate is looked at once a second (on a ladder: after each rung), and one that does not hold ends the run',
      ),
    ),
  'abort-delay': duration
    .optional()
    .meta(about('how long after the first flow gates with abort-on-fail are first looked at')),
};
