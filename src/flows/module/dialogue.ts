import { z } from 'zod';
import { lastLine } from '../../lib/message.js';
import { seenTokenSchema } from '../../model/checks.js';
import { type Excerpt, excerptSchema, stepSchema } from '../../model/flow.js';
import { exitError } from '../../system/hook.js';
import type { Exit, HostProcess, HostSpec, Spawner } from '../../system/ports.js';
import type { Watch } from '../../watch/table.js';
import type { Confinement } from '../confinement.js';
import type { FromHost, FromThreads, Hook, HostedFlowEnd, ToHost } from './protocol.js';

/*
 * The module's code shares the host's process, and can reach the channel if it looks for it. So nothing is taken for a
 * message that has not the shape of one.
 */

const error = z.object({ message: z.string(), stack: z.string().optional() });
const hook = z.enum(['setup', 'verify', 'teardown'] satisfies Hook[]);
const seen = z.object({
  own: z.boolean(),
  others: z.array(seenTokenSchema),
  count: z.number(),
  missed: z.boolean(),
});

const report = z.object({ name: z.string(), value: z.number(), unit: z.string().optional() });

const flow = z.object({
  startedAt: z.number(),
  endedAt: z.number(),
  error: error.optional(),
  steps: z.array(stepSchema),
  metrics: z.array(report).optional(),
  stdout: excerptSchema,
  stderr: excerptSchema,
  seen: seen.optional(),
});

/** Plain words, as reports say them as they are. */
const RUNTIME = /^[\w .,-]{1,100}$/;

const schema: z.ZodType<FromHost> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('listening'),
    pid: z.int().positive().optional(),
    now: z.number().optional(),
  }),
  z.object({
    type: z.literal('loaded'),
    hooks: z.array(hook),
    error: error.optional(),
    runtime: z.string().regex(RUNTIME).optional(),
  }),
  z.object({
    type: z.literal('done'),
    hook,
    error: error.optional(),
    shared: z.string().optional(),
  }),
  z.object({ type: z.literal('ended'), id: z.int(), flow }),
  z.object({ type: z.literal('pong') }),
]);

/** A message of the host's; undefined if it is none. */
export function readHostMessage(message: unknown): FromHost | undefined {
  return schema.safeParse(message).data;
}

const thread = z.int();
const threadsSchema: z.ZodType<FromThreads> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('said'), thread, message: z.unknown() }),
  z.object({ type: z.literal('gone'), thread, code: z.int(), error: z.string() }),
]);

/** The same of the process that holds the threads. */
export function readThreadsMessage(message: unknown): FromThreads | undefined {
  return threadsSchema.safeParse(message).data;
}

/** What a host is reached by: a process, or a thread of one. */
export type HostChannel = Pick<HostProcess, 'exited' | 'stderr' | 'kill' | 'send' | 'onMessage'> & {
  /** Of a process. */
  readonly pid?: number;
  /** Why the process was ended if what it said was no message. */
  readonly broken?: () => string | undefined;
};

export const NO_MESSAGE =
  'the module, or a library that it uses, wrote to the channel between flowgate and its process ' +
  '(file descriptor 3); its process was ended: let it write to files and descriptors that it has opened itself';

/**
 * Speaks with one host and hears nothing that it was not asked for: each message answers one of ours, once. A host that
 * says anything else is ended, so that a module can neither have a flow end twice nor one that was never started.
 */
export class HostDialogue {
  readonly #channel: HostChannel;
  readonly #onEnded: (message: Extract<FromHost, { type: 'ended' }>) => void;
  readonly #listeners = new Set<(message: FromHost) => void>();
  /** How many messages of each kind are still to come; flows by their id. */
  readonly #awaited = new Map<string | number, number>([['listening', 1]]);
  #broken: string | undefined;

  constructor(channel: HostChannel, onEnded: (message: Extract<FromHost, { type: 'ended' }>) => void) {
    this.#channel = channel;
    this.#onEnded = onEnded;
    channel.onMessage((received) => {
      if (this.#broken === undefined) this.#hear(readHostMessage(received));
    });
  }

  /** Why it was ended, if that was for what it said. */
  get broken(): string | undefined {
    return this.#broken ?? this.#channel.broken?.();
  }

  send(message: ToHost): void {
    for (const answer of answersTo(message)) this.#awaited.set(answer, (this.#awaited.get(answer) ?? 0) + 1);
    this.#channel.send(message);
  }

  /** The next message of this type that is `meant`; undefined if the host ends before. */
  answer<T extends FromHost['type']>(
    type: T,
    meant: (message: Extract<FromHost, { type: T }>) => boolean = () => true,
  ): Promise<Extract<FromHost, { type: T }> | undefined> {
    return new Promise((resolve) => {
      const listener = (message: FromHost): void => {
        if (message.type !== type) return;
        const answer = message as Extract<FromHost, { type: T }>;
        if (!meant(answer)) return;
        this.#listeners.delete(listener);
        resolve(answer);
      };
      this.#listeners.add(listener);
      void this.#channel.exited.then(() => {
        resolve(undefined);
      });
    });
  }

  #hear(message: FromHost | undefined): void {
    if (message === undefined) this.#breakOff(NO_MESSAGE);
    else if (!this.#wasAwaited(kindOf(message))) this.#breakOff(unasked(message));
    else if (message.type === 'ended') this.#onEnded(message);
    else for (const listener of this.#listeners) listener(message);
  }

  #wasAwaited(kind: string | number): boolean {
    const count = this.#awaited.get(kind) ?? 0;
    if (count > 1) this.#awaited.set(kind, count - 1);
    else this.#awaited.delete(kind);
    return count > 0;
  }

  #breakOff(reason: string): void {
    this.#broken = reason;
    this.#channel.kill('SIGKILL');
  }
}

