import { messageOf } from '../errors.js';
import type { FlowKill } from '../faults/kill-plan.js';
import type { Load } from '../model/plan.js';
import type { Flow } from '../model/flow.js';
import type { Clock } from '../ports.js';
import type { FlowLog } from '../stats/flow-log.js';
import type { FlowRunner } from '../scenarios/runner.js';
import type { ContaminationLog } from './contamination-log.js';
import { tokenOf, type Identity } from './identity.js';
import { pacerOf } from './pacer.js';
import { runSchedule, type Due, type Release } from './scheduler.js';
import { Slots, type FlowName } from './slots.js';
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
  /** Of a run with faults: which wave these flows are, from 1. */
  readonly wave?: number;
  /** What the kill plan has for the flow of an iteration. */
  readonly killOf?: (iteration: number) => FlowKill | undefined;
  readonly observer?: FlowObserver;
  /** Iterations that were given to flows before the first of the log. */
  readonly before?: number;
  /** Of counted flows; left out if nobody asks whether they see each other. */
  readonly contamination?: ContaminationLog;
  /** Takes every counted flow when it is over; the first ones that it has are from before. */
  readonly log: Pick<FlowLog, 'count' | 'add'>;
  /** Told of what kept flows from being run or followed; what the others did stands. */
  readonly onProblem: (message: string) => void;
}

/** Runs the counted flows of a load into the log. Never rejects: what ran is not lost. */
export async function runFlows(options: FlowsOptions): Promise<void> {
  const { log, rung, wave, before = 0 } = options;
  const part = { rung, wave };
  const isWhole = rung === undefined && wave === undefined;
  let iteration = before + log.count;
  const name = (slot: number): FlowName => {
    iteration += 1;
    return { slot, iteration, count: iteration, token: tokenOf(options.identity, iteration) };
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
  await runSchedule({ pacer: pacerOf(wave.load), slots: wave.load.flows, clock, halt, release, drop });
}

/** The slot of a flow that was dropped. */
const NO_SLOT = 0;

function droppedFlow({ slot, iteration, token }: FlowName, at: number): Flow {
  return { slot, iteration, token, outcome: 'dropped', scheduledAt: at, startedAt: at, endedAt: at };
}
