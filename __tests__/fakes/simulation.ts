import { type FlowEnd, type FlowRunner, type FlowStart, NEVER_BROKEN } from '../../src/flows/runner.js';
import { type FlowsOptions, runFlows } from '../../src/load/flows.js';
import { Workspaces } from '../../src/load/workspaces.js';
import type { Flow } from '../../src/model/flow.js';
import type { Load } from '../../src/model/plan.js';
import { fakeFiles } from './files.js';
import { SimulatedClock } from './simulated-clock.js';

/** Runs flows that take `time(start)` ms of simulated time. */
export class SimulatedRunner implements FlowRunner {
  readonly broken = NEVER_BROKEN;
  readonly released: (readonly FlowStart[])[] = [];
  inFlight = 0;
  most = 0;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly time: (start: FlowStart) => number,
  ) {}

  release(starts: readonly FlowStart[]): readonly Promise<FlowEnd>[] {
    this.released.push(starts);
    this.inFlight += starts.length;
    this.most = Math.max(this.most, this.inFlight);
    return starts.map(async (start): Promise<FlowEnd> => {
      const startedAt = this.clock.now();
      await this.clock.sleep(this.time(start));
      this.inFlight -= 1;
      return { outcome: 'ok', startedAt, endedAt: this.clock.now() };
    });
  }

  endAll(): void {
    throw new Error('nobody ends these');
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Keeps every flow, however many. */
class WholeLog {
  readonly flows: Flow[] = [];

  get count(): number {
    return this.flows.length;
  }

  readonly add = (flow: Flow): void => {
    this.flows.push(flow);
  };
}

/** Runs the flows of a simulation; gives all of them, in order of their iteration. */
export async function flowsRun(options: FlowsOptions & { readonly log: WholeLog }): Promise<readonly Flow[]> {
  await runFlows(options);
  return options.log.flows.toSorted((a, b) => a.iteration - b.iteration);
}

/** A load on flows that take `time(start)` ms, ready to be run in simulated time. */
export function simulation(
  load: Load,
  time: (start: FlowStart) => number,
  clock: SimulatedClock = new SimulatedClock(),
) {
  const runner = new SimulatedRunner(clock, time);
  const files = fakeFiles();
  const halt = new AbortController();
  const problems: string[] = [];
  const log = new WholeLog();
  const options: FlowsOptions & { log: WholeLog } = {
    load,
    runner,
    identity: { run: '0123456789ab' },
    workspaces: new Workspaces(files, '/scratch/work'),
    clock,
    log,
    halt: halt.signal,
    origin: clock.now(),
    onProblem: (message) => problems.push(message),
  };
  return { clock, runner, options, halt, problems, log };
}
