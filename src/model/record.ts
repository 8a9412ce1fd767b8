import { z } from 'zod';
import { contaminationSchema, leftBehindSchema, leftoverSchema } from './checks.js';
import type { InjectedFaults, Wave, WaveFigures } from './faults.js';
import { excerptSchema, type Flow, type FlowTally } from './flow.js';
import { importedSchema, type Told } from './imported.js';
import type { Inferred } from './inferred.js';
import type { Rung } from './ladder.js';
import type { LimitsRecord } from './limits.js';
import {
  retriesIn,
  ROW_ORDERS,
  wholeLoad,
  type Load,
  type RetryPlan,
  type ScenarioPlan,
  type Work,
} from './plan.js';
import type { Threshold } from './threshold.js';

const sample = z.object({
  at: z.number().meta({ description: 'ms from the start of the scenario' }),
  memory: z.number().meta({ description: 'resident bytes' }),
  /** Resident bytes with each process at its highest since the sample before (kernel high-water mark). */
  peakMemory: z.number(),
  /** Never falls. */
  cpuTime: z.number().meta({ description: 'ms of CPU since the monitor began' }),
  threads: z.int(),
  processes: z.int(),
  /** See watch/peak-memory. */
  mostMemory: z
    .object({ known: z.number(), unknown: z.int() })
    .optional()
    .meta({
      description:
        'the most that can have been resident since the sample before, where that may be more than peakMemory: ' +
        'known bytes and unknown times the largest process',
    }),
  /** Where open files can be counted. */
  files: z.int().optional(),
  /** Of `memory`, `threads` and `files`, the part of the service. */
  serviceMemory: z.number().optional(),
  serviceThreads: z.int().optional(),
  serviceFiles: z.int().optional(),
  /** With what the service has waited for. */
  serviceCpuTime: z.number().optional().meta({ description: 'ms of CPU of the service in all' }),
  /** Where there is one such process for all flows: it outlives each flow. */
  hostMemory: z
    .number()
    .optional()
    .meta({ description: 'of the one process in which module flows run, resident bytes' }),
  hostThreads: z.int().optional(),
  hostFiles: z.int().optional(),
  flows: z.int().optional().meta({ description: 'counted flows that had ended by then' }),
});

/** One reading of the whole process tree: flows and service together. */
export type Sample = Inferred<typeof sample>;

const processSummary = z.object({
  pid: z.int(),
  parent: z.int(),
  command: z.string(),
  role: z.enum(['flow', 'service']),
  /** Bytes: the kernel's high-water mark where there is one. */
  peakMemory: z.number(),
  /** ms of its own CPU. */
  cpuTime: z.number(),
  firstSeen: z.number(),
  lastSeen: z.number(),
  /** It was still growing at its last sample: it may have been larger at its end. */
  mayHaveGrown: z.boolean(),
});

/** One process that was seen in the tree. */
export type ProcessSummary = Inferred<typeof processSummary>;

export const monitorSchema = z.object({
  /** Which process table was read. */
  source: z.string(),
  samples: z.array(sample),
  /** The largest ones, at most 50. */
  processes: z.array(processSummary),
  /**
   * The highest that any one process of the flows ever was (ru_maxrss), where the kernel was asked. It knows of processes
   * that ended at their peak between two samples.
   */
  largestProcess: z
    .number()
    .optional()
    .meta({ description: 'of the flows, in bytes, as the kernel knows it' }),
  /** What watching cost: samples taken, and ms of this process's own CPU, all told (watch/sampler). */
  cost: z.object({ samples: z.int(), cpuTime: z.number(), duration: z.number() }),
  failures: z.int().optional().meta({ description: 'looks at the processes that failed' }),
  watched: z
    .array(
      z.object({
        name: z.string().meta({ description: '"container db", "port 5432: postgres (pid 812)"' }),
        ended: z.literal(true).optional().meta({ description: 'during the run: it is measured up to then' }),
      }),
    )
    .optional()
    .meta({ description: 'what ran already and was measured too' }),
  /** No process belongs to the scenario: its flows are requests of our own, and there is no service. */
  unwatched: z.literal(true).optional(),
  /** What could not be measured, in words for the report. */
  notes: z.array(z.string()),
});

export type MonitorRecord = Inferred<typeof monitorSchema>;

/** What a limit leaves of the machine. */
const machineLimit = z.object({
  machine: z.number().meta({ description: 'what the machine has' }),
  by: z.enum(['control group', 'CPU affinity']),
});

export const environmentSchema = z.object({
  os: z.string(),
  arch: z.string(),
  cpu: z.string(),
  cores: z.number().positive().meta({ description: 'that could be used; a quota can make it a fraction' }),
  memory: z.number().meta({ description: 'bytes that could be used' }),
  limits: z
    .object({ cores: machineLimit.optional(), memory: machineLimit.optional() })
    .optional()
    .meta({ description: 'where cores or memory are less than the machine has' }),
  node: z.string(),
  /** Name and version of the runner's image on GitHub: "ubuntu24 20260101.1". */
  image: z.string().optional(),
});

