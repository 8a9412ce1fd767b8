import type { FlowKill } from '../flows/runner.js';
import { messageOf } from '../lib/errors.js';
import { seededRandom, seedOf } from '../lib/random.js';
import { type LoggedFlows, runFlows } from '../load/flows.js';
import type { FlowLog } from '../measure/flow-log.js';
import type { FaultsPlan, InjectedFault, InjectedFaults, Wave } from '../model/faults.js';
import type { Flow, Hit } from '../model/flow.js';
import type { NetworkFault } from '../model/network-fault.js';
import type { Clock } from '../system/ports.js';
import type { Monitor } from '../watch/sampler.js';
import type { NetworkProxy, ProxiesReport } from './network/protocol.js';
import { hitsOn, type SlotOf } from './network/trace.js';

/** What became of a run with faults. */
export interface Waves {
  readonly waves: readonly Wave[];
  readonly injected: InjectedFaults;
}

interface WaveSurroundings {
  readonly monitor: Pick<Monitor, 'sampleNow'>;
  readonly network?: NetworkInjection;
}

/**
 * Runs the load again and again, with faults and without, in the order that was drawn; each behind a start barrier of its
 * own. The monitor looks before and after each, so that what a wave used can be told from its neighbours'.
 */
export async function runWaves(
  faults: FaultsPlan,
  options: LoggedFlows,
  { monitor, network }: WaveSurroundings,
): Promise<Waves> {
  const { clock, halt, origin } = options;
  const isHalted = (): boolean => halt.aborted;
  const injection = new FaultInjection({ ...options, faults, network });
  const killed = { log: injection, killOf: (iteration: number) => killOf(faults, iteration) };
  const waves: Wave[] = [];
  for (const [index, kind] of faults.waves.entries()) {
    if (isHalted()) break;
    const wave = index + 1;
    await monitor.sampleNow();
    const from = clock.now() - origin;
    if (kind === 'clean') await runFlows({ ...options, wave });
    else await injection.during(() => runFlows({ ...options, ...killed, wave }));
    await monitor.sampleNow();
    waves.push({ wave, kind, from, to: clock.now() - origin });
  }
  return { waves, injected: await injection.injected() };
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

/** Faults that are kept one by one; more are only counted. */
const KEPT = 10_000;

/** A fault whose flow may become known later. */
type OpenInjected = { -readonly [Key in keyof InjectedFault]: InjectedFault[Key] };

interface Count {
  times: number;
  flows: number;
}

/** What was done to the flows, fault by fault and in all. */
class InjectedLog {
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
    return this.#keep({ kind, at, until, listen, connection, amount });
  }

  untraced(faults: number): void {
    this.#untraced += faults;
  }

  /** So many flows more are known to have been hit by faults of a kind. */
  hit(kind: Hit['kind'], flows: number): void {
    this.#countOf(kind).flows += flows;
  }

  /** `network`: what the proxies say in the end; their counts are exact. */
  injected(network: ProxiesReport | undefined): InjectedFaults {
    for (const [kind, times] of Object.entries(network?.counts ?? {})) {
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

/** Keeps kills and connections of the same number from sharing their luck; any number that is no proxy's. */
const OF_KILLS = 0x6b69;

/**
 * Which flows are killed, and when: each flow is drawn by itself, from the seed and its iteration, so that the same
 * flows are killed whatever order they end in. Undefined for a flow that is let be.
 */
export function killOf(
  { kill, seed }: Pick<FaultsPlan, 'kill' | 'seed'>,
  iteration: number,
): FlowKill | undefined {
  if (kill === undefined) return undefined;
  const random = seededRandom(seedOf(seedOf(seed, OF_KILLS), iteration));
  if (random() >= kill.share) return undefined;
  const { from, to } = kill.after;
  return { after: from + random() * (to - from), signal: kill.signal };
}
