import { seededRandom, seedOf } from '../../lib/random.js';
import type {
  Bandwidth,
  Blackhole,
  Latency,
  NetworkFaultKind,
  NetworkFaultPlan,
  SlowClose,
  TimeWindow,
  Toxic,
} from '../../model/network-fault.js';
import type { Clock, Timer } from '../../system/ports.js';

/** First in, first out, in constant time: an array's own shift moves all that is left of a long one. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): void {
    this.#head += 1;
    if (this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }

  /** Puts another one in the place of the first. */
  replaceFirst(item: T): void {
    this.#items[this.#head] = item;
  }
}

/** The step of a timer, in ms: what is due within it is sent now. Waiting for it would take one to two. */
const EARLY = 1;

/**
 * Bytes that one direction of a connection holds before its source is left unread, and the other side has to wait. With
 * latency it is what is under way: 4 MiB are 20 MB a second at 200 ms.
 */
const HOLDS = 256 * 1024;
const HOLDS_WITH_LATENCY = 4 * 1024 * 1024;
/** What a chunk takes beside its bytes, roughly. */
const CHUNK = 256;

/** The two sockets of a lane: it reads from one and writes to the other. */
export interface LaneEnds {
  /** False if it is full, until `drained`. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  pause(): void;
  resume(): void;
}

/** What its connection met in this direction. */
export interface LaneToxics {
  readonly latencies: readonly MetToxic<Latency>[];
  readonly bandwidths: readonly MetToxic<Bandwidth>[];
  readonly slowCloses: readonly MetToxic<SlowClose>[];
  readonly blackholes: readonly MetToxic<Blackhole>[];
}

interface LaneWorld {
  readonly clock: Clock;
  /** ms since faults are injected; undefined while none are. */
  readonly at: () => number | undefined;
  readonly onFault: (kind: NetworkFaultKind, amount?: number) => void;
}

/**
 * One direction of a connection. What comes waits in the backlog for the blackhole to end and for the link to be free,
 * then goes along the line, which is as long as the latency:
 *
 *   source → backlog → link → line → sink
 */
export class Lane {
  readonly #toxics: LaneToxics;
  readonly #world: LaneWorld;
  readonly #ends: LaneEnds;
  readonly #links: readonly { readonly toxic: Bandwidth; readonly link: Link }[];
  readonly #backlog = new Fifo<{ readonly chunk: Uint8Array; readonly at: number }>();
  readonly #line = new Fifo<{ readonly chunk: Uint8Array; readonly due: number }>();
  readonly #holds: number;
  #held = 0;
  #lastDue = -Infinity;
  /** Of the present burst; undefined before its first chunk. */
  #delay: number | undefined;
  /** Since when the way has been open again after a blackhole. */
  #openSince = -Infinity;
  #paused = false;
  #full = false;
  #end: 'none' | 'waiting' | 'closing' | 'done' = 'none';
  #timer: Timer | undefined;

  constructor(toxics: LaneToxics, ends: LaneEnds, world: LaneWorld) {
    this.#toxics = toxics;
    this.#ends = ends;
    this.#world = world;
    this.#links = toxics.bandwidths.map(({ toxic }) => ({ toxic, link: new Link(toxic.rate) }));
    this.#holds = toxics.latencies.length > 0 ? HOLDS_WITH_LATENCY : HOLDS;
  }

  /** The connection has changed its direction: what comes now is another burst, with a delay of its own. */
  turn(): void {
    this.#delay = undefined;
  }

