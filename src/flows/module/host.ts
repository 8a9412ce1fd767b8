import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { messageOf } from '../../lib/errors.js';
import { seededRandom, seedOf } from '../../lib/random.js';
import type { FlowError, StepTiming } from '../../model/flow.js';
import { FlowCanary, searchValue } from '../canary.js';
import { type FlowOutput, type FlowOutputs, newFlowOutput } from '../output.js';
import { Reports } from '../reported.js';
import type { FlowContext, FlowModule, ModuleContext } from './api.js';
import type { FromHost, Hook, HostedFlow, ToHost } from './protocol.js';

interface HostPorts {
  /** ms of the machine's monotonic clock. */
  readonly now: () => number;
  /** Calls back after `ms`. */
  readonly after: (ms: number, callback: () => void) => void;
  readonly send: (message: FromHost) => void;
  readonly importModule: (name: string) => Promise<unknown>;
  /** A copy of data that is made of the module's own Array and Object, for the module to hold. */
  readonly forModule: <T>(data: T) => T;
  /** The same context, made of the module's own Object and Promise. */
  readonly contextFor: <T extends object>(context: T) => T;
  readonly outputs: FlowOutputs;
  /** Runs a flow, which has ended when this has. Left out, it is just run. */
  readonly around?: (flow: () => unknown) => unknown;
}

const run = (flow: () => unknown): unknown => flow();

const HOOKS: readonly Hook[] = ['setup', 'verify', 'teardown'];

/** Lives in the host process: runs a module's flows, all concurrently, and says how each went. */
export class ModuleHost {
  readonly #ports: HostPorts;
  readonly #aborts = new Map<number, AbortController>();
  #module: FlowModule | undefined;
  #canaries = false;
  #context: ModuleContext = { shared: undefined, seed: 0, options: {} };

  constructor(ports: HostPorts) {
    this.#ports = ports;
  }

