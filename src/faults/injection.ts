import { messageOf } from '../lib/errors.js';
import type { FlowLog } from '../measure/flow-log.js';
import type { FaultsPlan, InjectedFault, InjectedFaults } from '../model/faults.js';
import type { Flow, Hit } from '../model/flow.js';
import type { NetworkFault, NetworkFaultReport } from '../model/network-fault.js';
import type { Clock } from '../system/ports.js';
import { killOf } from './kill.js';
import type { NetworkProxy } from './network/protocol.js';
import { hitsOn, type SlotOf } from './network/trace.js';

/** Faults that are kept one by one; more are only counted. */
const KEPT = 10_000;

/** A fault whose flow may become known later. */
type OpenInjected = { -readonly [Key in keyof InjectedFault]: InjectedFault[Key] };

interface Count {
  times: number;
  flows: number;
}

/** What was done to the flows, fault by fault and in all. */
export class InjectedLog {
  readonly #faults: OpenInjected[] = [];
  readonly #counts = new Map<Hit['kind'], Count>();
  #spared = 0;
  #untraced = 0;

  /** A flow that was killed; `signal` is what it was sent. */
  killed({ iteration, hit }: Flow, signal: string): void {
    if (hit === undefined) return;
    const count = this.#countOf('kill');
    count.times += 1;
    count.flows += 1;
    this.#keep({ kind: 'kill', at: hit.at, iteration, signal });
  }

  /** A flow that was drawn and had ended before it could be killed. */
  spared(): void {
    this.#spared += 1;
  }

  /** What is given is where its flow can be noted; undefined for one that is only counted. */
  network({ kind, at, until, listen, connection, amount }: NetworkFault): OpenInjected | undefined {
    this.#countOf(kind).times += 1;
    return this.#keep({
      kind,
      at,
      until,
      listen,
      connection,
      amount,
    });
  }

  untraced(faults: number): void {
    this.#untraced += faults;
  }

  /** So many flows more are known to have been hit by faults of a kind. */
  hit(kind: Hit['kind'], flows: number): void {
    this.#countOf(kind).flows += flows;
  }

  /** `network`: what the proxies say in the end; their counts are exact. */
  injected(network: NetworkFaultReport | undefined): InjectedFaults {
    for (const [kind, { times }] of Object.entries(network?.counts ?? {})) {
      this.#countOf(kind as Hit['kind']).times = times;
    }
    return {
      faults: this.#faults.toSorted((a, b) => a.at - b.at),
      counts: [...this.#counts].map(([kind, count]) => ({ kind, ...count })),
      spared: this.#spared,
      untraced: this.#untraced,
      notes: [...(network?.notes ?? [])],
    };
  }

  #keep(fault: OpenInjected): OpenInjected | undefined {
    if (this.#faults.length >= KEPT) return undefined;
    this.#faults.push(fault);
    return fault;
  }

  #countOf(kind: Hit['kind']): Count {
    const known = this.#counts.get(kind);
    if (known !== undefined) return known;
    const count = { times: 0, flows: 0 };
    this.#counts.set(kind, count);
    return count;
  }
}

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
