/**
 * Messages between flowgate and a host of module flows, which is a process or a thread of one: lines of JSON over a
 * channel of our own.
 */
import type { TokensSeen } from '../model/checks.js';
import type { Excerpt, FlowError, StepTiming } from '../model/flow.js';
import type { RunSummary } from './module-api.js';

/** What a module may export beside its flow. */
export type Hook = 'setup' | 'verify' | 'teardown';

export interface HostedFlow {
  /** Of this start in this host: a flow that is tried again keeps its token. */
  readonly id: number;
  readonly slot: number;
  readonly iteration: number;
  readonly token: string;
  readonly workspace: string;
}

export type ToHost =
  | {
      readonly type: 'load';
      readonly module: string;
      readonly options: Readonly<Record<string, string>>;
      readonly seed: number;
      /** Tokens of other flows are to be looked for. */
      readonly canaries?: boolean;
      /** Share of itself by which each flow is made longer, 0 or more. */
      readonly slowdown?: number;
    }
  /** `share`: what it returns is to be sent back, for other hosts. */
  | { readonly type: 'setup'; readonly share?: boolean }
  /** What setup returned in another host, as `shared-value` packs it. */
  | { readonly type: 'share'; readonly shared: string }
  | { readonly type: 'teardown' }
  | { readonly type: 'verify'; readonly run: RunSummary }
  /** `at`: ms of the machine's monotonic clock at which they start; at once if left out. */
  | { readonly type: 'start'; readonly flows: readonly HostedFlow[]; readonly at?: number }
  | { readonly type: 'abort'; readonly id: number; readonly reason: string }
  | { readonly type: 'ping' };

export type FromHost =
  | { readonly type: 'listening' }
  | { readonly type: 'loaded'; readonly hooks: readonly Hook[]; readonly error?: FlowError }
  | { readonly type: 'done'; readonly hook: Hook; readonly error?: FlowError; readonly shared?: string }
  | { readonly type: 'ended'; readonly id: number; readonly flow: HostedFlowEnd }
  | { readonly type: 'pong' };

/** Times are ms of the machine's monotonic clock, which both processes share. */
export interface HostedFlowEnd {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error?: FlowError;
  readonly steps: readonly StepTiming[];
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
