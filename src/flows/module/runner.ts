import type { FlowError } from '../../model/flow.js';
import { type Deadline, inTime, openDeadline } from '../../system/deadline.js';
import { HOOK_TIMEOUT } from '../../system/hook.js';
import type { Clock, Exit, HostSpec, Spawner } from '../../system/ports.js';
import type { Watch } from '../../watch/table.js';
import { type Confinement, failedBy, type LimitWatch, UNLIMITED } from '../confinement.js';
import { reportedOf } from '../reported.js';
import {
  awaitKill,
  endedBy,
  type FlowEnd,
  type FlowKilled,
  type FlowRunner,
  type FlowStart,
  timedOut,
} from '../runner.js';
import type { RunSummary } from './api.js';
import { type HostChannel, hostDeath, HostDialogue, spawnWatchedHost, within } from './dialogue.js';
import type { Hook, HookAnswer, HostedFlowEnd, ToHost } from './protocol.js';

/** ms in which the host must answer after one of its flows has timed out; then its event loop is blocked. */
const PONG_WITHIN = 2000;
/** ms that loading a module may keep the event loop of its host to itself. */
const BLOCKED_LOADING = 30_000;

/** ms after its timeout in which a flow of Python must have ended: neither a thread nor a C call can be ended alone. */
const GRACE = 2000;

const BLOCKED_WHILE_LOADING = `${BLOCKED_LOADING / 1000} s while it was loaded; its process was killed: let it await`;
const BLOCKED_AFTER_TIMEOUT = `${PONG_WITHIN / 1000} s after a timeout; its process was killed: let it await, or isolate its flows (isolate: thread)`;

/** Starts the host process and loads the module in it. Rejects if it can not be loaded. */
export async function openModuleRunner(options: ModuleRunnerOptions): Promise<ModuleRunner> {
  const confinement = options.confine?.(1);
  const host = new Host({ ...options, confinement }, spawnWatchedHost(options, confinement));
  const loaded = await host.load();
  if ('reason' in loaded) {
    await host.close();
    throw new Error(loaded.reason);
  }
  return Object.assign(host, loaded);
}

/** What a module told of itself when it was loaded. */
interface Loaded {
  readonly hooks: ReadonlySet<Hook>;
  readonly runtime: string | undefined;
}

export interface HostOptions extends ModuleRunnerOptions {
  /** It runs one flow at a time and ends with one that is past its timeout. */
  readonly ofOneFlow?: boolean;
  /** The limits that its process runs in. */
  readonly confinement?: Confinement;
  /** Nobody else runs in them: what they do to whoever is there they do to its flow. */
  readonly alone?: boolean;
}

/** ms by which two readings of one clock may seem to be apart. */
const CLOCKS_APART = 100;
const OTHER_CLOCK =
  "its host reads another clock than flowgate, so that no time of its flows can be measured: this interpreter's monotonic " +
  'clock is not that of the machine; please report it, with the system and its version';

const STUCK =
  `did not end within ${GRACE / 1000} s after its timeout, and a flow of Python that shares its process cannot be ended ` +
  'alone, so the process was, with all flows in it; let flows look at ctx.cancelled, or write isolate: process';

/** What is done to a flow in place of a signal to its process. */
const ABORTED = 'aborted';

/** As the flow of a module fails while its process lives on. */
const THREW: Exit = { code: 1, signal: null };

interface FlowInFlight {
  readonly id: number;
  readonly slot: number;
  readonly token: string;
  /** When the host was told to start it: it can not have started before. */
  readonly toldAt: number;
  readonly startedAt: number;
  readonly limits: LimitWatch;
  readonly resolve: (end: FlowEnd) => void;
  killed?: FlowKilled;
}

/** Runs flows in one host, and knows whether it still lives. */
export class Host implements FlowRunner {
  readonly broken: Promise<string>;
  readonly #options: HostOptions;
  readonly #process: HostChannel;
  readonly #dialogue: HostDialogue;
  readonly #openedAt: number;
  readonly #inFlight = new Map<number, FlowInFlight>();
  #started = 0;
  /** The answer to the last ping, or the end of a host that gave none. */
  #pong: Promise<unknown> = Promise.resolve();
  /** For how long and when its event loop was blocked, and what to do. */
  #blocked: string | undefined;
  /** Flows of Python that were given up and have not ended. */
  readonly #lingering = new Map<number, () => void>();
  /** Which flow did not end, so that its process was ended. */
  #stuck: string | undefined;
  #usable = true;

