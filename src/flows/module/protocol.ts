/**
 * Messages between flowgate and a host of module flows, which is a process or a thread of one: lines of JSON over a
 * channel of our own.
 */
import { Buffer } from 'node:buffer';
import { NOTHING_PRINTED } from '../../lib/output.js';
import type { TokensSeen } from '../../model/checks.js';
import type { Excerpt, FlowError, StepTiming } from '../../model/flow.js';
import type { DataRow } from '../../model/plan.js';
import { LONGEST_LINE } from '../../system/ports.js';
import type { Report } from '../reported.js';
import type { RunSummary } from './api.js';

/** What a module may export beside its flow. */
export type Hook = 'setup' | 'verify' | 'teardown';

export interface HostedFlow {
  /** Of this start in this host: a flow that is tried again keeps its token. */
  readonly id: number;
  readonly slot: number;
  readonly iteration: number;
  readonly token: string;
  readonly workspace: string;
  readonly data?: DataRow;
}

export type ToHost =
  | {
      readonly type: 'load';
      readonly module: string;
      readonly options: Readonly<Record<string, string>>;
      readonly seed: number;
      /** Tokens of other flows are to be looked for. */
      readonly canaries?: boolean;
    }
  /** `share`: what it returns is to be sent back, for other hosts. */
  | { readonly type: 'setup'; readonly share?: boolean }
  /** What setup returned in another host, as `packShared` packs it. */
  | { readonly type: 'share'; readonly shared: string }
  | { readonly type: 'teardown' }
  | { readonly type: 'verify'; readonly run: RunSummary }
  /** `at`: ms of the machine's monotonic clock at which they start; at once if left out. */
  | { readonly type: 'start'; readonly flows: readonly HostedFlow[]; readonly at?: number }
  | { readonly type: 'abort'; readonly id: number; readonly reason: string }
  | { readonly type: 'ping' };

export type FromHost =
  /** `pid`: of the host, should another program have started it. `now`: what its clock shows, ms. */
  | { readonly type: 'listening'; readonly pid?: number; readonly now?: number }
  | {
      readonly type: 'loaded';
      readonly hooks: readonly Hook[];
      readonly error?: FlowError;
      readonly runtime?: string;
    }
  | { readonly type: 'done'; readonly hook: Hook; readonly error?: FlowError; readonly shared?: string }
  | { readonly type: 'ended'; readonly id: number; readonly flow: HostedFlowEnd }
  | { readonly type: 'pong' };

/** Times are ms of the machine's monotonic clock, which both processes share. */
export interface HostedFlowEnd {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error?: FlowError;
  readonly steps: readonly StepTiming[];
  /** What it reported, added up by name and unit; left out if it reported nothing. */
  readonly metrics?: readonly Report[];
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
  readonly seen?: TokensSeen;
}

/** To the process that holds the threads. A thread is opened, spoken to, and ended alone. */
export type ToThreads =
  | { readonly type: 'open'; readonly thread: number }
  | { readonly type: 'tell'; readonly thread: number; readonly message: ToHost }
  | { readonly type: 'end'; readonly thread: number };

export type FromThreads =
  /** Of the process itself, which is ready for threads. */
  | { readonly type: 'listening' }
  /** Of the thread's host, not yet known to be a message of ours. */
  | { readonly type: 'said'; readonly thread: number; readonly message?: unknown }
  | { readonly type: 'gone'; readonly thread: number; readonly code: number; readonly error: string };

/** How a hook went, and of a setup what it returned. */
export interface HookAnswer {
  readonly error?: FlowError;
  readonly shared?: string;
}

const TOO_LONG = 'more than 64 MB';
/** Bytes of a character in UTF-8, at most. */
const OF_A_CHARACTER = 3;
/** What stands before the message in its line. */
const KEY_ROOM = 64;

/** A message as a line of JSON. One that is too long, or that is no data, says so in place of what it holds. */
export function lineOf(message: FromHost | FromThreads): string {
  const line = jsonOf(message);
  return line !== undefined && isShort(line) ? line : JSON.stringify(withoutContent(message));
}

function isShort(line: string): boolean {
  return line.length * OF_A_CHARACTER < LONGEST_LINE || Buffer.byteLength(line) < LONGEST_LINE - KEY_ROOM;
}

function jsonOf(message: unknown): string | undefined {
  try {
    return JSON.stringify(message);
  } catch {
    return undefined;
  }
}

function withoutContent(message: FromHost | FromThreads): FromHost | FromThreads {
  switch (message.type) {
    case 'ended':
      return { ...message, flow: { ...message.flow, ...SAYS_TOO_MUCH } };
    case 'done':
      return { type: 'done', hook: message.hook, error: { message: whyNotDone(message) } };
    case 'loaded':
      return { type: 'loaded', hooks: [], error: { message: `its error has ${TOO_LONG}` } };
    case 'said':
      return withoutContentOf(message);
    case 'listening':
    case 'pong':
    case 'gone':
      return message;
  }
}

const SAYS_TOO_MUCH = {
  error: { message: `the flow's steps and its error are ${TOO_LONG} together: name fewer steps` },
  steps: [],
  metrics: [],
  stdout: NOTHING_PRINTED,
  stderr: NOTHING_PRINTED,
};

function whyNotDone({ shared }: Extract<FromHost, { type: 'done' }>): string {
  return shared === undefined
    ? `its error has ${TOO_LONG}`
    : `what setup returned is ${TOO_LONG} when it is handed to the other threads or processes: load it in the module instead`;
}

/** Of a thread's host. What is no message stays none, so that the thread is ended for it. */
function withoutContentOf({ thread, message }: Extract<FromThreads, { type: 'said' }>): FromThreads {
  const isOurs = typeof message === 'object' && message !== null && 'type' in message;
  return {
    type: 'said',
    thread,
    ...(isOurs ? { message: withoutContent(message as FromHost) } : {}),
  };
}
