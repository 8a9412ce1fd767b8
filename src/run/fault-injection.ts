import { messageOf } from '../errors.js';
import { hitsOn } from '../faults/hits.js';
import { InjectedLog } from '../faults/injected-log.js';
import { killOf } from '../faults/kill-plan.js';
import type { SlotOf } from '../faults/trace.js';
import type { FaultsPlan, InjectedFaults } from '../model/faults.js';
import type { Hit, Flow } from '../model/flow.js';
import type { NetworkFault } from '../model/network-fault.js';
import type { Clock, NetworkProxy } from '../ports.js';
import type { FlowLog } from '../stats/flow-log.js';

/** Flows that are held until it is known whom the faults of the network have hit. */
const HELD = 20_000;

export interface NetworkInjection {
  readonly proxy: NetworkProxy;
  /** `at`: ms of Clock.now(). */
  readonly slotOf: SlotOf;
}

interface InjectionOptions {
  readonly faults: FaultsPlan;
  readonly network: NetworkInjection | undefined;
  readonly clock: Clock;
  /** ms of Clock.now() that the record's times count from. */
  readonly origin: number;
  readonly log: Pick<FlowLog, 'count' | 'add'>;
  readonly onProblem: (message: string) => void;
}

/** A fault of the network with the place where its flow is noted once it is known. */
interface Noted {
  readonly fault: NetworkFault;
  readonly note: ReturnType<InjectedLog['network']>;
}

/** Injects faults while a wave runs, and takes its flows to tell those that were hit from the bystanders. */
export class FaultInjection implements Pick<FlowLog, 'count' | 'add'> {
  readonly #options: InjectionOptions;
  readonly #injected = new InjectedLog();
  #held: Flow[] = [];
  /** Of the last look: some of them may have hit flows that were still in flight. */
  #before: readonly Noted[] = [];
  #telling: Promise<void> = Promise.resolve();

  constructor(options: InjectionOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#options.log.count + this.#held.length;
  }

  readonly add = (flow: Flow): void => {
    this.#noteKill(flow);
    if (this.#options.network === undefined) {
      this.#options.log.add(flow);
      return;
    }
    this.#held.push(flow);
    if (this.#held.length >= HELD) this.#tell(this.#options.network);
  };

  /** Injects while `run` runs; resolves when every flow of it is in the log. */
  async during(run: () => Promise<void>): Promise<void> {
    const { network } = this.#options;
    if (network === undefined) {
      await run();
      return;
    }
    await this.#attempt(() => this.#arm(network.proxy));
    await run();
    await this.#attempt(() => network.proxy.disarm());
    this.#tell(network);
    await this.#telling;
    this.#before = [];
  }

  async injected(): Promise<InjectedFaults> {
    const { network } = this.#options;
    const report = await this.#attempt(() => network?.proxy.report() ?? Promise.resolve(undefined));
    return this.#injected.injected(report);
  }

  async #arm(proxy: NetworkProxy): Promise<void> {
    const { clock, origin } = this.#options;
    await proxy.arm(clock.now(), origin);
  }

  #noteKill(flow: Flow): void {
    const kill = killOf(this.#options.faults, flow.iteration);
    if (kill === undefined) return;
    if (flow.hit?.kind === 'kill') this.#injected.killed(flow, kill.signal);
    else if (flow.outcome !== 'killed') this.#injected.spared();
  }

  /** One look after another: each takes the faults that came since. */
  #tell(network: NetworkInjection): void {
    const flows = this.#held;
    this.#held = [];
    this.#telling = this.#telling.then(async () => {
      const hits = await this.#attempt(() => this.#hitsOn(flows, network));
      for (const flow of flows) this.#options.log.add(withHit(flow, hits?.get(flow.iteration)));
    });
  }

  async #hitsOn(
    flows: readonly Flow[],
    { proxy, slotOf }: NetworkInjection,
  ): Promise<ReadonlyMap<number, Hit>> {
    const { origin } = this.#options;
    const fresh = (await proxy.take()).map((fault) => ({ fault, note: this.#injected.network(fault) }));
    const noted = [...this.#before, ...fresh];
    this.#before = fresh;
    const hits = hitsOn(flows, {
      faults: noted.map(({ fault }) => fault),
      slotOf: (port, at) => slotOf(port, at + origin),
    });
    hits.iterations.forEach((iteration, index) => {
      const note = noted[index]?.note;
      if (note !== undefined && iteration !== undefined) note.iteration = iteration;
    });
    for (const [kind, count] of hits.flows) this.#injected.hit(kind, count);
    const isFresh = new Set(fresh.map(({ fault }) => fault));
    this.#injected.untraced(
      hits.untraced.filter((fault) => isFresh.has(fault) && fault.connection !== undefined).length,
    );
    return hits.first;
  }

  async #attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (thrown) {
      this.#options.onProblem(`injecting faults: ${messageOf(thrown)}`);
      return undefined;
    }
  }
}

/** A flow that was killed ended by that, whatever it met before. */
function withHit(flow: Flow, hit: Hit | undefined): Flow {
  if (hit === undefined || flow.hit !== undefined) return flow;
  return { ...flow, hit };
}
