import { messageOf } from '../errors.js';
import type { Load } from '../model/plan.js';
import type { Flow } from '../model/record.js';
import type { Clock } from '../ports.js';
import type { FlowLog } from '../stats/flow-log.js';
import type { FlowEnd, FlowRunner, FlowStart } from '../scenarios/runner.js';
import { tokenOf, traceparentOf, type Identity } from './identity.js';
import { pacerOf } from './pacer.js';
import { runSchedule, type Due } from './scheduler.js';
import type { WorkspaceSource } from './workspaces.js';

/** Told of every flow as it comes and goes. */
export interface FlowObserver {
  started(flows: number): void;
  ended(outcome: Flow['outcome']): void;
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
  readonly observer?: FlowObserver;
  /** Takes every counted flow when it is over; the first ones that it has are from before. */
  readonly log: Pick<FlowLog, 'count' | 'add'>;
  /** Told of what kept flows from being run or followed; what the others did stands. */
  readonly onProblem: (message: string) => void;
}

/** Runs the counted flows of a load into the log. Never rejects: what ran is not lost. */
export async function runFlows(options: FlowsOptions): Promise<void> {
  const { log, rung } = options;
  let iteration = log.count;
  const name = (slot: number): FlowName => {
    iteration += 1;
    return { slot, iteration, count: iteration, token: tokenOf(options.identity, iteration) };
  };
  const onFlow = (flow: Flow): void => {
    log.add(rung === undefined ? flow : { ...flow, rung });
  };
  try {
    await runWave(options, { load: options.load, name, onFlow });
  } catch (thrown) {
    options.onProblem(messageOf(thrown));
  }
}

/** Runs flows that are not counted, as many at once as the load has. */
export async function warmUp(options: Omit<FlowsOptions, 'log'>, flows: number): Promise<void> {
  let count = 0;
  const name = (slot: number): FlowName => {
    count += 1;
    return { slot, iteration: 0, count, token: tokenOf(options.identity, `w${count}`) };
  };
  const load: Load = { model: 'closed', flows: options.load.flows, iterations: flows };
  await runWave({ ...options, observer: SILENT }, { load, name, onFlow: () => undefined });
}

/** Slots that the open model opens before it begins, and then as many more as it comes to need. */
const AHEAD = 20;

/** How many slots are made ready before the first flow. */
export function openedAhead(load: Load): number {
  return load.model === 'open' ? Math.min(load.flows, AHEAD) : load.flows;
}

const SILENT: FlowObserver = { started: () => undefined, ended: () => undefined };

interface FlowName {
  readonly slot: number;
  readonly iteration: number;
  /** Which flow of its wave it is, from 1. */
  readonly count: number;
  readonly token: string;
}

interface Wave {
  readonly load: Load;
  readonly name: (slot: number) => FlowName;
  readonly onFlow: (flow: Flow) => void;
}

async function runWave(options: Omit<FlowsOptions, 'log'>, wave: Wave): Promise<void> {
  const { runner, clock, halt, workspaces, observer = SILENT } = options;
  const release = async (due: readonly Due[], first: boolean): Promise<readonly Promise<void>[]> => {
    const names = due.map(({ slot }) => wave.name(slot));
    const places = await Promise.all(names.map(() => workspaces.take()));
    // Halted while it waited for its folder: whoever ended the flows in flight did not know of these.
    if (halt.aborted) return due.map(() => Promise.resolve());
    const starts = names.map((name, index) => startOf(name, places[index] as string, options.identity));
    observer.started(starts.length);
    // Only the first wave has a barrier. Slots that happen to be free together need not wait for each other.
    const barrier = first && wave.load.model === 'closed';
    const ends = barrier ? runner.release(starts) : starts.flatMap((start) => runner.release([start]));
    return ends.map(async (end, index) => {
      const start = starts[index] as FlowStart;
      const scheduledAt = (due[index] as Due).at;
      const flow = flowOf(start, await end, { scheduledAt, origin: options.origin, barrier });
      workspaces.release(start.workspace);
      observer.ended(flow.outcome);
      wave.onFlow(flow);
    });
  };
  const drop = (due: readonly number[]): void => {
    observer.started(due.length);
    for (const at of due) {
      wave.onFlow(droppedFlow(wave.name(NO_SLOT), at - options.origin));
      observer.ended('dropped');
    }
  };
  await workspaces.prepare(openedAhead(wave.load));
  await runSchedule({ pacer: pacerOf(wave.load), slots: wave.load.flows, clock, halt, release, drop });
}

/** The slot of a flow that was dropped. */
const NO_SLOT = 0;

function droppedFlow({ slot, iteration, token }: FlowName, at: number): Flow {
  return { slot, iteration, token, outcome: 'dropped', scheduledAt: at, startedAt: at, endedAt: at };
}

function startOf(name: FlowName, workspace: string, identity: Identity): FlowStart {
  const { slot, iteration, token, count } = name;
  return { slot, iteration, token, workspace, traceparent: traceparentOf(identity, count) };
}

function flowOf(
  { slot, iteration, token }: FlowStart,
  end: FlowEnd,
  { scheduledAt, origin, barrier }: { scheduledAt: number; origin: number; barrier: boolean },
): Flow {
  const { startedAt, runningAt, endedAt, steps, ...rest } = end;
  return {
    slot,
    iteration,
    token,
    ...rest,
    // Behind the barrier a flow is due when it is released, not when it was brought there.
    scheduledAt: (barrier ? startedAt : scheduledAt) - origin,
    startedAt: startedAt - origin,
    ...(runningAt === undefined ? {} : { runningAt: runningAt - origin }),
    endedAt: endedAt - origin,
    ...(barrier ? { barrier } : {}),
    ...(steps === undefined || steps.length === 0
      ? {}
      : {
          steps: steps.map((step) => ({
            name: step.name,
            startedAt: step.startedAt - origin,
            endedAt: step.endedAt - origin,
          })),
        }),
  };
}
