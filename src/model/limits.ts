import { z } from 'zod';
import type { Inferred } from './inferred.js';

/** What a limit can be set on, and the order in which reports name them. */
export const LIMITED_RESOURCES = ['memory', 'cpu', 'processes', 'files'] as const;
export type LimitedResource = (typeof LIMITED_RESOURCES)[number];

/** Whom a limit is for: each flow by itself, all flows together, each service by itself. */
export const LIMIT_SUBJECTS = ['flow', 'flows', 'service'] as const;
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number];

/** At least one of them is set. */
export interface LimitSet {
  /** Bytes. */
  readonly memory?: number;
  /** Cores: 0.5 is half of one. */
  readonly cpu?: number;
  /** Processes and threads that may be alive at once. */
  readonly processes?: number;
  /** Files that each process may have open at once. */
  readonly files?: number;
}

/** At most one of each subject. */
export interface LimitPlan extends LimitSet {
  readonly of: LimitSubject;
}

/** How the limits are enforced, best first. `none`: nothing on this machine could enforce any of them. */
export const LIMIT_STRATEGIES = [
  'cgroup v2',
  'cgroup v2 through sudo',
  'cgroup v1',
  'prlimit',
  'none',
] as const;
export type LimitStrategy = (typeof LIMIT_STRATEGIES)[number];

const wish = {
  of: z.enum(LIMIT_SUBJECTS),
  resource: z.enum(LIMITED_RESOURCES),
  limit: z.number().meta({ description: 'bytes, cores or a count' }),
};

const enforced = z.object({
  ...wish,
  /** The kernel's name of what enforces it: "memory.max", "RLIMIT_NOFILE". */
  by: z.string(),
  /** Where it is less, or other, than what was asked for. */
  remark: z.string().optional(),
  /** It binds less than what was asked for. */
  weaker: z.literal(true).optional(),
});

/** One limit that is in force. */
export type EnforcedLimit = Inferred<typeof enforced>;

const unenforced = z.object({ ...wish, reason: z.string() });

/** One limit that was asked for and that this machine can not enforce. */
export type UnenforcedLimit = Inferred<typeof unenforced>;

const counters = z.object({
  /** The most at once, page cache included. */
  peakMemory: z.number().optional().meta({ description: 'bytes charged to the control group' }),
  cpuTime: z.number().optional().meta({ description: 'ms while the flows ran' }),
  throttledTime: z.number().optional().meta({ description: 'ms held back while the flows ran' }),
  /** Processes of the group that the kernel killed for want of memory. */
  outOfMemoryKills: z.int(),
  /** How often the group reached its limit on memory. */
  memoryLimitHits: z.int(),
  /** The same of the limit of all flows together. */
  sharedMemoryLimitHits: z.int(),
  /** Forks and new threads that the limit on processes refused. */
  refusedForks: z.int(),
});

/** The kernel's own counters of a group of processes, launchers of ours included. */
export type GroupCounters = Inferred<typeof counters>;

export const limitsSchema = z.object({
  strategy: z.enum(LIMIT_STRATEGIES).meta({ description: 'what enforces them here' }),
  enforced: z.array(enforced),
  unenforced: z.array(unenforced),
  passedOver: z.array(z.string()).meta({ description: 'why better ways could not be used' }),
  /** CPU while the flows ran and the rest in all; left out without a control group. */
  counters: counters.optional().meta({ description: "the kernel's own, of flows and services together" }),
  /** What could not be removed, in words. */
  leftBehind: z.array(z.string()),
});

/** What became of the limits of one run. */
export type LimitsRecord = Inferred<typeof limitsSchema>;

/** The same while it is under way. */
export type LimitsInForce = Omit<LimitsRecord, 'counters' | 'leftBehind'>;
