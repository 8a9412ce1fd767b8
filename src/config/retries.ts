import { z } from 'zod';
import type { RetryPlan } from '../model/plan.js';
import { duration, show, whole } from './fields.js';

/** ms before the second attempt. */
const BACKOFF = 100;

const map = z.strictObject({
  times: whole(1).meta({ description: 'attempts beside the first' }),
  backoff: duration.optional().meta({
    description:
      'the wait before the second attempt, twice as long before each one after it; 100ms if left out',
  }),
});

/** `2`, or `{times: 2, backoff: 200ms}`. */
export const retries = z
  .union([whole(1), map], {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && !Array.isArray(input)
        ? 'must be a map with times and perhaps backoff, such as {times: 2, backoff: 200ms}'
        : `must be a whole number from 1 up, or a map such as {times: 2, backoff: 200ms}, not ${show(input)}`,
  })
  .transform((given): RetryPlan =>
    typeof given === 'number'
      ? { times: given, backoff: BACKOFF }
      : { times: given.times, backoff: given.backoff ?? BACKOFF },
  );
