import { z } from 'zod';
import type { Inferred } from './inferred.js';

const change = z.object({
  scenario: z.string().optional().meta({ description: 'left out if it is of the whole config' }),
  setting: z.string().meta({ description: 'a metric, `check NAME`, `load`, `timeout` and the like' }),
  base: z.string().nullable().meta({ description: 'null if base has none' }),
  head: z.string().nullable().meta({ description: 'null if this change has taken it away' }),
});

/** What a pull request changes in the gates that judge it. */
export const gateChangesSchema = z.object({
  base: z.string().meta({ description: 'the commit whose config was read, as people call it' }),
  sha: z.string().optional(),
  changes: z.array(change).meta({ description: 'at most 100; empty if the gates are the same' }),
  more: z.int().optional().meta({ description: 'changes beyond those' }),
  unknown: z.string().optional().meta({ description: "why base's gates could not be read" }),
});

export type GateChanges = Inferred<typeof gateChangesSchema>;
export type GateChange = GateChanges['changes'][number];
