/** Messages between flowgate and the host process of module flows: JSON over the process's message channel. */
import type { Excerpt, FlowError, StepTiming } from '../model/record.js';
import type { FlowSummary } from './module-api.js';

/** What a module may export beside its flow. */
export type Hook = 'setup' | 'verify' | 'teardown';

export interface HostedFlow {
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
    }
  | { readonly type: 'setup' }
  | { readonly type: 'teardown' }
  | { readonly type: 'verify'; readonly flows: readonly FlowSummary[]; readonly warmup: number }
  | { readonly type: 'start'; readonly flows: readonly HostedFlow[] }
  | { readonly type: 'abort'; readonly token: string; readonly reason: string }
  | { readonly type: 'ping' };

export type FromHost =
  | { readonly type: 'listening' }
  | { readonly type: 'loaded'; readonly hooks: readonly Hook[]; readonly error?: FlowError }
  | { readonly type: 'done'; readonly hook: Hook; readonly error?: FlowError }
  | { readonly type: 'ended'; readonly token: string; readonly flow: HostedFlowEnd }
  | { readonly type: 'pong' };

/** Times are ms of the machine's monotonic clock, which both processes share. */
export interface HostedFlowEnd {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error?: FlowError;
  readonly steps: readonly StepTiming[];
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
}
