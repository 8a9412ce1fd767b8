import { TOKEN } from '../../lib/identity.js';
import {
  type Direction,
  formatEndpoint,
  type NetworkFaultKind,
  type NetworkFaultPlan,
  type Reset,
} from '../../model/network-fault.js';
import type { Clock, Timer } from '../../system/ports.js';
import { isActive, Lane, type LaneEnds, type LaneToxics, type MetToxic, nextEdge, ofKind } from './lane.js';
import type { NetworkLog, OpenFault } from './log.js';

export type Side = 'client' | 'upstream';

/** Bytes from the beginning of each direction in which a canary is looked for. */
const LOOKED_AT = 8 * 1024;
/** Longer than a canary with an iteration of ten digits: what may be the beginning of one that a chunk cuts in two. */
const TAIL = 32;
/** What every canary begins with: looking for it costs next to nothing where there is none. */
const CANARY = 'fg-';

interface Looking {
  bytes: number;
  /** The end of what was looked at. */
  tail: Buffer;
  /** Nothing more is looked at: enough was, or a whole canary was found. */
  done: boolean;
}

/** A request and its answer, as far as a connection shows them: from one turn to the client's next. */
export class Exchange {
  readonly #faults = new Map<NetworkFaultKind, OpenFault>();
  readonly #looking: Readonly<Record<Side, Looking>> = { client: looking(), upstream: looking() };
  #token: string | undefined;

  has(kind: NetworkFaultKind): boolean {
    return this.#faults.has(kind);
  }