/** The machine, or what a limit leaves of it: a container with half a core has half a core. */
export type Environment = Inferred<typeof environmentSchema>;

export type MachineLimit = Inferred<typeof machineLimit>;

/** What results.json takes over from a record as it is; in the order that it has there. */
export const recordedShape = {
  data: z
    .object({ file: z.string(), rows: z.int(), order: z.enum(ROW_ORDERS) })
    .optional()
    .meta({ description: 'the file whose rows the flows were given, again from the first after the last' }),
  verify: z
    .object({
      ok: z.boolean(),
      /** "exit status 3: stock is negative": with the last line that it printed. Empty if there is nothing to say. */
      message: z.string(),
      stdout: excerptSchema.optional(),
      stderr: excerptSchema.optional(),
    })
    .optional(),
  /** Left out if nobody looked. */
  contamination: contaminationSchema.optional(),
  /** Processes, at most 100. */
  leftovers: z.array(leftoverSchema),
  /** Left out if nobody has looked: the run was cut short, or no process belongs to it. */
  leftBehind: leftBehindSchema.optional(),
  /** The signal that cut the run short. */
  interrupted: z.string().optional(),
  /** At which ms a gate with abort-on-fail has ended the run; "error_rate 62%, the gate is < 10%". */
  aborted: z.object({ at: z.number(), reason: z.string() }).optional(),
  /** Setup, service or teardown that went wrong, in words; a run with one has no good verdict. */
  problems: z.array(z.string()),
  /** Left out if that is Node. */
  runtime: z
    .string()
    .optional()
    .meta({ description: 'what ran the flows of a module in Python: "Python 3.12.3, GIL on"' }),
  imported: importedSchema
    .optional()
    .meta({ description: 'the file of another tool that the figures were read from' }),
  /** What was too much to keep or to add up; left out if nothing was. */
  cut: z
    .array(z.string())
    .optional()
    .meta({ description: 'what flows said that was too much to keep, in words' }),
};

type RecordedParts = Inferred<z.ZodObject<typeof recordedShape>>;

/** How the verify command or export ended. */
export type VerifyOutcome = NonNullable<RecordedParts['verify']>;

/** A gate with abort-on-fail has ended the run. */
export type Aborted = NonNullable<RecordedParts['aborted']>;

/** Everything that one run of one scenario produced. */
export interface Record extends RecordedParts {
  readonly scenario: string;
  /** Wall clock, ISO 8601: the zero of the record's monotonic clock. */
  readonly startedAt: string;
  readonly load: Load;
  /** ms. */
  readonly timeout: number;
  /** In order of their iteration; warm-up flows are not among them. Of very many flows a sample. */
  readonly flows: readonly Flow[];
  /** What all of them add up to; left out if `flows` is all of them. */
  readonly tally?: FlowTally;
  /** The same of each rung of a ladder, by how many were in flight at once on it. */
  readonly rungTallies?: ReadonlyMap<number, FlowTally>;
  readonly warmup: number;
  /** Left out if no flow is tried again. */
  readonly retries?: RetryPlan;
  /** The rungs that were climbed, if the scenario is a ladder. */
  readonly rungs?: readonly Rung[];
  /** The waves of a run with faults. */
  readonly waves?: readonly Wave[];
  /** What the flows of each wave add up to, by its number. */
  readonly waveTallies?: ReadonlyMap<number, FlowTally>;
  /** Of a record that was read from results.json, in place of `waveTallies`. */
  readonly waveFigures?: ReadonlyMap<number, WaveFigures>;
  /** What was done to the flows on purpose. */
  readonly injected?: InjectedFaults;
  readonly monitor: MonitorRecord;
  readonly environment: Environment;
  /** What became of the limits that the scenario asked for. */
  readonly limits?: LimitsRecord;
  /** Of a scenario that another tool has run: what its file tells; all else has no data. */
  readonly told?: Told;
}

/** What a record tells of the plan of its scenario. */
type Planned = Pick<
  ScenarioPlan,
  'name' | 'load' | 'faults' | 'ladder' | 'timeout' | 'warmup' | 'retries'
> & {
  /** Left out where only what was saved is known. */
  readonly work?: Work;
};

/** What came of a run, in which much can be left out. */
export type Ran = Partial<Record> & Pick<Record, 'startedAt' | 'flows' | 'monitor' | 'environment'>;

/** The one place where a record is made: of what was planned and of what came of it, which has the last word. */
export function recordOf(plan: Planned, ran: Ran): Record {
  return {
    scenario: plan.name,
    load: wholeLoad(plan),
    timeout: plan.timeout,
    warmup: plan.warmup,
    retries: plan.work === undefined ? plan.retries : retriesIn({ ...plan, work: plan.work }),
    rungs: plan.ladder === undefined ? undefined : [],
    leftovers: [],
    problems: [],
    ...ran,
  };
}

/** Tells which of these gates a record breaks, in words. What it has no data for it does not break. */
export type BrokenGates = (gates: readonly Threshold[], record: Record) => string[];
