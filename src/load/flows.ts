import type { FlowEnd, FlowKill, FlowRunner, FlowStart } from '../flows/runner.js';
import { messageOf } from '../lib/errors.js';
import { type Identity, tokenOf, traceparentOf } from '../lib/identity.js';
import type { FlowLog } from '../measure/flow-log.js';
import type { Flow } from '../model/flow.js';
import type { DataRow, Load } from '../model/plan.js';
import { numberOf } from '../model/share.js';
import type { Clock } from '../system/ports.js';
import { pacerOf } from './pacer.js';
import { type Due, type Release, runSchedule } from './scheduler.js';
import type { WorkspaceSource } from './workspaces.js';

/** Told of every flow as it comes and goes. */
export interface FlowObserver {
  started(flows: number): void;
  ended(outcome: Flow['outcome']): void;
}

/** Looks at what each counted flow has seen and left in its workspace. */
export interface FlowInspector {
  begun(start: FlowStart): void;
  /** With `done` the flow left something: its workspace is kept until `done` is called. */
  ended(start: FlowStart, seen: FlowEnd['seen'], done?: () => void): void;
}

export interface FlowsOptions {
  readonly load: Load;
  readonly runner: FlowRunner;
  readonly identity: Identity;
  readonly workspaces: WorkspaceSource;
  readonly clock: Clock;
  readonly halt: AbortSignal;
  /** ms of Clock.now() that the flows' times count from. */
  readonly origin: number;
  /** On a ladder: how many are in flight at once on the rung that these flows are. */
  readonly rung?: number;
  /** Of a run with faults: which wave these flows are, from 1. */
  readonly wave?: number;
  /** What the kill plan has for the flow of an iteration. */
  readonly killOf?: (iteration: number) => FlowKill | undefined;
  readonly observer?: FlowObserver;
  /** Iterations that were given to flows before the first of the log. */
  readonly before?: number;
  /** The row of the n-th flow, from 1; those of warm-up flows are the 0th, the -1st and so on. Left out without data. */
  readonly rowOf?: (n: number) => DataRow | undefined;
  /** Of a mix: the part that the n-th flow is of, counted in the same way. */
  readonly partOf?: (n: number) => string;
  /** Of counted flows; left out if nobody asks whether they see each other. */
  readonly inspector?: FlowInspector;
  /** Takes every counted flow when it is over; the first ones that it has are from before. */
  readonly log: Pick<FlowLog, 'count' | 'add'>;
  /** Told of what kept flows from being run or followed; what the others did stands. */
  readonly onProblem: (message: string) => void;
}

/** Runs the counted flows of a load into the log. Never rejects: what ran is not lost. */
export async function runFlows(options: FlowsOptions): Promise<void> {
  const { log, rung, wave, before = 0, rowOf, partOf } = options;
  const part = { rung, wave };
  const isWhole = rung === undefined && wave === undefined;
  let count = log.count;
  const name = (slot: number): FlowName => {
    count += 1;
    const iteration = before + numberOf(options.load.share, count);
    // The flows of each round of a comparison begin with the first row: so do those of the other side.
    const n = iteration - before;
    const token = tokenOf(options.identity, iteration);
    return { slot, iteration, count: iteration, token, data: rowOf?.(n), part: partOf?.(n) };
  };
  const onFlow = (flow: Flow): void => {
    log.add(isWhole ? flow : { ...flow, ...part });
  };
  try {
    await runWave(options, { load: options.load, name, onFlow });
  } catch (thrown) {
    options.onProblem(messageOf(thrown));
  }
}

/** Beyond every iteration: a warm-up flow has a trace of its own. */
const WARM_UP = 2 ** 40;

/** Runs flows that are not counted, as many at once as the load has. */
export async function warmUp(options: Omit<FlowsOptions, 'log'>, flows: number): Promise<void> {
  let count = 0;
  const name = (slot: number): FlowName => {
    count += 1;
    const n = 1 - count;
    const token = tokenOf(options.identity, `w${count}`);
    return {
      slot,
      iteration: 0,
      count: WARM_UP + count,
      token,
      data: options.rowOf?.(n),
      part: options.partOf?.(n),
    };
  };
  const { flows: slots, share } = options.load;
  const load: Load = { model: 'closed', flows: slots, iterations: flows, share };
  await runWave({ ...options, observer: SILENT }, { load, name, onFlow: () => undefined });
}

/** Slots that the open model opens before it begins, and then as many more as it comes to need. */
const AHEAD = 20;

/** How many slots are made ready before the first flow. */
export function openedAhead(load: Load): number {
  return load.model === 'open' ? Math.min(load.flows, AHEAD) : load.flows;
}

const SILENT: FlowObserver = { started: () => undefined, ended: () => undefined };

export interface Wave {
  readonly load: Load;
  readonly name: (slot: number) => FlowName;
  readonly onFlow: (flow: Flow) => void;
}

