import { z } from 'zod';
import type { Inferred } from './inferred.js';

/** An entry of `accept` as a plan has it. */
export interface Acceptance {
  /** As thresholds name it: `flow_time.p95`. */
  readonly metric: string;
  readonly reason: string;
  /** It counts if it is `new` alone: base's config was read and does not have it. */
  readonly standing: 'new' | 'stale' | 'unknown';
  /** Why it is not new. */
  readonly note?: string;
}

export const acceptanceSchema = z.object({
  metric: z.string(),
  reason: z.string(),
  outcome: z.enum(['accepted', 'unused', 'stale', 'unknown']).meta({
    description:
      "unused: no limit on base or history of the metric failed; stale: base's config has the entry already; unknown: " +
      "base's config could not be read. It has counted only if it is accepted",
  }),
  note: z.string().optional().meta({ description: 'why it has accepted nothing' }),
});

export type AcceptanceResult = Inferred<typeof acceptanceSchema>;