  add(fault: OpenFault): void {
    if (this.#token !== undefined) fault.token = this.#token;
    this.#faults.set(fault.kind, fault);
  }

  /** Looks whose exchange it is; the faults that it has met already are told as well. */
  look(side: Side, chunk: Uint8Array): void {
    const at = this.#looking[side];
    // What the client has said of itself is not changed by what it is answered.
    if (at.done || (side === 'upstream' && this.#token !== undefined)) return;
    const bytes = Buffer.concat([at.tail, chunk]);
    const found = canaryIn(bytes);
    at.bytes += chunk.length;
    at.tail = bytes.subarray(-TAIL);
    at.done = found?.whole === true || at.bytes >= LOOKED_AT;
    if (found === undefined) return;
    this.#token = found.token;
    for (const fault of this.#faults.values()) fault.token = found.token;
  }
}

function looking(): Looking {
  return { bytes: 0, tail: Buffer.alloc(0), done: false };
}

/** `whole`: it can not go on in the next chunk. */
function canaryIn(bytes: Buffer): { readonly token: string; readonly whole: boolean } | undefined {
  const from = bytes.indexOf(CANARY);
  if (from < 0) return undefined;
  const text = bytes.toString('latin1', from);
  const token = text.match(TOKEN)?.[0];
  return token === undefined ? undefined : { token, whole: !text.endsWith(token) };
}

/** ms that a connection is kept in a blackhole after its client has said that it sends no more: most are gone then. */
const ABANDONED = 30_000;

/** One of the two sockets of a connection. */
export interface ConnectionEnd extends LaneEnds {
  reset(): void;
}

export interface ConnectionWorld {
  readonly clock: Clock;
  /** ms since faults are injected; undefined while none are. */
  readonly at: () => number | undefined;
  readonly log: NetworkLog;
}

interface ConnectionOptions {
  readonly plan: Pick<NetworkFaultPlan, 'listen' | 'upstream'>;
  /** From 1. */
  readonly number: number;
  readonly clientPort: number | undefined;
  readonly met: readonly MetToxic[];
  readonly ends: Readonly<Record<Side, ConnectionEnd>>;
}

/** A client's connection and the one to the upstream that belongs to it, with what it meets. */
export class NetworkConnection {
  readonly #options: ConnectionOptions;
  readonly #world: ConnectionWorld;
  /** By the side that sends. */
  readonly #lanes: Readonly<Record<Side, Lane>>;
  readonly #resets: readonly MetToxic<Reset>[];
  readonly #timers: Timer[] = [];
  #exchange = new Exchange();
  #sender: Side | undefined;
  #resetIsDue = false;
  #over = false;

  constructor(options: ConnectionOptions, world: ConnectionWorld) {
    this.#options = options;
    this.#world = world;
    this.#resets = ofKind(options.met, 'reset');
    this.#lanes = { client: this.#laneFrom('client'), upstream: this.#laneFrom('upstream') };
  }

  receive(side: Side, chunk: Uint8Array): void {
    if (this.#over) return;
    if (side !== this.#sender) this.#turn(side);
    this.#exchange.look(side, chunk);
    this.#considerReset();
    if (!this.#isOver()) this.#lanes[side].push(chunk);
  }

  /** That side sends no more; the other may. */
  ended(side: Side): void {
    if (this.#over) return;
    this.#lanes[side].end();
    if (side === 'client' && this.#isLostForGood()) {
      this.#after(ABANDONED, () => {
        this.reset();
      });
    }
  }

  /** That side can be written to again. */
  drained(side: Side): void {
    this.#lanes[side === 'client' ? 'upstream' : 'client'].drained();
  }

  /** What is in force has changed. */
  stir(): void {
    this.#lanes.client.pump();
    this.#lanes.upstream.pump();
  }

  /** Resets both sides, as a fault of this kind. */
  cut(kind: NetworkFaultKind, amount?: number): void {
    if (this.#over) return;
    this.#record(kind, amount);
    this.reset();
  }

  reset(): void {
    this.close();
    this.#options.ends.client.reset();
    this.#options.ends.upstream.reset();
  }

  /** Nothing more happens on it. */
  close(): void {
    this.#over = true;
    this.#lanes.client.close();
    this.#lanes.upstream.close();
    for (const timer of this.#timers) timer.cancel();
  }

  #turn(side: Side): void {
    if (side === 'client' && this.#sender === 'upstream') this.#exchange = new Exchange();
    this.#sender = side;
    this.#lanes[side].turn();
  }

  #considerReset(): void {
    if (this.#resetIsDue) return;
    const run = this.#world.at();
    const reset = this.#resets.find((met) => isActive(met, run))?.toxic;
    if (reset === undefined) return;
    this.#resetIsDue = true;
    if (reset.after === 0) this.cut('reset');
    else {
      this.#after(reset.after, () => {
        // The next wave is a clean one.
        if (this.#world.at() === undefined) this.#resetIsDue = false;
        else this.cut('reset', reset.after);
      });
    }
  }

  /** A method, because what is called in between may have ended it. */
  #isOver(): boolean {
    return this.#over;
  }

  #isLostForGood(): boolean {
    const run = this.#world.at();
    return ofKind(this.#options.met, 'blackhole').some(
      (met) => run !== undefined && isActive(met, run) && nextEdge(met.toxic.during, run) === undefined,
    );
  }

  #laneFrom(side: Side): Lane {
    const { met, ends } = this.#options;
    const { clock, at } = this.#world;
    const other = side === 'client' ? ends.upstream : ends.client;
    const laneEnds: LaneEnds = {
      write: (chunk) => other.write(chunk),
      end: () => {
        other.end();
      },
      pause: () => {
        ends[side].pause();
      },
      resume: () => {
        ends[side].resume();
      },
    };
    return new Lane(toxicsOf(side, met), laneEnds, {
      clock,
      at,
      onFault: (kind, amount) => {
        this.#record(kind, amount);
      },
    });
  }

  /** Once for each kind and exchange: a flow that was hit, not each of its bytes. */
  #record(kind: NetworkFaultKind, amount: number | undefined): void {
    if (this.#exchange.has(kind)) return;
    const { plan, number, clientPort } = this.#options;
    const fault = {
      kind,
      listen: formatEndpoint(plan.listen),
      upstream: formatEndpoint(plan.upstream),
      at: this.#world.at() ?? 0,
      connection: number,
      clientPort,
      amount,
    };
    this.#exchange.add(fault);
    this.#world.log.add(fault);
  }

  #after(ms: number, callback: () => void): void {
    this.#timers.push(this.#world.clock.timer(ms, callback));
  }
}

function toxicsOf(side: Side, met: readonly MetToxic[]): LaneToxics {
  const own: Direction = side === 'client' ? 'upstream' : 'downstream';
  const inDirection = ({ toxic }: { toxic: { direction: Direction } }): boolean =>
    toxic.direction === own || toxic.direction === 'both';
  return {
    latencies: ofKind(met, 'latency').filter(inDirection),
    bandwidths: ofKind(met, 'bandwidth').filter(inDirection),
    slowCloses: ofKind(met, 'slow_close').filter(inDirection),
    blackholes: ofKind(met, 'blackhole'),
  };
}
