import type { LimitPlan } from './limits.js';
import type { NetworkFaultKind, NetworkFaultPlan } from './network-fault.js';

/** Flows that are killed on purpose. */
export interface KillPlan {
  /** Ratio of the flows, each drawn by itself from the seed. */
  readonly share: number;
  /** ms after the flow's start, drawn evenly between the two. */
  readonly after: { readonly from: number; readonly to: number };
  /** `SIGKILL`; of an HTTP flow its connection is reset. */
  readonly signal: string;
}

/** What is done to the flows, to what they depend on, and to what they may use. */
export interface FaultsPlan {
  /** Of everything random in the faults. */
  readonly seed: number;
  readonly kill?: KillPlan;
  readonly network?: readonly NetworkFaultPlan[];
  readonly limits?: readonly LimitPlan[];
  /** Faulted waves, each with a clean one after it; as many clean ones come before the first. Kill and network only. */
  readonly rounds: number;
}

/** The first fault that hit a flow: what became of it is not the doing of the system under test. */
export interface Hit {
  readonly kind: 'kill' | NetworkFaultKind;
  /** ms on the record's clock. */
  readonly at: number;
  /** Nobody saw whom the fault hit: the flow was in flight then, and is no bystander for certain. */
  readonly untraced?: true;
}

/** One wave of a run with faults: the whole load of the scenario, with faults injected or without. */
export interface Wave {
  /** From 1. */
  readonly wave: number;
  readonly kind: 'clean' | 'faulted';
  /** ms on the record's clock. */
  readonly from: number;
  readonly to: number;
}
