import type { Hit } from './faults.js';

/** One fault that was injected on purpose. */
export interface InjectedFault {
  readonly kind: Hit['kind'];
  /** ms on the record's clock. */
  readonly at: number;
  /** Of an outage: when connections were accepted again. */
  readonly until?: number;
  /** The flow that it hit; left out if it can not be told. */
  readonly iteration?: number;
  /** Of a network fault: the entry of the proxy, and which connection it was from 1; an outage has none. */
  readonly listen?: string;
  readonly connection?: number;
  /** ms of latency or delay, or bytes a second. */
  readonly amount?: number;
  /** What a killed flow was sent. */
  readonly signal?: string;
}

export interface InjectedFaultCount {
  readonly kind: Hit['kind'];
  readonly times: number;
  /** Different flows that it is known to have hit. */
  readonly flows: number;
}

/** Everything that was injected into a run. */
export interface InjectedFaults {
  /** The first ones, in order of time; `counts` is exact. */
  readonly faults: readonly InjectedFault[];
  readonly counts: readonly InjectedFaultCount[];
  /** Flows that were drawn to be killed and had ended before. */
  readonly spared: number;
  /** Faults of connections that could not be traced to one flow: every flow that was in flight then is taken for hit. */
  readonly untraced: number;
  /** What went wrong without our doing, in words for the report. */
  readonly notes: readonly string[];
}