async function runWave(options: Omit<FlowsOptions, 'log'>, wave: Wave): Promise<void> {
  const { clock, halt, workspaces, observer = SILENT } = options;
  const slots = new Slots(options, wave);
  const release = async (
    due: readonly Due[],
    { first, again }: Release,
  ): Promise<readonly Promise<void>[]> => {
    const places = await Promise.all(due.map(async () => workspaces.take()));
    // Halted while it waited for its folder: whoever ended the flows in flight did not know of these.
    if (halt.aborted) return due.map(() => Promise.resolve());
    // Only the first wave has a barrier. Slots that happen to be free together need not wait for each other.
    const barrier = first && wave.load.model === 'closed';
    const begun = slots.begin(due, places, barrier);
    return begun.map((flow) => slots.follow(flow, again));
  };
  const drop = (due: readonly number[]): void => {
    observer.started(due.length);
    for (const at of due) {
      wave.onFlow(droppedFlow(wave.name(NO_SLOT), at - options.origin));
      observer.ended('dropped');
    }
  };
  await workspaces.prepare(openedAhead(wave.load));
  const { flows, share } = wave.load;
  await runSchedule({ pacer: pacerOf(wave.load), slots: flows, share, clock, halt, release, drop });
}

/** The slot of a flow that was dropped. */
const NO_SLOT = 0;

function droppedFlow({ slot, iteration, token, part }: FlowName, at: number): Flow {
  const flow = {
    slot,
    iteration,
    token,
    outcome: 'dropped',
    scheduledAt: at,
    startedAt: at,
    endedAt: at,
  } as const;
  return part === undefined ? flow : { ...flow, part };
}

export interface FlowName {
  readonly slot: number;
  readonly iteration: number;
  /** Other than that of any other flow of the run: what its trace is named by. */
  readonly count: number;
  readonly token: string;
  readonly data?: DataRow;
  readonly part?: string;
}

/** A flow in flight. */
interface Begun {
  readonly start: FlowStart;
  readonly scheduledAt: number;
  readonly barrier: boolean;
  readonly end: Promise<FlowEnd>;
}

/** The worker slots of a wave: in each there is one flow after another. */
export class Slots {
  readonly #options: Omit<FlowsOptions, 'log'>;
  readonly #wave: Wave;
  /** The first says enough. */
  #hasDefect = false;

  constructor(options: Omit<FlowsOptions, 'log'>, wave: Wave) {
    this.#options = options;
    this.#wave = wave;
  }

  /** Starts a flow in each of these slots; behind the barrier all at the same instant. */
  begin(due: readonly Due[], workspaces: readonly string[], barrier: boolean): readonly Begun[] {
    const { runner, identity, observer, inspector, killOf } = this.#options;
    const starts = due.map(({ slot }, index) => {
      const start = new Start(this.#wave.name(slot), workspaces[index] as string, identity);
      if (killOf !== undefined) start.kill = killOf(start.iteration);
      return start;
    });
    observer?.started(starts.length);
    for (const start of starts) inspector?.begun(start);
    const ends = barrier ? runner.release(starts) : starts.flatMap((start) => runner.release([start]));
    return ends.map((end, index) => ({
      start: starts[index] as FlowStart,
      scheduledAt: (due[index] as Due).at,
      barrier,
      end,
    }));
  }

  /** Follows a flow to its end and begins the next in its slot, for as long as there is one. */
  async follow(first: Begun, again: Release['again']): Promise<void> {
    const { observer, origin } = this.#options;
    for (let begun: Begun | undefined = first; begun !== undefined;) {
      const ended: Begun = begun;
      const end = await ended.end;
      observer?.ended(end.outcome);
      try {
        // The next one first: what is to be noted of this one does not keep the slot waiting.
        const due = again(ended.start.slot);
        begun = due === undefined ? undefined : await this.#next(due);
      } finally {
        this.#leave(ended.start, end);
        this.#wave.onFlow(this.#checked(flowOf(ended, end, origin)));
      }
    }
  }

  /** No measurement is made of times that cannot be: the flow is not ok, and the run has a problem. */
  #checked(flow: Flow): Flow {
    const defect = timeDefect(flow);
    if (defect === undefined) return flow;
    if (!this.#hasDefect)
      this.#options.onProblem(
        `flow ${flow.iteration} has impossible times: ${defect}. This is a defect in flowgate: please report it with this message`,
      );
    this.#hasDefect = true;
    return withoutTimes(flow, defect);
  }

  /** The folder of a flow goes when it was looked through. */
  #leave(start: FlowStart, { seen }: FlowEnd): void {
    const { workspaces, inspector } = this.#options;
    const { workspace } = start;
    if (inspector === undefined) workspaces.release(workspace);
    else if (workspaces.releaseEmpty(workspace)) inspector.ended(start, seen);
    else {
      inspector.ended(start, seen, () => {
        workspaces.release(workspace);
      });
    }
  }

  /** Undefined if the run was halted while it waited for its folder. */
  #next(due: Due): Begun | undefined | Promise<Begun | undefined> {
    const begin = (workspace: string): Begun | undefined =>
      this.#options.halt.aborted ? undefined : this.begin([due], [workspace], false)[0];
    const workspace = this.#options.workspaces.take();
    return typeof workspace === 'string' ? begin(workspace) : workspace.then(begin);
  }
}

