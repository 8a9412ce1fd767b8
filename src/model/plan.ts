import type { Acceptance } from './accept.js';
import type { CheckId, CheckLevel } from './checks.js';
import type { ComparePlan } from './comparison.js';
import type { FaultsPlan } from './faults.js';
import type { MetricMeanings } from './flow.js';
import type { HistoryPlan } from './history.js';
import type { ImportedRun } from './imported.js';
import type { JsonValue } from './json.js';
import type { Share } from './share.js';
import type { Threshold } from './threshold.js';

/** A part of a staged load; times in ms. */
interface StageTime {
  readonly duration: number;
  /** Of `duration`, the first part, in which the level moves to this stage's in a straight line; else it steps. */
  readonly ramp?: number;
}

export interface FlowsStage extends StageTime {
  readonly flows: number;
}

export interface RateStage extends StageTime {
  /** Starts per second. */
  readonly rate: number;
}

/**
 * Of a part of a load `flows` and `iterations` are those of the part; rate, stages and duration, which its pacer takes its
 * part of, are those of the whole.
 */
interface Shared {
  readonly share?: Share;
}

/** Closed model in stages; `flows`: the most of any stage. */
export interface StagedLoad extends Shared {
  readonly model: 'closed';
  readonly flows: number;
  readonly stages: readonly FlowsStage[];
}

/**
 * Open model: flows are due at times that do not depend on how earlier ones get on. `flows`: most in flight; one that is
 * due when so many are is dropped, and never started later.
 */
export type OpenLoad = Shared &
  (
    | {
        readonly model: 'open';
        readonly flows: number;
        /** Starts per second. */
        readonly rate: number;
        /** ms. */
        readonly duration: number;
      }
    | { readonly model: 'open'; readonly flows: number; readonly stages: readonly RateStage[] }
  );

/**
 * How flows are started. Closed model: `flows` at once, until `iterations` have run or `duration` (ms) is over. `flows`
 * is in every variant the most that are in flight.
 */
export type Load =
  | (Shared & { readonly model: 'closed'; readonly flows: number; readonly iterations: number })
  | (Shared & { readonly model: 'closed'; readonly flows: number; readonly duration: number })
  | StagedLoad
  | OpenLoad;

/** One rung of a ladder is a closed load of its own. */
export type RungPlan = Load;

/** ms of all stages together. */
export function lengthOf(stages: readonly StageTime[]): number {
  return stages.reduce((sum, { duration }) => sum + duration, 0);
}

/** How often a flow that fails or is timed out is tried again before it counts as such. */
export interface RetryPlan {
  /** At least 1, beside the first attempt. */
  readonly times: number;
  /** ms before the second attempt; twice as long before each one after it. */
  readonly backoff: number;
}

/** Statuses that are right, both ends included: 2xx is 200 to 299. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export type BodyPattern =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string };

/** ms; drawn evenly between both. */
export interface PausePlan {
  readonly from: number;
  readonly to: number;
}

/** Where in a response a value is that later requests are filled in with. */
export type CaptureSource =
  | { readonly kind: 'json'; readonly path: string }
  /** Name in lower case. */
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }
  /** Its first group, or all that it matches if it has none. */
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string };

/** A number that a flow reports of a response. */
export interface MeasurePlan {
  readonly source: CaptureSource;
  /** As in `3MB`; a number of something if left out. */
  readonly unit?: string;
}

/** What a response must be. */
export interface HttpExpectation {
  readonly status: readonly StatusRange[];
  /** The statuses as they were written: `2xx`, `200 or 404`. */
  readonly statusText: string;
  readonly body?: BodyPattern;
  /** By name in lower case: the text that it is, or the pattern that it matches. */
  readonly headers?: Readonly<Record<string, BodyPattern>>;
  /** ms until all of it has come, from when the request was sent; redirections that are followed included. */
  readonly time?: number;
  /** Dotted path → the value there; every one must be right. */
  readonly json?: { readonly [path: string]: JsonValue };
}

/** What one flow is given of a file: by column, or by the keys of a JSON row. */
export type DataRow = { readonly [column: string]: JsonValue };

/** In which order flows are given the rows: that of the file, or one drawn by the scenario's seed. */
export const ROW_ORDERS = ['sequence', 'shuffle'] as const;