  constructor(options: HostOptions, channel: HostChannel) {
    this.#options = options;
    this.#process = channel;
    this.#openedAt = options.clock.now();
    const limits = options.confinement?.watch() ?? UNLIMITED;
    this.#dialogue = new HostDialogue(channel, ({ id, flow }) => {
      this.#onEnded(id, flow);
    });
    this.broken = this.#process.exited.then((exit) => {
      this.#usable = false;
      const { killed } = limits(exit);
      const reason = killed === undefined ? this.#deathReason(exit) : `the module's process was ${killed}`;
      const byLimit = killed === undefined ? undefined : ({ outcome: 'killed', message: killed } as const);
      const byUs = this.#stuck === undefined ? undefined : ({ outcome: 'killed', message: reason } as const);
      for (const flow of this.#inFlight.values()) {
        this.#resolve(flow, byLimit ?? byUs ?? endedBy(flow.killed, reason));
      }
      return reason;
    });
  }

  async load(): Promise<Loaded | { reason: string }> {
    const { module, options, seed, canaries } = this.#options;
    const listening = await inTime(this.#dialogue.answer('listening'), this.#deadline());
    if ('late' in listening) return { reason: `its process ${listening.late}` };
    if (listening.value === undefined) return { reason: await this.broken };
    const { pid, now } = listening.value;
    if (now !== undefined && !this.#isOurClock(now)) return { reason: OTHER_CLOCK };
    if (pid !== undefined && this.#process.pid !== undefined && pid !== this.#process.pid)
      await this.#options.watch.hostBelow(this.#process.pid, pid);
    this.#send({ type: 'load', module, options, seed, canaries });
    const loading = this.#dialogue.answer('loaded');
    // A module of Python is imported by the thread that would answer.
    const watch = this.#isPython
      ? undefined
      : this.#options.clock.timer(BLOCKED_LOADING, () => {
          this.#killIfBlocked(BLOCKED_WHILE_LOADING);
        });
    const end = await inTime(loading, this.#deadline());
    watch?.cancel();
    if ('late' in end) return { reason: `loading it ${end.late}` };
    const answer = end.value;
    if (answer === undefined) return { reason: await this.broken };
    return answer.error === undefined
      ? { hooks: new Set(answer.hooks), runtime: answer.runtime }
      : { reason: answer.error.message };
  }

  /** False once it has ended or is being ended. */
  get usable(): boolean {
    return this.#usable;
  }

  async setup(): Promise<FlowError | undefined> {
    return (await this.#ask({ type: 'setup' })).error;
  }

  /** What setup returned, packed for other hosts; or its error. */
  setupToShare(): Promise<HookAnswer> {
    return this.#ask({ type: 'setup', share: true });
  }

  /** What setup returned in another host. */
  share(shared: string): void {
    this.#send({ type: 'share', shared });
  }

  async verify(run: RunSummary): Promise<FlowError | undefined> {
    return (await this.#ask({ type: 'verify', run })).error;
  }

  async teardown(afterInterrupt: number): Promise<FlowError | undefined> {
    return (await this.#ask({ type: 'teardown' }, afterInterrupt)).error;
  }

  /** `at`: ms of the clock at which they start, should several hosts start together. */
  release(starts: readonly FlowStart[], at?: number): readonly Promise<FlowEnd>[] {
    const startedAt = at ?? this.#options.clock.now();
    const first = this.#started + 1;
    this.#started += starts.length;
    const ends = starts.map((start, index) => this.#expect(start, { id: first + index, startedAt }));
    const flows = starts.map(({ slot, iteration, token, workspace, data }, index) => ({
      id: first + index,
      slot,
      iteration,
      token,
      workspace,
      data,
    }));
    this.#send({ type: 'start', flows, at });
    if (starts.length > 1) this.#options.watch.released();
    return ends;
  }

  endAll(reason: string): void {
    for (const flow of this.#inFlight.values()) this.#give(flow, { outcome: 'killed', message: reason });
  }

  async settle(): Promise<void> {
    await this.#pong;
  }

  async close(): Promise<void> {
    this.#usable = false;
    this.#process.kill('SIGKILL');
    await this.#process.exited;
  }

  #expect(start: FlowStart, { id, startedAt }: { id: number; startedAt: number }): Promise<FlowEnd> {
    const { clock, timeout, alone, confinement } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.timer(startedAt - clock.now() + timeout, () => {
        this.#give(flow, { outcome: 'timed_out', message: timedOut(timeout) });
        if (this.#options.ofOneFlow === true) void this.#endHost(start.token, 'SIGKILL');
        else if (this.#isPython) this.#awaitEnd(id, start.slot, GRACE);
        else this.#killIfBlocked(BLOCKED_AFTER_TIMEOUT);
      });
      const kill = awaitKill(this.#killable(start), { clock, startedAt }, (killed, signal) => {
        this.#kill(flow, killed, signal);
      });
      const flow: FlowInFlight = {
        id,
        slot: start.slot,
        token: start.token,
        toldAt: clock.now(),
        startedAt,
        limits: (alone === true ? confinement : undefined)?.watch() ?? UNLIMITED,
        resolve: (end) => {
          timer.cancel();
          kill?.cancel();
          resolve(flow.killed === undefined ? end : { ...end, hit: flow.killed.hit });
        },
      };
      this.#inFlight.set(id, flow);
    });
  }

  /** Of several flows in one process none can be killed: it is aborted, as one whose caller has gone. */
  #killable({ kill }: FlowStart): Pick<FlowStart, 'kill'> {
    if (kill === undefined || this.#options.ofOneFlow === true) return { kill };
    return { kill: { ...kill, signal: ABORTED } };
  }

  /** A host of one flow ends with it; should it survive the signal, it runs no other flow all the same. */
  #kill(flow: FlowInFlight, killed: FlowKilled, signal: string): void {
    flow.killed = killed;
    if (signal === ABORTED) {
      this.#give(flow, { outcome: 'killed', message: killed.message });
      const { clock, timeout } = this.#options;
      if (this.#isPython) this.#awaitEnd(flow.id, flow.slot, flow.startedAt + timeout - clock.now() + GRACE);
      return;
    }
    void this.#endHost(flow.token, signal);
  }

  /** What its process has adopted is lost from sight when it ends, unless it was seen before. */
  async #endHost(token: string, signal: string): Promise<void> {
    this.#usable = false;
    await this.#options.watch.pidsOfFlow(undefined, token);
    this.#process.kill(signal);
  }

  /** Gives a flow up: its signal is aborted, and whatever it still does is no longer waited for. */
  #give(flow: FlowInFlight, ending: { outcome: 'timed_out' | 'killed'; message: string }): void {
    this.#send({ type: 'abort', id: flow.id, reason: ending.message });
    this.#resolve(flow, ending);
  }

  #resolve(flow: FlowInFlight, { outcome, message }: { outcome: FlowEnd['outcome']; message: string }): void {
    this.#inFlight.delete(flow.id);
    // Hosts that start together are told of an instant to come: one that is ended before it has not run at all.
    const endedAt = Math.max(flow.startedAt, this.#options.clock.now());
    flow.resolve({ outcome, startedAt: flow.startedAt, endedAt, error: { message } });
  }

  #onEnded(id: number, claimed: HostedFlowEnd): void {
    const flow = this.#inFlight.get(id);
    // Given up before: its outcome stands.
    if (flow === undefined) {
      this.#lingering.get(id)?.();
      return;
    }
    this.#inFlight.delete(id);
    const { metrics: reports = [], ...told } = within(claimed, flow.toldAt, this.#options.clock.now());
    const { metrics, problem } = reportedOf(reports);
    const ended = metrics.length === 0 ? told : { ...told, metrics };
    const error = told.error ?? (problem === undefined ? undefined : { message: problem });
    if (error === undefined) flow.resolve({ ...ended, outcome: 'ok' });
    else flow.resolve({ ...ended, ...failedBy(error, flow.limits(THREW)) });
    if (flow.killed !== undefined) void this.close();
  }

  /** A flow that ignores its signal is let be; a host whose event loop is blocked can run no other flow either. */
  #killIfBlocked(how: string): void {
    const timer = this.#options.clock.timer(PONG_WITHIN, () => {
      this.#blocked = how;
      this.#process.kill('SIGKILL');
    });
    this.#pong = this.#dialogue.answer('pong').then(() => {
      timer.cancel();
    });
    this.#send({ type: 'ping' });
  }

  /** A flow of Python that was given up must end within `ms`, or its process is ended with all flows in it. */
  #awaitEnd(id: number, slot: number, ms: number): void {
    const ended = new Promise<void>((resolve) => {
      const timer = this.#options.clock.timer(ms, () => {
        this.#stuck = `flow ${slot} ${STUCK}`;
        this.#process.kill('SIGKILL');
      });
      this.#lingering.set(id, () => {
        timer.cancel();
        this.#lingering.delete(id);
        resolve();
      });
    });
    if (ms === GRACE) this.#pong = Promise.all([this.#pong, Promise.race([ended, this.#process.exited])]);
  }

  /** The host has read it after it was started, and before we heard of it. */
  #isOurClock(now: number): boolean {
    const heard = this.#options.clock.now();
    return this.#openedAt - CLOCKS_APART <= now && now <= heard + CLOCKS_APART;
  }

  get #isPython(): boolean {
    return this.#options.spec.python !== undefined;
  }

  async #ask(message: Extract<ToHost, { type: Hook }>, afterInterrupt?: number): Promise<HookAnswer> {
    const answer = this.#dialogue.answer('done', ({ hook }) => hook === message.type);
    this.#send(message);
    const end = await inTime(answer, this.#deadline(afterInterrupt));
    if ('late' in end) return { error: { message: end.late } };
    return end.value ?? { error: { message: await this.broken } };
  }

  /** A hook that is late is no longer waited for; the host lives on, so that the teardown can still be tried. */
  #deadline(afterInterrupt = 0): Deadline {
    const { clock, interrupt } = this.#options;
    return openDeadline({ clock, interrupt, limit: HOOK_TIMEOUT, afterInterrupt });
  }

  #send(message: ToHost): void {
    this.#dialogue.send(message);
  }

  #deathReason(exit: Exit): string {
    if (this.#blocked !== undefined) {
      return `the module blocked its event loop for more than ${this.#blocked}`;
    }
    if (this.#stuck !== undefined) return this.#stuck;
    return this.#dialogue.broken ?? hostDeath(exit, this.#process.stderr());
  }
}

export interface ModuleRunnerOptions {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly spec: HostSpec;
  /** Absolute path or built-in name. */
  readonly module: string;
  readonly options: Readonly<Record<string, string>>;
  readonly seed: number;
  /** ms. */
  readonly timeout: number;
  readonly interrupt: AbortSignal;
  /** Tokens of other flows are looked for in what each prints and returns. */
  readonly canaries?: boolean;
  /** The limits of the host process of a slot, of the only one, or of that in which hooks run; none if left out. */
  readonly confine?: (host: number | 'hooks') => Confinement;
}

/** What a module has around its flows. */
export interface ModuleHooks {
  /** The hooks that the module exports. */
  readonly hooks: ReadonlySet<Hook>;
  /** What runs it, if that is not Node: "Python 3.12.3, GIL on". */
  readonly runtime: string | undefined;
  /** Resolves when the hook is through, to its error if it threw, took too long, or the host died. */
  setup(): Promise<FlowError | undefined>;
  verify(run: RunSummary): Promise<FlowError | undefined>;
  /** `afterInterrupt`: ms that it still has then. */
  teardown(afterInterrupt: number): Promise<FlowError | undefined>;
}

export type ModuleRunner = FlowRunner & ModuleHooks;