  handle(message: ToHost): void {
    switch (message.type) {
      case 'load':
        void this.#load(message);
        break;
      case 'setup':
        void this.#hook('setup', async (module) => {
          const shared = await module.setup?.(this.#ports.contextFor(this.#context));
          this.#context = { ...this.#context, shared };
          return message.share === true ? { shared: packShared(shared) } : {};
        });
        break;
      case 'share':
        this.#context = { ...this.#context, shared: unpackShared(message.shared) };
        break;
      case 'verify':
        void this.#hook('verify', async (module) => {
          const run = this.#ports.forModule(message.run);
          const found = await module.verify?.(this.#ports.contextFor({ ...this.#context, ...run }));
          if (found === false) throw new Error('verify returned false');
          return undefined;
        });
        break;
      case 'teardown':
        void this.#hook('teardown', async (module) => {
          await module.teardown?.(this.#ports.contextFor(this.#context));
          return undefined;
        });
        break;
      case 'start':
        this.#start(message);
        break;
      case 'abort':
        this.#aborts.get(message.id)?.abort(new Error(message.reason));
        break;
      case 'ping':
        this.#ports.send({ type: 'pong' });
        break;
    }
  }

  async #load(message: Extract<ToHost, { type: 'load' }>): Promise<void> {
    const { module: name, options, seed, canaries } = message;
    this.#canaries = canaries === true;
    try {
      const loaded = await this.#ports.importModule(name);
      const module = asFlowModule(loaded);
      this.#module = module;
      this.#context = { shared: undefined, seed, options: this.#ports.forModule(options) };
      this.#ports.send({ type: 'loaded', hooks: HOOKS.filter((hook) => module[hook] !== undefined) });
    } catch (thrown) {
      this.#ports.send({ type: 'loaded', hooks: [], error: flowErrorOf(thrown) });
    }
  }

  /**
   * One synchronous loop over flows that are ready to run: the start barrier of one host. Those of several hosts share
   * the instant `at`.
   */
  #start({ flows, at }: Extract<ToHost, { type: 'start' }>): void {
    const runs = flows.map((flow) => this.#prepare(flow));
    const start = (): void => {
      for (const run of runs) void run();
    };
    const { now, after } = this.#ports;
    if (at === undefined) start();
    else after(Math.max(0, at - now()), start);
  }

  async #hook(
    hook: Hook,
    call: (module: FlowModule) => Promise<{ readonly shared?: string } | undefined>,
  ): Promise<void> {
    try {
      const answer = (await call(this.#loaded())) ?? {};
      this.#ports.send({ type: 'done', hook, ...answer });
    } catch (thrown) {
      this.#ports.send({ type: 'done', hook, error: flowErrorOf(thrown) });
    }
  }

  #prepare(flow: HostedFlow): () => Promise<void> {
    const canary = this.#canaries ? new FlowCanary(flow.token) : undefined;
    const output = newFlowOutput(canary);
    const told: Told = { steps: [], reports: new Reports() };
    const abort = new AbortController();
    this.#aborts.set(flow.id, abort);
    const context = this.#contextOf(flow, told, abort.signal);
    return () => this.#run(context, { id: flow.id, ...told, output, canary });
  }

  async #run(context: FlowContext, { id, steps, reports, output, canary }: Doing): Promise<void> {
    const { now, send, outputs, around = run } = this.#ports;
    const startedAt = now();
    let error: FlowError | undefined;
    let returned: unknown;
    try {
      returned = await around(() => outputs.collect(output, () => this.#loaded().default(context)));
    } catch (thrown) {
      error = flowErrorOf(thrown);
    }
    const endedAt = now();
    this.#aborts.delete(id);
    if (canary !== undefined) searchValue(returned, canary);
    send({
      type: 'ended',
      id,
      flow: {
        startedAt,
        endedAt,
        error,
        steps,
        metrics: reports.isEmpty ? undefined : reports.all(),
        stdout: output.stdout.excerpt(),
        stderr: output.stderr.excerpt(),
        seen: canary?.seen(),
      },
    });
  }

  #contextOf(flow: HostedFlow, { steps, reports }: Told, signal: AbortSignal): FlowContext {
    const { now, contextFor, forModule } = this.#ports;
    return contextFor<FlowContext>({
      ...this.#context,
      flow: flow.slot,
      iteration: flow.iteration,
      token: flow.token,
      workspace: flow.workspace,
      data: forModule(flow.data),
      signal,
      random: seededRandom(seedOf(this.#context.seed, flow.iteration)),
      step: async (name, body) => {
        if (typeof body !== 'function') throw new Error(`step(${textOf(name)}) needs a function to run`);
        refuseGenerator(`the step ${textOf(name)}`, body);
        const startedAt = now();
        try {
          return await body();
        } finally {
          if (steps.length < MOST_STEPS) steps.push({ name: textOf(name), startedAt, endedAt: now() });
        }
      },
      metric: (name, value, unit) => {
        reports.add(name, value, unit);
      },
    });
  }

  #loaded(): FlowModule {
    if (this.#module === undefined) throw new Error('the module is not loaded');
    return this.#module;
  }
}

/** What a flow has told of itself by its context so far. */
interface Told {
  readonly steps: StepTiming[];
  readonly reports: Reports;
}

/** What a flow has done so far, beside what it returns. */
interface Doing extends Told {
  readonly id: number;
  readonly output: FlowOutput;
  readonly canary: FlowCanary | undefined;
}

/** One more than is recorded of a flow, so that it is seen that there are more. */
const MOST_STEPS = 1001;
/** Characters of a step's name: more than are recorded. */
const LONGEST_NAME = 201;

/** What CommonJS code exports arrives as the default export of its namespace. */
function asFlowModule(loaded: unknown): FlowModule {
  const candidates = [loaded, isObject(loaded) ? loaded.default : undefined];
  const module = candidates.find(
    (candidate) => isObject(candidate) && typeof candidate.default === 'function',
  );
  if (module !== undefined) {
    const exported = module as Readonly<Record<string, unknown>>;
    refuseGenerator('the flow', exported.default);
    for (const hook of HOOKS) refuseGenerator(hook, exported[hook]);
    return module as unknown as FlowModule;
  }
  throw new Error(
    'it has no default export that is a function; write: export default async function flow(ctx) { … }',
  );
}

/** To call a generator function runs nothing of its body: it would be ok whatever it holds. */
function refuseGenerator(what: string, body: unknown): void {
  if (types.isGeneratorFunction(body))
    throw new Error(
      `${what} is a generator function (function*), whose body does not run when it is called; remove the *`,
    );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

/** Plain JavaScript may give anything for a name. */
function textOf(name: unknown): string {
  return String(name).slice(0, LONGEST_NAME);
}

/** Characters of what could not be cloned: it may be the text of a whole function. */
const LONGEST_PATH = 100;

/**
 * What setup returned, as text that can be handed from host to host: the structured clone of HTML, so that dates, maps,
 * sets and buffers arrive as what they were. Throws if something in it is no data.
 */
export function packShared(shared: unknown): string {
  try {
    return serialize(shared).toString('base64');
  } catch (thrown) {
    const what = messageOf(thrown).replaceAll(/\s+/g, ' ').slice(0, LONGEST_PATH);
    throw new Error(
      'what setup returned can not be handed to the other threads or processes: return data (structured clone) and ' +
        `open connections in the module or in the flow, or write isolate: none (${what})`,
      { cause: thrown },
    );
  }
}

export function unpackShared(packed: string): unknown {
  return deserialize(Buffer.from(packed, 'base64'));
}

/** Characters: what tells two errors apart stands at the beginning, and all flows of a run may throw. */
const LONGEST_TEXT = { message: 1000, stack: 8000 } as const;
/** Causes of causes that are followed: they may go in a circle. */
const DEPTH = 5;

/** What a module's flow threw, bounded, with what caused it: `fetch failed (connect ECONNREFUSED 127.0.0.1:80)`. Never throws. */
export function flowErrorOf(thrown: unknown): FlowError {
  const message = saidBy(thrown);
  const cause = rootCause(thrown);
  const whole = cause === '' || message.includes(cause) ? message : `${message} (${cause})`;
  const stack = stackOf(thrown);
  return {
    message: whole === '' ? 'an error without a message' : whole.slice(0, LONGEST_TEXT.message),
    stack: stack?.slice(0, LONGEST_TEXT.stack),
  };
}

/** The first line; one that ends with a colon, as those of `assert` do, goes on. */
function saidBy(thrown: unknown): string {
  const text = (jsonOf(thrown) ?? messageOf(thrown)).slice(0, LONGEST_TEXT.message);
  const [first = '', ...more] = text.split('\n');
  return first.trimEnd().endsWith(':') ? [first, ...more].join(' ').replace(/\s+/g, ' ').trim() : first;
}

/** Of an object that is no error: `[object Object]` would be the same for all. */
function jsonOf(thrown: unknown): string | undefined {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined;
    if ('message' in thrown && typeof thrown.message === 'string') return undefined;
    return messageOf(thrown) === '[object Object]' ? JSON.stringify(thrown) : undefined;
  } catch {
    return undefined;
  }
}

function rootCause(thrown: unknown): string {
  let last: unknown;
  let cause = causeOf(thrown);
  for (let depth = 0; cause !== undefined && depth < DEPTH; depth += 1) {
    last = cause;
    cause = causeOf(cause);
  }
  return last === undefined ? '' : saidBy(last);
}

/** An AggregateError has several, of which the first tells. */
function causeOf(thrown: unknown): unknown {
  try {
    if (typeof thrown !== 'object' || thrown === null) return undefined;
    if ('cause' in thrown && thrown.cause !== undefined) return thrown.cause;
    return 'errors' in thrown && Array.isArray(thrown.errors) ? (thrown.errors as unknown[])[0] : undefined;
  } catch {
    return undefined;
  }
}

/** A library may have put something else there. */
function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}
