import { z } from 'zod';
import { seenTokenSchema } from '../model/checks.js';
import { excerptSchema, stepSchema } from '../model/flow.js';
import type { FromHost, FromThreads, Hook } from './module-protocol.js';

/*
 * The module's code shares the host's process, and can reach the channel if it looks for it. So nothing is taken for a
 * message that has not the shape of one.
 */

const error = z.object({ message: z.string(), stack: z.string().optional() });
const hook = z.enum(['setup', 'verify', 'teardown'] satisfies Hook[]);
const seen = z.object({
  own: z.boolean(),
  others: z.array(seenTokenSchema),
  count: z.number(),
  missed: z.boolean(),
});

const flow = z.object({
  startedAt: z.number(),
  endedAt: z.number(),
  error: error.optional(),
  steps: z.array(stepSchema),
  stdout: excerptSchema,
  stderr: excerptSchema,
  seen: seen.optional(),
});

const schema: z.ZodType<FromHost> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('loaded'), hooks: z.array(hook), error: error.optional() }),
  z.object({
    type: z.literal('done'),
    hook,
    error: error.optional(),
    shared: z.string().optional(),
  }),
  z.object({ type: z.literal('ended'), id: z.int(), flow }),
  z.object({ type: z.literal('pong') }),
]);

/** A message of the host's; undefined if it is none. */
export function readHostMessage(message: unknown): FromHost | undefined {
  return schema.safeParse(message).data;
}

const thread = z.int();
const threadsSchema: z.ZodType<FromThreads> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('said'), thread, message: z.unknown() }),
  z.object({ type: z.literal('gone'), thread, code: z.int(), error: z.string() }),
]);

/** The same of the process that holds the threads. */
export function readThreadsMessage(message: unknown): FromThreads | undefined {
  return threadsSchema.safeParse(message).data;
}
