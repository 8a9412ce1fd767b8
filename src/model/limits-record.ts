import { z } from 'zod';
import {
  LIMIT_STRATEGIES,
  LIMIT_SUBJECTS,
  LIMITED_RESOURCES,
  type GroupCounters,
  type LimitsInForce,
} from './limits.js';

/** What became of the limits of one run. */
export interface LimitsRecord extends LimitsInForce {
  /** Of flows and services together, CPU while the flows ran and the rest in all; undefined without a control group. */
  readonly counters?: GroupCounters;
  /** What could not be removed, in words. */
  readonly leftBehind: readonly string[];
}

const wish = {
  of: z.enum(LIMIT_SUBJECTS),
  resource: z.enum(LIMITED_RESOURCES),
  limit: z.number().meta({ description: 'bytes, cores or a count' }),
};

/** The same in results.json. */
export const limitsSchema = z.object({
  strategy: z.enum(LIMIT_STRATEGIES).meta({ description: 'what enforces them here' }),
  enforced: z.array(
    z.object({ ...wish, by: z.string(), remark: z.string().optional(), weaker: z.literal(true).optional() }),
  ),
  unenforced: z.array(z.object({ ...wish, reason: z.string() })),
  passedOver: z.array(z.string()).meta({ description: 'why better ways could not be used' }),
  counters: z
    .object({
      peakMemory: z.number().optional().meta({ description: 'bytes charged to the control group' }),
      cpuTime: z.number().optional().meta({ description: 'ms while the flows ran' }),
      throttledTime: z.number().optional().meta({ description: 'ms held back while the flows ran' }),
      outOfMemoryKills: z.int(),
      memoryLimitHits: z.int(),
      sharedMemoryLimitHits: z.int(),
      refusedForks: z.int(),
    })
    .optional()
    .meta({ description: "the kernel's own, of flows and services together" }),
  leftBehind: z.array(z.string()),
});

export type LimitsResult = z.infer<typeof limitsSchema>;

/** A copy that the results may own. */
export function limitsResult({ counters, ...limits }: LimitsRecord): LimitsResult {
  return {
    strategy: limits.strategy,
    enforced: limits.enforced.map((each) => ({ ...each })),
    unenforced: limits.unenforced.map((each) => ({ ...each })),
    passedOver: [...limits.passedOver],
    ...(counters === undefined ? {} : { counters: { ...counters } }),
    leftBehind: [...limits.leftBehind],
  };
}
