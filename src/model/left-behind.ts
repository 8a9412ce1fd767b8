import { z } from 'zod';

/** Of each kind of thing that was left as many are kept; the counts are of all. */
export const MOST_LEFT = 100;

const origin = {
  slot: z.int().optional(),
  iteration: z.int().optional().meta({ description: 'the flow that left it' }),
};

export const leftoverSchema = z.object({
  pid: z.int(),
  parent: z.int(),
  command: z.string(),
  ...origin,
  by: z.literal('service').optional().meta({ description: 'a service left it when it was stopped' }),
  folder: z.string().optional().meta({ description: 'its working directory' }),
});

/** A process that was still alive when its flow, or the service that started it, was over. */
export type Leftover = Readonly<z.infer<typeof leftoverSchema>>;

const leftFile = z.object({ path: z.string(), ...origin });

/** In the folder for temporary files, and not there before the flows. */
export type LeftFile = Readonly<z.infer<typeof leftFile>>;

const leftPort = z.object({ address: z.string(), pid: z.int(), command: z.string(), ...origin });

/** A TCP port that is still listened on. */
export type LeftPort = Readonly<z.infer<typeof leftPort>>;

export const leftBehindSchema = z
  .object({
    processes: z.int().meta({ description: 'how many in all; `leftovers` are the first 100' }),
    files: z.array(leftFile).readonly().meta({ description: 'the first 100' }),
    fileCount: z.int(),
    ports: z.array(leftPort).readonly().meta({ description: 'the first 100' }),
    portCount: z.int(),
    unseen: z.array(z.string()).readonly().meta({ description: 'what was not looked at, and why' }),
  })
  .meta({ description: 'what was looked for when the flows were over; absent if nobody looked' });

/** What was looked for when the flows were over, beside `Record.leftovers`. */
export type LeftBehind = Readonly<z.infer<typeof leftBehindSchema>>;
