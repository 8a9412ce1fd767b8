import { Buffer } from 'node:buffer';
import { messageOf } from '../../lib/errors.js';
import { NOTHING_PRINTED } from '../../lib/output.js';
import type { Excerpt, FlowError } from '../../model/flow.js';
import type { Isolation } from '../../model/plan.js';
import { numberOf, type Share } from '../../model/share.js';
import type { Exit, HostProcess } from '../../system/ports.js';
import type { Confinement } from '../confinement.js';
import { type FlowEnd, type FlowStart, NEVER_BROKEN } from '../runner.js';
import type { RunSummary } from './api.js';
import { type HostChannel, NO_MESSAGE, readThreadsMessage, spawnWatchedHost } from './dialogue.js';
import type { FromThreads, Hook, ToHost, ToThreads } from './protocol.js';
import { Host, type ModuleRunner, type ModuleRunnerOptions } from './runner.js';

/** Threads of one host process, each a host of its own. Should the process end, the next thread starts a new one. */
export class Threads {
  readonly #spawn: () => HostProcess;
  readonly #threads = new Map<number, ThreadState>();
  /** Those that were ended because something in them was no message. */
  readonly #broken = new WeakSet<HostProcess>();
  #process: HostProcess | undefined;
  #opened = 0;

  constructor(spawn: () => HostProcess) {
    this.#spawn = spawn;
  }

