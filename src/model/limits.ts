import { z } from 'zod';

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

/** One limit that is in force. */
export interface EnforcedLimit {
  readonly of: LimitSubject;
  readonly resource: LimitedResource;
  /** Base units: bytes, cores, count. */
  readonly limit: number;
  /** The kernel's name of what enforces it: "memory.max", "RLIMIT_NOFILE". */
  readonly by: string;
  /** Where it is less, or other, than what was asked for. */
  readonly remark?: string;
  /** It binds less than what was asked for. */
  readonly weaker?: true;
}

/** One limit that was asked for and that this machine can not enforce. */
export interface UnenforcedLimit {
  readonly of: LimitSubject;
  readonly resource: LimitedResource;
  readonly limit: number;
  readonly reason: string;
}

/** The kernel's own counters of a group of processes, launchers of ours included. */
export interface GroupCounters {
  /** Bytes: the most that was charged to the group at once, page cache included. */
  readonly peakMemory?: number;
  /** ms of CPU. */
  readonly cpuTime?: number;
  /** ms for which it was held back by the limit on CPU. */
  readonly throttledTime?: number;
  /** Processes of the group that the kernel killed for want of memory. */
  readonly outOfMemoryKills: number;
  /** How often the group reached its limit on memory. */
  readonly memoryLimitHits: number;
  /** The same of the limit of all flows together. */
  readonly sharedMemoryLimitHits: number;
  /** Forks and new threads that the limit on processes refused. */
  readonly refusedForks: number;
}

/** What became of the limits that a scenario asked for. */
export interface LimitsInForce {
  readonly strategy: LimitStrategy;
  readonly enforced: readonly EnforcedLimit[];
  readonly unenforced: readonly UnenforcedLimit[];
  /** Of each strategy that would have been better: why it could not be used here. */
  readonly passedOver: readonly string[];
}

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