/** The file whose rows the flows are given, one each. */
export interface DataPlan {
  /** As it was written. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly order: (typeof ROW_ORDERS)[number];
}

/** One request of a flow. In url, headers, body and what is expected, `{{token}}` and the like are filled in. */
export interface HttpRequestPlan {
  /** Its step's name. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body was written as a map or a list: whatever is filled in, it stays JSON. */
  readonly bodyIsJson?: true;
  /** By the name that later requests have the value by. */
  readonly capture?: Readonly<Record<string, CaptureSource>>;
  /** By the metric's name. */
  readonly measure?: Readonly<Record<string, MeasurePlan>>;
  /** ms that it may take. */
  readonly timeout?: number;
  /** How long the flow waits once it was answered. */
  readonly pause?: PausePlan;
  /** Requests of one number go out together; the next one is sent when all of them are answered. */
  readonly batch?: number;
  readonly expect: HttpExpectation;
}

/** A flow that is one request, or several one after another. */
export interface HttpWork {
  readonly kind: 'http';
  readonly requests: readonly HttpRequestPlan[];
  /** Absolute path of a PEM file: certificates that are trusted besides the usual ones. */
  readonly ca?: string;
  readonly followRedirects: boolean;
  /** Bytes: a flow whose response is larger fails, and the rest of it is not read. */
  readonly maxBody: number;
}

/** `GET http://127.0.0.1:3000/, then POST http://127.0.0.1:3000/orders`. */
export function requestLines(requests: readonly HttpRequestPlan[]): string {
  return requests.map(({ method, url }) => `${method} ${url}`).join(', then ');
}

/** When a service counts as ready. */
export type Readiness =
  | { readonly kind: 'http'; readonly url: string }
  /** Until the ports are chosen the port may be a placeholder, `{{port}}`. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number | string }
  /** A regular expression that one line of its output matches, without escape sequences. */
  | { readonly kind: 'output'; readonly pattern: string; readonly flags?: string }
  /** Ready as soon as it runs. */
  | { readonly kind: 'none' };

/** What runs already and belongs to the system under test: it is measured with the rest, and never ended. */
export type WatchPlan =
  /** Its name or id. */
  | { readonly kind: 'container'; readonly container: string }
  /** Until the ports are chosen it may be a placeholder, `{{port}}`. */
  | { readonly kind: 'port'; readonly port: number | string }
  /** Absolute path. */
  | { readonly kind: 'pid-file'; readonly file: string };

/** `container db`, `port 5432`, `pid-file app.pid`: how messages call it. */
export function watchTitle(plan: WatchPlan): string {
  if (plan.kind === 'container') return `container ${plan.container}`;
  return plan.kind === 'port' ? `port ${plan.port}` : `pid-file ${plan.file.split(/[/\\]/).at(-1) ?? ''}`;
}

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP' | 'SIGKILL';

export interface ServicePlan {
  /** Undefined for the only one, `service:`. */
  readonly name?: string;
  readonly run: string;
  readonly ready: Readiness;
  /** Names of the services that must be ready before it is started. */
  readonly after: readonly string[];
  /** Added to the environment of the scenario, for this service only. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Absolute path of a PEM file: certificates that its readiness trusts besides the usual ones. */
  readonly ca?: string;
  /** What belongs to it and is not below it, such as a container. */
  readonly watch?: readonly WatchPlan[];
  /** Signal sent first, to the whole process group; SIGKILL follows after `grace`. */
  readonly stop: StopSignal;
  /** ms to become ready. */
  readonly readyTimeout: number;
  /** ms between the stop signal and SIGKILL. */
  readonly grace: number;
}

/** "the service", or "the service db" if it has a name: how messages call it. */
export function serviceTitle({ name }: Pick<ServicePlan, 'name'>): string {
  return name === undefined ? 'the service' : `the service ${name}`;
}

/** `FLOWGATE_PORT_USER_DB` for user-db: where everything of the scenario finds the service's port. */
export function portVariable(name: string): string {
  return `FLOWGATE_PORT_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** Of module flows: all concurrently in one host process, or a worker thread or a host process for each slot. */
export const ISOLATIONS = ['none', 'thread', 'process'] as const;
export type Isolation = (typeof ISOLATIONS)[number];

/** Nothing is started: the figures are read from a file that another tool has written. */
export interface ImportWork {
  readonly kind: 'import';
  /** As it was written. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** Read when the run was planned; undefined if the command `before` is to write the file. */
  readonly run?: ImportedRun;
}

/** What one flow does, if it is not drawn from a mix. */
export type SingleWork =
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
      /** Of a Python module: the interpreter and its arguments. */
      readonly python?: readonly string[];
      /** Handed to the module as `ctx.options`; the demo takes its bug from it. */
      readonly options: Readonly<Record<string, string>>;
    }
  | HttpWork;

/** Each flow is one of these parts, drawn by their shares. */
export interface MixWork {
  readonly kind: 'mix';
  readonly parts: readonly MixPart[];
}

/** What the flows of a scenario do, or did. */
export type Work = SingleWork | MixWork | ImportWork;

/** All that is of one flow, and of nothing around it. */
export interface FlowPlan {
  readonly work: SingleWork;
  /** ms after its start that a flow may take before it is killed with its whole tree. */
  readonly timeout: number;
  readonly retries?: RetryPlan;
  readonly data?: DataPlan;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Added to the environment of what the flow starts. */
  readonly env: Readonly<Record<string, string>>;
}

export interface MixPart extends FlowPlan {
  /** Of the scenario that it is. */
  readonly name: string;
  /** 0…1; those of all parts are 1 in all. */
  readonly share: number;
}

/** What the flows of a scenario are: one thing, or the parts of a mix. */
export function flowPlans(plan: ScenarioPlan): readonly FlowPlan[] {
  const { work } = plan;
  if (work.kind === 'import') return [];
  return work.kind === 'mix' ? work.parts : [{ ...plan, work }];
}

/** Undefined if no flow is tried again; of a mix those of the first part that has any. */
export function retriesIn(plan: Pick<ScenarioPlan, 'work' | 'retries'>): RetryPlan | undefined {
  const { work, retries } = plan;
  return work.kind === 'mix' ? work.parts.find((part) => part.retries !== undefined)?.retries : retries;
}

/** Of what is run here. */
export function worksOf(work: Work): readonly SingleWork[] {
  if (work.kind === 'import') return [];
  return work.kind === 'mix' ? work.parts.map((part) => part.work) : [work];
}

/** The command, the module, or the requests: how results call it. */
export function workText(work: Work): string {
  switch (work.kind) {
    case 'command':
      return work.run;
    case 'module':
      return work.module;
    case 'http':
      return requestLines(work.requests);
    case 'mix':
      return work.parts
        .map(({ name, share }) => `${Number((share * 100).toPrecision(12))}% ${name}`)
        .join(', ');
    case 'import':
      return work.name;
  }
}

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
  /** ms after its start that a flow may take before it is killed with its whole tree; the longest of a mix. */
  readonly timeout: number;
  readonly retries?: RetryPlan;
  /** Flows that are run first and not counted. */
  readonly warmup: number;
  readonly data?: DataPlan;
  /** In order of dependence: none comes before one that it is `after`. */
  readonly services: readonly ServicePlan[];
  readonly watch?: readonly WatchPlan[];
  /** A command that runs before anything is started; a comparison runs it once a side. */
  readonly before?: string;
  /** Commands around the flows: before, after always, and the invariant over everything that the flows did. */
  readonly setup?: string;
  readonly teardown?: string;
  readonly verify?: string;
  /** Shell of before, service, setup, verify and teardown. */
  readonly shell: string;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Added to the environment of everything that the scenario starts. */
  readonly env: Readonly<Record<string, string>>;
  readonly thresholds: readonly Threshold[];
  /** What metrics that flows report mean, where the config says it. */
  readonly metrics?: MetricMeanings;
  /** Regressions that the change intends. */
  readonly accept?: readonly Acceptance[];
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
  /** Seed of everything random in the scenario. */
  readonly seed: number;
}

/** What runs already and is watched, for the scenario or for one of its services. */
export function watchedIn({
  watch = [],
  services,
}: Pick<ScenarioPlan, 'watch' | 'services'>): readonly WatchPlan[] {
  return [...watch, ...services.flatMap((service) => service.watch ?? [])];
}

/** Requests of our own to somebody else's service have no processes, and neither has what another tool has run. */
export function hasProcesses(plan: Pick<ScenarioPlan, 'work' | 'services' | 'watch'>): boolean {
  return (
    worksOf(plan.work).some(({ kind }) => kind !== 'http') ||
    plan.services.length > 0 ||
    watchedIn(plan).length > 0
  );
}

export interface Plan {
  readonly scenarios: readonly ScenarioPlan[];
  readonly history?: HistoryPlan;
  /** The part of every scenario that this machine is to run. */
  readonly shard?: Share;
  /** Where the plan came from: a config file, the shorthand inputs, or neither (the demo). */
  readonly source:
    | { readonly kind: 'config'; readonly file: string }
    | { readonly kind: 'inputs' }
    | { readonly kind: 'demo' };
  /** A failed or inconclusive verdict is reported and does not fail the step. */
  readonly advisory?: true;
  /** What head is compared with, if with anything. */
  readonly compare?: ComparePlan;
}

/** The load of all that a scenario runs, its waves together: what its record, its results and its history have. */
export function wholeLoad({ load, faults }: Pick<ScenarioPlan, 'load' | 'faults'>): Load {
  return loadOfWaves(load, faults?.waves ?? []);
}

/** What all waves of a load are together; a load that is run once is itself. */
export function loadOfWaves(load: Load, waves: readonly unknown[]): Load {
  if (waves.length === 0 || load.model !== 'closed' || 'stages' in load) return load;
  return 'iterations' in load
    ? { ...load, iterations: load.iterations * waves.length }
    : { ...load, duration: load.duration * waves.length };
}
