import { z } from 'zod';
import type { Contamination, LeftBehind, Leftover } from './checks.js';
import type { InjectedFaults, Wave, WaveFigures } from './faults.js';
import type { Excerpt, Flow, FlowTally } from './flow.js';
import type { Rung } from './ladder.js';
import type { LimitsRecord } from './limits.js';
import type { Load, RetryPlan } from './plan.js';

/** One reading of the whole process tree: flows and service together. */
export interface Sample {
  /** ms on the record's clock. */
  readonly at: number;
  /** Resident bytes at this instant. */
  readonly memory: number;
  /** Resident bytes with each process at its highest since the sample before (kernel high-water mark). */
  readonly peakMemory: number;
  /**
   * The most that can have been resident since the sample before, where that may be more: `known` bytes, and `unknown`
   * times as much as the largest process of the run (monitor/memory-bound).
   */
  readonly mostMemory?: { readonly known: number; readonly unknown: number };
  /** ms of CPU used since the monitor began; never falls. */
  readonly cpuTime: number;
  readonly threads: number;
  readonly processes: number;
  /** Open files, where they can be counted. */
  readonly files?: number;
  /** Of `memory`, the part of the service. */
  readonly serviceMemory?: number;
  /** Likewise of `threads` and `files`. */
  readonly serviceThreads?: number;
  readonly serviceFiles?: number;
  /** ms of CPU that the service and what it has waited for have used in all. */
  readonly serviceCpuTime?: number;
  /** The process in which module flows run, where there is one for all of them: it outlives each flow. */
  readonly hostMemory?: number;
  readonly hostThreads?: number;
  readonly hostFiles?: number;
  /** Counted flows that had ended by then. */
  readonly flows?: number;
}

/** One process that was seen in the tree. */
export interface ProcessSummary {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly role: 'flow' | 'service';
  /** Bytes: the kernel's high-water mark where there is one. */
  readonly peakMemory: number;
  /** ms of its own CPU. */
  readonly cpuTime: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** It was still growing at its last sample: it may have been larger at its end. */
  readonly mayHaveGrown: boolean;
}

export interface MonitorRecord {
  /** Which process table was read. */
  readonly source: string;
  readonly samples: readonly Sample[];
  /** The largest ones, at most 50. */
  readonly processes: readonly ProcessSummary[];
  /**
   * Bytes: the highest that any one process of the flows ever was (ru_maxrss), where the kernel was asked. It knows of
   * processes that ended at their peak between two samples.
   */
  readonly largestProcess?: number;
  /** What watching cost: samples taken, and ms of this process's own CPU, all told (monitor/sampling-interval). */
  readonly cost: { readonly samples: number; readonly cpuTime: number; readonly duration: number };
  /** Looks at the processes that failed; left out if none did. */
  readonly failures?: number;
  /** No process belongs to the scenario: its flows are requests of our own, and there is no service. */
  readonly unwatched?: true;
  /** What could not be measured, in words for the report. */
  readonly notes: readonly string[];
}

/** How the verify command or export ended. */
export interface VerifyOutcome {
  readonly ok: boolean;
  /** "exit status 3: stock is negative": with the last line that it printed. Empty if there is nothing to say. */
  readonly message: string;
  readonly stdout?: Excerpt;
  readonly stderr?: Excerpt;
}

/** What a limit leaves of the machine: what the machine has, and what sets the limit. */
export interface MachineLimit {
  readonly machine: number;
  readonly by: 'control group' | 'CPU affinity';
}

/** The machine, or what a limit leaves of it: a container with half a core has half a core. */
export interface Environment {
  readonly os: string;
  readonly arch: string;
  readonly cpu: string;
  /** May be a fraction. */
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  /** Where `cores` or `memory` are less than the machine has. */
  readonly limits?: { readonly cores?: MachineLimit; readonly memory?: MachineLimit };
  readonly node: string;
  /** Name and version of the runner's image on GitHub: "ubuntu24 20260101.1". */
  readonly image?: string;
}

/** A gate with abort-on-fail has ended the run. */
export interface Aborted {
  /** ms on the record's clock. */
  readonly at: number;
  /** "error_rate 62%, the gate is < 10%". */
  readonly reason: string;
}

/** Everything that one run of one scenario produced. */
export interface Record {
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
  /** What was too much to keep or to add up, in words; left out if nothing was. */
  readonly cut?: readonly string[];
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
  readonly verify?: VerifyOutcome;
  /** Left out if nobody looked. */
  readonly contamination?: Contamination;
  /** Processes, at most 100. */
  readonly leftovers: readonly Leftover[];
  /** Undefined if nobody has looked: the run was cut short, or no process belongs to it. */
  readonly leftBehind?: LeftBehind;
  /** The signal that cut the run short. */
  readonly interrupted?: string;
  readonly aborted?: Aborted;
  /** Setup, service or teardown that went wrong, in words; a run with one has no good verdict. */
  readonly problems: readonly string[];
}

const machineLimit = z.object({
  machine: z.number().meta({ description: 'what the machine has' }),
  by: z.enum(['control group', 'CPU affinity']),
});

/** The machine, as files of results and of calibrations have it (`Environment`). */
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
  image: z.string().optional(),
});
