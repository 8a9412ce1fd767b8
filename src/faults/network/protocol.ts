/** Messages between flowgate and the process of its proxies: JSON over the process's message channel. */
import type { Problem } from '../../lib/errors.js';
import type { NetworkFault, NetworkFaultPlan, NetworkFaultReport } from '../../model/network-fault.js';

/** What there is to say, beside that it was done. */
export interface ProxiesAnswer {
  readonly report?: NetworkFaultReport;
  readonly faults?: readonly NetworkFault[];
}

/** Each is answered by one that has the same `id`. */
export type ToProxies = { readonly id: number } & (
  | { readonly type: 'open'; readonly plans: readonly NetworkFaultPlan[]; readonly seed: number }
  /** `zero`: ms of the machine's monotonic clock, which both processes share. */
  | { readonly type: 'arm'; readonly zero: number; readonly origin: number }
  | { readonly type: 'take' }
  | { readonly type: 'disarm' }
  | { readonly type: 'report' }
  | { readonly type: 'close' }
);

export type FromProxies =
  | { readonly type: 'listening' }
  | ({ readonly type: 'done'; readonly id: number } & ProxiesAnswer)
  /** The user's fault if there are problems, else ours. */
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly message: string;
      readonly problems?: readonly Problem[];
    };

/** TCP proxies in front of what the flows depend on, beside our own process so that their work is not its. */
export interface NetworkProxy {
  /**
   * Faults are injected from now on, on open connections too. `zero`: the instant of Clock.now() that the windows of the
   * plan count from, and without `origin` the times of the record too. Until then, and after `disarm`, everything is
   * passed on as it comes.
   */
  arm(zero: number, origin?: number): Promise<void>;
  disarm(): Promise<void>;
  /** Every fault since the last call, those that are not kept for the report included; 100,000 at most. */
  take(): Promise<readonly NetworkFault[]>;
  /** What was injected so far. */
  report(): Promise<NetworkFaultReport>;
  /** Closes every connection and listener; gives the last report. Never rejects. */
  close(): Promise<NetworkFaultReport>;
  /** Resolves, with the reason, if the proxies end before they are closed; stays pending otherwise. */
  readonly failed: Promise<string>;
}

export interface NetworkProxyOptions {
  /** Of everything random: the same seed and order of connections meet the same faults. */
  readonly seed: number;
}

/**
 * Resolves when all of them listen. Throws a UserError that names the entry (`faults.network[0].listen`) if one can not,
 * and then none does.
 */
export type OpenNetworkProxy = (
  plans: readonly NetworkFaultPlan[],
  options: NetworkProxyOptions,
) => Promise<NetworkProxy>;
