/** What is done to the network between the flows and something that they depend on, and what was done. */

/** ms from the start of the run; without `to` it has no end. */
export interface TimeWindow {
  readonly from: number;
  readonly to?: number;
}

/** Downstream is from the dependency to the client: its answers. */
export const DIRECTIONS = ['downstream', 'upstream', 'both'] as const;
export type Direction = (typeof DIRECTIONS)[number];

interface Met {
  /** Share of the connections that meet it, 0 to 1. */
  readonly probability: number;
  /** Always if left out. */
  readonly during?: readonly TimeWindow[];
}

/** Times in ms; delays are spread evenly from mean − jitter to mean + jitter. */
export interface Latency extends Met {
  readonly kind: 'latency';
  readonly mean: number;
  readonly jitter: number;
  readonly direction: Direction;
}

/** `rate`: bytes a second, of each connection and direction. */
export interface Bandwidth extends Met {
  readonly kind: 'bandwidth';
  readonly rate: number;
  readonly direction: Direction;
}

/** The connection is reset `after` ms after the first bytes that come while it is in force. */
export interface Reset extends Met {
  readonly kind: 'reset';
  readonly after: number;
}

/** Nothing passes, and nobody is told. */
export interface Blackhole extends Met {
  readonly kind: 'blackhole';
}

/** The end of a stream is passed on `delay` ms late. */
export interface SlowClose extends Met {
  readonly kind: 'slow_close';
  readonly delay: number;
  readonly direction: Direction;
}

/** What a connection may meet. */
export type Toxic = Latency | Bandwidth | Reset | Blackhole | SlowClose;

/** Nobody listens: connections are refused by the kernel. `down` also resets those that are open. */
export interface Outage {
  readonly kind: 'refuse' | 'down';
  readonly during: readonly TimeWindow[];
}

export type NetworkFaultKind = Toxic['kind'] | Outage['kind'];

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One entry of `faults.network`. */
export interface NetworkFaultPlan {
  readonly listen: Endpoint;
  readonly upstream: Endpoint;
  /** `{{port.db}}`: the upstream's port is that of a service, and 0 until it is chosen. Left out once it is. */
  readonly upstreamPort?: string;
  readonly toxics: readonly Toxic[];
  readonly outages: readonly Outage[];
}

/** One fault that was injected: at most one of a kind for each exchange of a connection. */
export interface NetworkFault {
  readonly kind: NetworkFaultKind;
  /** `127.0.0.1:15432` */
  readonly listen: string;
  readonly upstream: string;
  /** ms on the record's clock. */
  readonly at: number;
  /** Of an outage that is over: when connections were accepted again. */
  readonly until?: number;
  /** From 1 in order of acceptance at this entry. Left out of an outage as a whole: whom it refuses nobody sees. */
  readonly connection?: number;
  /** The client's end of the connection: a flow is known by it. */
  readonly clientPort?: number;
  /** A flow's canary that was seen in the first bytes of the exchange. */
  readonly token?: string;
  /** ms of latency or delay, or bytes a second. */
  readonly amount?: number;
}

export interface NetworkFaultCount {
  /** Faults injected, whether or not they were kept. */
  readonly times: number;
  /** Different connections that met one. */
  readonly connections: number;
}

export interface NetworkFaultReport {
  /** The first ones, in order of time; `counts` is exact. */
  readonly faults: readonly NetworkFault[];
  readonly counts: Readonly<Partial<Record<NetworkFaultKind, NetworkFaultCount>>>;
  /** Accepted in all, met or not. */
  readonly connections: number;
  /** What went wrong without our doing, in words for the report. */
  readonly notes: readonly string[];
}

/** `127.0.0.1:5432`, `[::1]:5432` */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
