import type { CheckId, CheckLevel } from './check.js';
import type { ComparePlan } from './compare-plan.js';
import type { FaultsPlan } from './faults.js';
import type { HistoryPlan } from './history.js';
import type { HttpWork } from './http.js';
import type { RetryPlan } from './retries.js';
import type { OpenLoad, StagedLoad } from './load.js';
import type { ServicePlan } from './service.js';
import type { Threshold } from './threshold.js';

/** Of module flows: all concurrently in one host process, or a worker thread or a host process for each slot. */
export const ISOLATIONS = ['none', 'thread', 'process'] as const;
export type Isolation = (typeof ISOLATIONS)[number];

/** What one flow does. */
export type Work =
  | {
      readonly kind: 'command';
      readonly run: string;
      /** The program that interprets it, with its arguments: `bash -eo pipefail`. */
      readonly shell: string;
    }
  | {
      readonly kind: 'module';
      /** Absolute path of the module file, or the name of a built-in one (`flowgate:demo`). */
      readonly module: string;
      readonly isolate: Isolation;
      /** Handed to the module as `ctx.options`; the demo takes its bug from it. */
      readonly options: Readonly<Record<string, string>>;
    }
  | HttpWork;

/**
 * How flows are started. Closed model: `flows` at once, until `iterations` have run or `duration` (ms) is over. `flows`
 * is in every variant the most that are in flight.
 */
export type Load =
  | { readonly model: 'closed'; readonly flows: number; readonly iterations: number }
  | { readonly model: 'closed'; readonly flows: number; readonly duration: number }
  | StagedLoad
  | OpenLoad;

/** One rung of a ladder is a closed load of its own. */
export type RungPlan = Load;

export interface OmittedGate {
  readonly expression: string;
  /** Follows `left out, as`. */
  readonly reason: string;
}

export interface ScenarioPlan {
  readonly name: string;
  readonly work: Work;
  readonly load: Load;
  /** In ascending order of flows; `load` is then that of the top rung, with the iterations or duration of all. */
  readonly ladder?: readonly RungPlan[];
  /** ms after its start that a flow may take before it is killed with its whole tree. */
  readonly timeout: number;
  readonly retries?: RetryPlan;
  /** Flows that are run first and not counted. */
  readonly warmup: number;
  /** In order of dependence: none comes before one that it is `after`. */
  readonly services: readonly ServicePlan[];
  /** Commands around the flows: before, after always, and the invariant over everything that the flows did. */
  readonly setup?: string;
  readonly teardown?: string;
  readonly verify?: string;
  /** Shell of service, setup, verify and teardown. */
  readonly shell: string;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Added to the environment of everything that the scenario starts. */
  readonly env: Readonly<Record<string, string>>;
  readonly thresholds: readonly Threshold[];
  /** No thresholds were given: the default gates are in force, and the report says so. */
  readonly defaultGates: boolean;
  /** Default gates that could only fail, or never be judged. */
  readonly omittedGates?: readonly OmittedGate[];
  /** Nothing is compared, although there may be limits on the base: those are not judged. */
  readonly comparesNothing?: true;
  readonly faults?: FaultsPlan;
  readonly checks: Readonly<Partial<Record<CheckId, CheckLevel>>>;
  /** Levels of checks that nobody asked for: they are judged where there is something to look at, else left out. */
  readonly unaskedChecks?: Readonly<Partial<Record<CheckId, CheckLevel>>>;
  /**
   * Each flow is made longer by this share of itself, 0 or more: what `calibrate` slows down on purpose, and never part
   * of a config. With 0 it bears what slowing costs and is not slowed.
   */
  readonly slowdown?: number;
  /** Seed of everything random in the scenario. */
  readonly seed: number;
}

export interface Plan {
  readonly scenarios: readonly ScenarioPlan[];
  readonly history?: HistoryPlan;
  /** Where the plan came from: a config file, the shorthand inputs, or neither (the demo). */
  readonly source:
    | { readonly kind: 'config'; readonly file: string }
    | { readonly kind: 'inputs' }
    | { readonly kind: 'demo' };
  /** What head is compared with, if with anything. */
  readonly compare?: ComparePlan;
}