  open(): HostChannel {
    const process = this.#living();
    const thread = (this.#opened += 1);
    const tell = (message: ToThreads): void => {
      process.send(message);
    };
    const state: ThreadState = { listeners: [], lastWords: '', end: () => undefined };
    const ended = new Promise<Exit>((resolve) => {
      state.end = resolve;
    });
    this.#threads.set(thread, state);
    tell({ type: 'open', thread });
    return {
      exited: Promise.race([ended, process.exited]),
      stderr: () => (state.lastWords === '' ? process.stderr() : excerptOf(state.lastWords)),
      // Whatever the signal: a thread can only be ended.
      kill: () => {
        tell({ type: 'end', thread });
      },
      send: (message) => {
        tell({ type: 'tell', thread, message: message as ToHost });
      },
      onMessage: (listener) => {
        state.listeners.push(listener);
      },
      broken: () => (this.#broken.has(process) ? NO_MESSAGE : undefined),
    };
  }

  async close(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#process?.exited;
  }

  #living(): HostProcess {
    if (this.#process !== undefined) return this.#process;
    const process = (this.#process = this.#spawn());
    process.onMessage((received) => {
      const message = readThreadsMessage(received);
      if (message !== undefined) {
        this.#hear(message);
        return;
      }
      // Which of its threads wrote there nobody knows.
      this.#broken.add(process);
      process.kill('SIGKILL');
    });
    void process.exited.then(() => {
      if (this.#process === process) this.#process = undefined;
    });
    return process;
  }

  #hear(message: FromThreads): void {
    if (message.type === 'listening') return;
    const state = this.#threads.get(message.thread);
    if (state === undefined) return;
    if (message.type === 'said') {
      for (const listener of state.listeners) listener(message.message);
    } else {
      this.#threads.delete(message.thread);
      state.lastWords = message.error;
      state.end({ code: message.code, signal: null });
    }
  }
}

interface ThreadState {
  readonly listeners: ((message: unknown) => void)[];
  /** What it was ended by, if that was an error. */
  lastWords: string;
  end: (exit: Exit) => void;
}

function excerptOf(text: string): Excerpt {
  return { ...NOTHING_PRINTED, head: text, bytes: Buffer.byteLength(text) };
}

/** ms between telling the hosts to start and the instant at which they do, and how much more for each of them. */
const LEAD = 15;
const LEAD_PER_HOST = 1;

interface ModulePoolOptions extends ModuleRunnerOptions {
  readonly isolate: Exclude<Isolation, 'none'>;
  readonly slots: number;
  /** The part of a run that these slots are; the whole if left out. */
  readonly share?: Share;
}

/**
 * A host for each slot. A module with hooks has one more host, in which they run and no flow ever does, so that no flow
 * can take down what setup has made. Rejects if the module can not be loaded.
 */
export async function openModulePool(options: ModulePoolOptions): Promise<ModuleRunner> {
  const pool = new Pool(options);
  try {
    await pool.open();
    return pool;
  } catch (thrown) {
    await pool.close();
    throw thrown;
  }
}

class Pool implements ModuleRunner {
  /** A host that ends takes its own flow with it, and no other. */
  readonly broken = NEVER_BROKEN;
  readonly #options: ModulePoolOptions;
  readonly #threads: Threads;
  readonly #living = new Set<Host>();
  readonly #slots = new Map<number, Promise<Host>>();
  #hooks: ReadonlySet<Hook> = new Set();
  runtime: string | undefined;
  /** In which the hooks run. */
  #first: Host | undefined;
  #shared: string | undefined;
  #ended: string | undefined;

  constructor(options: ModulePoolOptions) {
    this.#options = options;
    this.#threads = new Threads(() => watchedToItsEnd(options, this.#confinementOf(ONLY)));
  }

  get hooks(): ReadonlySet<Hook> {
    return this.#hooks;
  }

  /** The first alone, so that a module that can not be loaded is said so once. */
  async open(): Promise<void> {
    const { host, hooks, runtime } = await this.#openHost('hooks');
    this.#hooks = hooks;
    this.runtime = runtime;
    this.#first = host;
    if (hooks.size === 0) this.#slots.set(numberOf(this.#options.share, 1), Promise.resolve(host));
    // With a setup they wait for what it returns.
    if (!hooks.has('setup')) await this.#fill();
  }

  async setup(): Promise<FlowError | undefined> {
    const { error, shared } = (await this.#first?.setupToShare()) ?? {};
    if (error !== undefined) return error;
    this.#shared = shared;
    await this.#fill();
    return undefined;
  }

  async verify(run: RunSummary): Promise<FlowError | undefined> {
    return this.#first?.verify(run);
  }

  async teardown(afterInterrupt: number): Promise<FlowError | undefined> {
    return this.#first?.teardown(afterInterrupt);
  }

  release(starts: readonly FlowStart[]): readonly Promise<FlowEnd>[] {
    const { clock, watch } = this.#options;
    if (starts.length === 1) return starts.map((start) => this.#run(start, undefined));
    const at = clock.now() + LEAD + LEAD_PER_HOST * starts.length;
    clock.timer(at - clock.now(), () => {
      watch.released();
    });
    return starts.map((start) => this.#run(start, at));
  }

  endAll(reason: string): void {
    this.#ended = reason;
    for (const host of this.#living) host.endAll(reason);
  }

  async settle(): Promise<void> {
    await Promise.all([...this.#living].map((host) => host.settle()));
  }

  async close(): Promise<void> {
    this.#ended ??= 'the run is over';
    await Promise.all([...this.#living].map((host) => host.close()));
    await this.#threads.close();
  }

  /** A flow starts when its slot has a host: after one that has ended, a new one. */
  async #run(start: FlowStart, at: number | undefined): Promise<FlowEnd> {
    const { clock } = this.#options;
    let host: Host;
    try {
      host = await this.#hostOf(start.slot);
    } catch (thrown) {
      return this.#notRun(this.#ended === undefined ? 'failed' : 'killed', messageOf(thrown));
    }
    if (this.#ended !== undefined) return this.#notRun('killed', this.#ended);
    const late = at !== undefined && clock.now() >= at;
    const [end] = host.release([start], late ? undefined : at);
    return end ?? this.#notRun('failed', 'it was not started');
  }

  #notRun(outcome: 'failed' | 'killed', message: string): FlowEnd {
    const now = this.#options.clock.now();
    return { outcome, startedAt: now, endedAt: now, error: { message } };
  }

  async #hostOf(slot: number): Promise<Host> {
    const host = await this.#slots.get(slot);
    if (host?.usable === true) return host;
    const opening = this.#openHost(slot).then((opened) => opened.host);
    this.#slots.set(slot, opening);
    return opening;
  }

  #confinementOf(host: number | 'hooks'): Confinement | undefined {
    const { confine, isolate } = this.#options;
    return confine?.(isolate === 'thread' ? ONLY : host);
  }

  async #fill(): Promise<void> {
    const { slots, share } = this.#options;
    const numbers = Array.from({ length: slots }, (_, index) => numberOf(share, index + 1));
    await Promise.all(numbers.map((slot) => this.#hostOf(slot)));
  }

  async #openHost(of: number | 'hooks'): Promise<OpenHost> {
    if (this.#ended !== undefined) throw new Error(this.#ended);
    const confinement = this.#confinementOf(of);
    const alone = this.#options.isolate === 'process';
    const channel = alone ? watchedToItsEnd(this.#options, confinement) : this.#threads.open();
    const host = new Host({ ...this.#options, ofOneFlow: true, confinement, alone }, channel);
    this.#living.add(host);
    void host.broken.then(() => this.#living.delete(host));
    const loaded = await host.load();
    if ('reason' in loaded) {
      await host.close();
      throw new Error(loaded.reason);
    }
    if (this.#shared !== undefined) host.share(this.#shared);
    return { host, ...loaded };
  }
}

type OpenHost = { readonly host: Host } & Pick<ModuleRunner, 'hooks' | 'runtime'>;

/** All threads are in one process. */
const ONLY = 1;

/** The pid of a host that has ended may be given to anybody, who must be neither watched nor killed. */
function watchedToItsEnd(options: ModuleRunnerOptions, confinement: Confinement | undefined) {
  const process = spawnWatchedHost(options, confinement);
  void process.exited.then(() => {
    options.watch.removeRoot(process.pid);
  });
  return process;
}
