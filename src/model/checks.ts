import { z } from 'zod';
import type { Inferred } from './inferred.js';

export const CHECK_IDS = [
  'concurrency',
  'invariants',
  'isolation',
  'containment',
  'recovery',
  'cleanup',
  'monitoring',
  'growth',
] as const;

/** A yes/no property of a record. */
export type CheckId = (typeof CHECK_IDS)[number];

export const CHECK_LEVELS = ['fail', 'warn', 'off'] as const;

export type CheckLevel = (typeof CHECK_LEVELS)[number];

/** The line of evidence that stands for those left out. */
export function andMore(count: number): string {
  return `and ${count} more`;
}

/** How many things a line of evidence stands for: one, or those that were left out. */
export function countIn(line: string): number {
  const [, left] = /^and (\d+) more$/.exec(line) ?? [];
  return left === undefined ? 1 : Number(left);
}

/** Where a flow can see what is another's. */
export const CANARY_PLACES = ['stdout', 'stderr', 'response', 'file', 'file name', 'return value'] as const;

export type CanaryPlace = (typeof CANARY_PLACES)[number];

export const seenTokenSchema = z.object({
  token: z.string(),
  place: z.enum(CANARY_PLACES),
  /** The file below the workspace, the name of the request, or the path in the value. */
  where: z.string().optional(),
  /** From 0; not in a value. */
  at: z.number().optional().meta({ description: 'byte at which the token begins' }),
  context: z.string().meta({ description: 'what stands around it: what a flow printed' }),
});

/** A token of another flow's, where it was seen. */
export type SeenToken = Inferred<typeof seenTokenSchema>;

/** What one flow saw of tokens. */
export interface TokensSeen {
  /** Its own was among them: the flow shows what it works with, so that another's would show too. */
  readonly own: boolean;
  /** Of others', each once in each place; the first ones. */
  readonly others: readonly SeenToken[];
  /** How many there are of them in all. */
  readonly count: number;
  /** Bytes, files and values were left out for being too many. */
  readonly missed: boolean;
}

/** What the check `isolation` is judged by. */
export const contaminationSchema = z
  .object({
    searched: z
      .int()
      .meta({ description: 'flows whose output, responses, workspace or value were searched' }),
    own: z.int().meta({ description: 'of them, those that showed their own token' }),
    contaminated: z.int().meta({ description: "of them, those that saw another flow's token" }),
    count: z.int().meta({ description: 'tokens of others that they saw, each once a flow and place' }),
    sightings: z
      .array(z.object({ slot: z.int(), iteration: z.int(), ...seenTokenSchema.shape }))
      .meta({ description: 'the first of them, at most 20' }),
    incomplete: z.int().meta({ description: 'flows of which not all was searched' }),
  })
  .meta({ description: 'what flows saw of each other; left out if nobody looked' });

/** What all flows of a run saw of each other. */
export type Contamination = Inferred<typeof contaminationSchema>;

/** A token, and the flow that saw it. */
export type Sighting = Contamination['sightings'][number];

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
export type Leftover = Inferred<typeof leftoverSchema>;

const leftFile = z.object({ path: z.string(), ...origin });

/** In the folder for temporary files, and not there before the flows. */
export type LeftFile = Inferred<typeof leftFile>;

const leftPort = z.object({ address: z.string(), pid: z.int(), command: z.string(), ...origin });

/** A TCP port that is still listened on. */
export type LeftPort = Inferred<typeof leftPort>;

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
export type LeftBehind = Inferred<typeof leftBehindSchema>;
