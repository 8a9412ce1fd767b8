import { messageOf } from '../errors.js';
import type { Load, ScenarioPlan } from '../model/plan.js';
import type { Record } from '../model/record.js';
import { retrying } from '../scenarios/retrying.js';
import type { FlowRunner } from '../scenarios/runner.js';
import { slowed } from '../scenarios/slowed-flows.js';
import { prepare, type Cast } from './cast.js';
import type { LoggedFlows } from './climb.js';
import { runFlows, warmUp } from './flows.js';
import { haltOn, type Halt } from './halt.js';
import { logOf, recordOfRun } from './run-record.js';
import { setStage, type ExecuteContext, type ExecutePorts, type Stage } from './stage.js';
import { strike } from './strike.js';
import { watched } from './watched.js';
import { NO_WORKSPACES, Workspaces, type WorkspaceSource } from './workspaces.js';

/**
 * A scenario's stage with everybody on it: services, the module's host, the slots of the flows. It stays up until it is
 * closed, so that the scenario can be run on it once or many times.
 */
export class Session {
  readonly stage: Stage;
  readonly cast: Cast = {};
  readonly #workspaces: WorkspaceSource;
  #runner: FlowRunner | undefined;
  /** Flows that the rounds so far have started: no two of a session have the same iteration. */
  #iterations = 0;

  private constructor(stage: Stage) {
    const { plan, ports, scratch } = stage;
    this.stage = stage;
    this.#workspaces =
      plan.work.kind === 'http' ? NO_WORKSPACES : new Workspaces(ports.files, `${scratch}/work`);
  }

  /** Rejects only if there is not even a stage; whatever else goes wrong is among the stage's problems. */
  static async open(plan: ScenarioPlan, ports: ExecutePorts, context: ExecuteContext): Promise<Session> {
    const session = new Session(await setStage(plan, ports, context));
    if (!ports.interrupt.aborted) await session.#prepare();
    return session;
  }

  /** What runs the flows; undefined if it could not be made ready. */
  get runner(): FlowRunner | undefined {
    return this.#runner;
  }

  /** Flows of the plan's load, for `runFlows`. */
  flows(runner: FlowRunner, halt: Halt): LoggedFlows {
    const { plan, ports, identity, problems } = this.stage;
    const { clock } = ports;
    const { retries, slowdown = 0, work } = plan;
    // Commands and modules slow themselves, by work.
    const slow =
      work.kind === 'http' && slowdown > 0
        ? slowed(runner, { share: slowdown, clock, halt: halt.signal })
        : runner;
    return {
      load: plan.load,
      runner: retries === undefined ? slow : retrying(slow, { retries, clock, halt: halt.signal }),
      identity,
      workspaces: this.#workspaces,
      clock,
      halt: halt.signal,
      origin: clock.now(),
      before: this.#iterations,
      log: logOf(plan),
      onProblem: (message: string) => problems.push(message),
    };
  }

  /** Runs flows that nobody counts. */
  async warmUp(flows: number): Promise<void> {
    await this.#during(async (runner, halt) => warmUp(this.flows(runner, halt), flows));
  }

  /**
   * Runs a load of the plan's model once, watched: only the flows, without what an ordinary run does around them. The
   * record's problems are those of this round.
   * @throws Error if the session has no runner
   */
  async round(load: Load): Promise<Record> {
    const { stage } = this;
    const before = stage.problems.length;
    const ran = await this.#during(async (runner, halt) => {
      const options = { ...this.flows(runner, halt), load };
      const { log } = options;
      const round = await watched(stage, {
        log,
        run: async (_, origin) => {
          await runFlows({ ...options, origin });
          return log.recorded();
        },
      });
      this.#iterations += log.count;
      return round;
    });
    await this.#workspaces.settle();
    return recordOfRun({ ...stage, problems: stage.problems.slice(before) }, { ...ran, load });
  }

  async close(): Promise<void> {
    await strike(this.stage, this.cast);
  }

  async #during<T>(act: (runner: FlowRunner, halt: Halt) => Promise<T>): Promise<T> {
    if (this.#runner === undefined) throw new Error('there is nothing that could run the flows');
    const halt = haltOn(this.stage, this.cast);
    try {
      const done = await act(this.#runner, halt);
      await this.#runner.settle();
      return done;
    } finally {
      halt.end();
    }
  }

  async #prepare(): Promise<void> {
    const { ports, problems } = this.stage;
    try {
      await prepare(this.stage, this.cast);
      this.#runner = this.cast.runner;
    } catch (thrown) {
      // What an interrupt cuts short has not failed: that the run was interrupted is all there is to say.
      if (!ports.interrupt.aborted) problems.push(messageOf(thrown));
    }
  }
}