function answersTo(message: ToHost): readonly (string | number)[] {
  switch (message.type) {
    case 'load':
      return ['loaded'];
    case 'setup':
    case 'verify':
    case 'teardown':
      return [`done ${message.type}`];
    case 'start':
      return message.flows.map(({ id }) => id);
    case 'ping':
      return ['pong'];
    case 'share':
    case 'abort':
      return [];
  }
}

function kindOf(message: FromHost): string | number {
  if (message.type === 'ended') return message.id;
  return message.type === 'done' ? `done ${message.hook}` : message.type;
}

function unasked(message: FromHost): string {
  const what = message.type === 'ended' ? 'a flow that had ended before or was not started' : message.type;
  return `the module spoke in place of flowgate in its process (it reported ${what}, unasked); its process was ended`;
}

/** Why a host has ended by itself: how, and what it said of it. */
export function hostDeath(exit: Exit, stderr: Excerpt): string {
  const said = crashLine(stderr);
  return `the module's process ended (${exitError(exit).message})${said === '' ? '' : `: ${said}`}`;
}

/** Of what Node prints when it crashes, the line that names the error. */
function crashLine(stderr: Excerpt): string {
  const lines = `${stderr.head}\n${stderr.tail}`.split('\n');
  const fatal = fatalOf(lines);
  if (fatal !== undefined) return fatal;
  const error = lines.find((line) => /^[\w.]*(Error|Exception)\b/.test(line));
  if (error !== undefined) return error;
  const head = withoutWarnings(stderr.head);
  const tail = withoutWarnings(stderr.tail);
  const left = stderr.head.length + stderr.tail.length - head.length - tail.length;
  return lastLine({ ...stderr, head, tail, bytes: stderr.bytes - left });
}

/** What Python writes when the kernel ends it (faulthandler), with the innermost line of the thread concerned. */
function fatalOf(lines: readonly string[]): string | undefined {
  const at = lines.findIndex((line) => line.startsWith('Fatal Python error: '));
  if (at === -1) return undefined;
  const thread = lines.findIndex((line, index) => index > at && /^Current thread /.test(line));
  const [, file, line] = /^ {2}File "(.*)", line (\d+) in /.exec(lines[thread + 1] ?? '') ?? [];
  const where = thread === -1 || file === undefined ? '' : ` (at ${file}:${line})`;
  return `${lines[at]}${where}`;
}

/** What Node warns of by itself, and how to see more of it, is not why a process has ended. */
function withoutWarnings(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\(node:\d+\) |^\(Use `node --trace-/.test(line))
    .join('\n');
}

interface HostNeeds {
  readonly spawner: Spawner;
  readonly spec: HostSpec;
  readonly watch: Watch;
}

/** A host process that is watched from its start. */
export function spawnWatchedHost(
  { spawner, spec, watch }: HostNeeds,
  confinement: Confinement | undefined,
): HostProcess {
  const enclosure = confinement?.enclosure;
  const process = spawner.spawnHost(enclosure === undefined ? spec : { ...spec, enclosure });
  watch.addRoot({ pid: process.pid, role: 'flow', launcher: false });
  return process;
}

/**
 * What a host says of a flow's times, held to what we know ourselves: nothing starts before the host was told to (`from`)
 * or ends after we heard of it (`to`), and nothing ends before it starts.
 */
export function within(ended: HostedFlowEnd, from: number, to: number): HostedFlowEnd {
  const startedAt = clamped(ended.startedAt, from, to);
  const endedAt = clamped(ended.endedAt, startedAt, to);
  const steps = ended.steps.map((step) => {
    const begun = clamped(step.startedAt, startedAt, endedAt);
    return { ...step, startedAt: begun, endedAt: clamped(step.endedAt, begun, endedAt) };
  });
  return { ...ended, startedAt, endedAt, steps };
}

function clamped(value: number, from: number, to: number): number {
  return Math.min(Math.max(value, from), to);
}
