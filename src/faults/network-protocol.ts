/** Messages between flowgate and the process of its proxies: JSON over the process's message channel. */
import type { Problem } from '../errors.js';
import type { NetworkFault, NetworkFaultPlan, NetworkFaultReport } from '../model/network-fault.js';

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