  push(chunk: Uint8Array): void {
    const run = this.#world.at();
    if (this.#isHeld(run)) this.#world.onFault('blackhole');
    this.#backlog.push({ chunk, at: this.#world.clock.now() });
    this.#held += chunk.length + CHUNK;
    this.pump();
    if (this.#held > this.#holds && !this.#paused) {
      this.#paused = true;
      this.#ends.pause();
    }
  }

  /** The source has said that nothing more comes. */
  end(): void {
    if (this.#end === 'none') this.#end = 'waiting';
    this.pump();
  }

  drained(): void {
    this.#full = false;
    this.pump();
  }

  close(): void {
    this.#end = 'done';
    this.#timer?.cancel();
  }

  /** Moves on what can be moved now, and wakes for the rest. */
  pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#end === 'done' || this.#end === 'closing') return;
    const now = this.#world.clock.now();
    const run = this.#world.at();
    if (this.#isHeld(run)) {
      this.#openSince = Infinity;
      this.#wakeAt(this.#edgeOf(this.#toxics.blackholes, now, run), now);
      return;
    }
    if (this.#openSince === Infinity) this.#openSince = now;
    const freeAt = this.#transmit(now, run);
    this.#deliver(now);
    this.#resume();
    const due = this.#full ? undefined : this.#line.first?.due;
    const next = Math.min(freeAt ?? Infinity, due ?? Infinity);
    if (next < Infinity) this.#wakeAt(next, now);
    else if (this.#end === 'waiting' && this.#isEmpty()) this.#close(run);
  }

  /** Backlog to line. Gives when the link is free for what is left. */
  #transmit(now: number, run: number | undefined): number | undefined {
    for (let head = this.#backlog.first; head !== undefined; head = this.#backlog.first) {
      const narrowest = this.#linkAt(run);
      if (narrowest !== undefined && narrowest.freeAt > now + EARLY) {
        const edge = this.#edgeOf(this.#toxics.bandwidths, now, run) ?? Infinity;
        return Math.min(narrowest.freeAt, edge);
      }
      const since = Math.max(head.at, this.#openSince);
      const size = Math.min(head.chunk.length, narrowest?.slice ?? Infinity);
      const slice = head.chunk.subarray(0, size);
      if (size < head.chunk.length) {
        this.#backlog.replaceFirst({ chunk: head.chunk.subarray(size), at: head.at });
        this.#held += CHUNK;
      } else this.#backlog.shift();
      if (narrowest !== undefined) this.#world.onFault('bandwidth', narrowest.rate);
      this.#lay(slice, narrowest?.transmit(size, since) ?? since, run);
    }
    return undefined;
  }

  #lay(chunk: Uint8Array, sentAt: number, run: number | undefined): void {
    if (this.#line.first === undefined) this.#delay = undefined;
    this.#delay ??= this.#drawDelay(run);
    if (this.#delay > 0) this.#world.onFault('latency', this.#delay);
    // What was sent first arrives first, whatever its delay.
    this.#lastDue = Math.max(this.#lastDue, sentAt + this.#delay);
    this.#line.push({ chunk, due: this.#lastDue });
  }

  #deliver(now: number): void {
    for (let head = this.#line.first; head !== undefined && !this.#full; head = this.#line.first) {
      if (head.due > now + EARLY) return;
      this.#line.shift();
      this.#held -= head.chunk.length + CHUNK;
      this.#full = !this.#ends.write(head.chunk);
    }
  }

  #resume(): void {
    if (!this.#paused || this.#held > this.#holds / 2) return;
    this.#paused = false;
    this.#ends.resume();
  }

  /** Passes the end on, late if it is to be slow. */
  #close(run: number | undefined): void {
    const active = this.#toxics.slowCloses.filter((met) => isActive(met, run));
    const delay = active.reduce((sum, { toxic }) => sum + toxic.delay, 0);
    const finish = (): void => {
      this.#end = 'done';
      this.#ends.end();
    };
    if (delay === 0) {
      finish();
      return;
    }
    this.#end = 'closing';
    this.#world.onFault('slow_close', delay);
    this.#timer = this.#world.clock.timer(delay, finish);
  }

  #drawDelay(run: number | undefined): number {
    return this.#toxics.latencies
      .filter((met) => isActive(met, run))
      .reduce((sum, { toxic, random }) => sum + drawDelay(toxic, random), 0);
  }

  #linkAt(run: number | undefined): Link | undefined {
    const active = this.#links.filter((met) => isActive(met, run)).map(({ link }) => link);
    return active.reduce<Link | undefined>(
      (narrowest, link) => (narrowest !== undefined && narrowest.rate <= link.rate ? narrowest : link),
      undefined,
    );
  }

  #isHeld(run: number | undefined): boolean {
    return this.#toxics.blackholes.some((met) => isActive(met, run));
  }