class Start implements FlowStart {
  readonly slot: number;
  readonly iteration: number;
  readonly token: string;
  readonly workspace: string;
  readonly data: DataRow | undefined;
  readonly part: string | undefined;
  kill: FlowKill | undefined = undefined;
  readonly #identity: Identity;
  readonly #count: number;

  constructor(
    { slot, iteration, token, count, data, part }: FlowName,
    workspace: string,
    identity: Identity,
  ) {
    this.slot = slot;
    this.iteration = iteration;
    this.token = token;
    this.workspace = workspace;
    this.data = data;
    this.part = part;
    this.#identity = identity;
    this.#count = count;
  }

  get traceparent(): string {
    return traceparentOf(this.#identity, this.#count);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Times are of the record's clock. Written out: copying what is there costs more than a request of HTTP. */
function flowOf({ start, scheduledAt, barrier }: Begun, end: FlowEnd, origin: number): Flow {
  const startedAt = end.startedAt - origin;
  const flow: Mutable<Flow> = {
    slot: start.slot,
    iteration: start.iteration,
    token: start.token,
    outcome: end.outcome,
    // Behind the barrier a flow is due when it is released, not when it was brought there.
    scheduledAt: barrier ? startedAt : scheduledAt - origin,
    startedAt,
    endedAt: end.endedAt - origin,
  };
  if (end.runningAt !== undefined) flow.runningAt = end.runningAt - origin;
  if (barrier) flow.barrier = true;
  if (start.part !== undefined) flow.part = start.part;
  if (end.attempts !== undefined) flow.attempts = end.attempts;
  if (end.hit !== undefined) flow.hit = { kind: end.hit.kind, at: end.hit.at - origin };
  if (end.bytesIn !== undefined) flow.bytesIn = end.bytesIn;
  if (end.bytesOut !== undefined) flow.bytesOut = end.bytesOut;
  if (end.resent !== undefined) flow.resent = end.resent;
  // What can be long comes last, as it does in results.json.
  if (end.stdout !== undefined) flow.stdout = end.stdout;
  if (end.stderr !== undefined) flow.stderr = end.stderr;
  if (end.error !== undefined) flow.error = end.error;
  if (end.steps !== undefined && end.steps.length > 0) {
    flow.steps = end.steps.map((step) => ({
      name: step.name,
      startedAt: step.startedAt - origin,
      endedAt: step.endedAt - origin,
    }));
  }
  if (end.metrics !== undefined) flow.metrics = end.metrics;
  if (end.ttfb !== undefined) flow.ttfb = end.ttfb;
  return flow;
}

/**
 * ms by which a flow may seem to start before it was due: two processes read the kernel's clock through offsets of their
 * own, and sums of such times are rounded.
 */
const READING_ERROR = 0.1;

/** What cannot be true of a flow's times, in words; undefined if all of them can. */
export function timeDefect({
  scheduledAt,
  startedAt,
  runningAt,
  endedAt,
  steps,
  ttfb,
}: Flow): string | undefined {
  if (![scheduledAt, startedAt, runningAt ?? startedAt, endedAt].every(Number.isFinite))
    return `a time is not a number (due at ${scheduledAt}, started at ${startedAt}, ended at ${endedAt})`;
  if (endedAt < startedAt) return `it ended at ${ms(endedAt)}, before it started at ${ms(startedAt)}`;
  if (startedAt < scheduledAt - READING_ERROR)
    return `it started at ${ms(startedAt)}, before it was due at ${ms(scheduledAt)}`;
  if (runningAt !== undefined && runningAt < startedAt)
    return `it ran at ${ms(runningAt)}, before it started at ${ms(startedAt)}`;
  const step = steps?.find(
    (one) => !(one.endedAt >= one.startedAt && Number.isFinite(one.endedAt - one.startedAt)),
  );
  if (step !== undefined) return `step ${step.name} took ${ms(step.endedAt - step.startedAt)}`;
  const first = ttfb?.find((time) => !(time >= 0 && Number.isFinite(time)));
  return first === undefined ? undefined : `the first byte of a response came after ${ms(first)}`;
}

/** The flow in place of one with a defect: not ok, and with nothing that would be added up wrongly. */
export function withoutTimes(flow: Flow, defect: string): Flow {
  const at = [flow.scheduledAt, flow.startedAt, flow.endedAt].find(Number.isFinite) ?? 0;
  const { slot, iteration, token, part, stdout, stderr } = flow;
  return {
    slot,
    iteration,
    token,
    outcome: 'failed',
    scheduledAt: at,
    startedAt: at,
    endedAt: at,
    error: { message: `impossible times: ${defect}` },
    ...(part === undefined ? {} : { part }),
    stdout,
    stderr,
  };
}

function ms(time: number): string {
  return `${time.toFixed(3)} ms`;
}

/** The log of a run that is judged while it runs. */
export interface LoggedFlows extends FlowsOptions {
  readonly log: FlowLog;
}
