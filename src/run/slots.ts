import type { FlowKill } from '../faults/kill-plan.js';
import type { Flow } from '../model/flow.js';
import type { FlowEnd, FlowStart } from '../scenarios/runner.js';
import type { FlowsOptions, Wave } from './flows.js';
import { timeDefect, withoutTimes } from './flow-times.js';
import { traceparentOf, type Identity } from './identity.js';
import type { Due, Release } from './scheduler.js';

export interface FlowName {
  readonly slot: number;
  readonly iteration: number;
  /** Which flow of its wave it is, from 1. */
  readonly count: number;
  readonly token: string;
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
    const { runner, identity, observer, contamination, killOf } = this.#options;
    const starts = due.map(({ slot }, index) => {
      const start = new Start(this.#wave.name(slot), workspaces[index] as string, identity);
      if (killOf !== undefined) start.kill = killOf(start.iteration);
      return start;
    });
    observer?.started(starts.length);
    for (const start of starts) contamination?.begun(start);
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
    const { workspaces, contamination } = this.#options;
    const { workspace } = start;
    if (contamination === undefined) workspaces.release(workspace);
    else if (workspaces.releaseEmpty(workspace)) contamination.ended(start, seen);
    else {
      contamination.ended(start, seen, () => {
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
  kill: FlowKill | undefined = undefined;
  readonly #identity: Identity;
  readonly #count: number;

  constructor({ slot, iteration, token, count }: FlowName, workspace: string, identity: Identity) {
    this.slot = slot;
    this.iteration = iteration;
    this.token = token;
    this.workspace = workspace;
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
  if (end.attempts !== undefined) flow.attempts = end.attempts;
  if (end.hit !== undefined) flow.hit = { kind: end.hit.kind, at: end.hit.at - origin };
  if (end.error !== undefined) flow.error = end.error;
  if (end.steps !== undefined && end.steps.length > 0) {
    flow.steps = end.steps.map((step) => ({
      name: step.name,
      startedAt: step.startedAt - origin,
      endedAt: step.endedAt - origin,
    }));
  }
  if (end.ttfb !== undefined) flow.ttfb = end.ttfb;
  if (end.bytesIn !== undefined) flow.bytesIn = end.bytesIn;
  if (end.bytesOut !== undefined) flow.bytesOut = end.bytesOut;
  if (end.resent !== undefined) flow.resent = end.resent;
  if (end.stdout !== undefined) flow.stdout = end.stdout;
  if (end.stderr !== undefined) flow.stderr = end.stderr;
  return flow;
}