  #isEmpty(): boolean {
    return this.#backlog.first === undefined && this.#line.first === undefined;
  }

  /** When, on the clock, one of the toxics begins or ends. */
  #edgeOf(met: readonly MetToxic[], now: number, run: number | undefined): number | undefined {
    if (run === undefined) return undefined;
    const edges = met.map(({ toxic }) => nextEdge(toxic.during, run) ?? Infinity);
    const next = Math.min(...edges);
    return Number.isFinite(next) ? now + next - run : undefined;
  }

  #wakeAt(time: number | undefined, now: number): void {
    if (time === undefined) return;
    this.#timer = this.#world.clock.timer(Math.max(1, Math.round(time - now)), () => {
      this.pump();
    });
  }
}

/** Faults are injected, and this one is in its window. */
export function isActive(
  { toxic }: { readonly toxic: Pick<Latency, 'during'> },
  run: number | undefined,
): boolean {
  return run !== undefined && isWithin(toxic.during, run);
}

/** Bytes are sent in slices of this long, in ms: short against what a client notices, long against a timer's step. */
const SLICE = 10;
const SMALLEST_SLICE = 256;

/**
 * A line of limited rate, as a token bucket without a burst: a slice is through when its last byte is, and the next one
 * begins then. It is a function of time, so that a timer that fires late takes nothing from the rate.
 */
export class Link {
  /** Bytes a second. */
  readonly rate: number;
  /** Bytes that are sent as one. */
  readonly slice: number;
  #freeAt = -Infinity;

  constructor(rate: number) {
    this.rate = rate;
    this.slice = Math.max(SMALLEST_SLICE, Math.floor((rate * SLICE) / 1000));
  }

  /** When the next slice can begin, in ms. */
  get freeAt(): number {
    return this.#freeAt;
  }

  /** Sends bytes that have been there since `since`; gives when the last of them is through. */
  transmit(bytes: number, since: number): number {
    this.#freeAt = Math.max(this.#freeAt, since) + (bytes / this.rate) * 1000;
    return this.#freeAt;
  }
}

/** What one connection meets, with the random numbers that are its own. */
export interface MetToxic<T extends Toxic = Toxic> {
  readonly toxic: T;
  readonly random: () => number;
}

/**
 * The toxics of the plan that the n-th connection (from 1) meets. One number is drawn for each toxic whatever its
 * probability is, so that changing one leaves the others as they were.
 */
export function toxicsMet(
  { toxics }: Pick<NetworkFaultPlan, 'toxics'>,
  seed: number,
  connection: number,
): MetToxic[] {
  const own = seedOf(seed, connection);
  const random = seededRandom(own);
  return toxics
    .map((toxic, index) => ({ toxic, luck: random(), random: seededRandom(seedOf(own, index + 1)) }))
    .filter(({ toxic, luck }) => luck < toxic.probability)
    .map(({ toxic, random: ofToxic }) => ({ toxic, random: ofToxic }));
}

/** Those of one kind. */
export function ofKind<K extends Toxic['kind']>(
  met: readonly MetToxic[],
  kind: K,
): MetToxic<Extract<Toxic, { kind: K }>>[] {
  return met.filter(({ toxic }) => toxic.kind === kind) as MetToxic<Extract<Toxic, { kind: K }>>[];
}

/**
 * A delay in ms, drawn evenly between mean − jitter and mean + jitter, as toxiproxy and tc netem have it. The jitter is
 * at most the mean. `random`: uniform in [0, 1).
 */
export function drawDelay({ mean, jitter }: Pick<Latency, 'mean' | 'jitter'>, random: () => number): number {
  return mean + (2 * random() - 1) * jitter;
}

/** Whether an instant (ms from the start of the run) lies in one of the windows; always without windows. */
export function isWithin(windows: readonly TimeWindow[] | undefined, at: number): boolean {
  return windows?.some((window) => window.from <= at && at < endOf(window)) ?? true;
}

/** The first instant after `at` at which a window begins or ends; undefined if there is none. */
export function nextEdge(windows: readonly TimeWindow[] | undefined, at: number): number | undefined {
  const edges = (windows ?? []).flatMap((window) => [window.from, endOf(window)]);
  const next = Math.min(...edges.filter((edge) => edge > at));
  return Number.isFinite(next) ? next : undefined;
}

function endOf({ to }: TimeWindow): number {
  return to ?? Infinity;
}
