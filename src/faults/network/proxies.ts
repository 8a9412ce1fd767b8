import { codeOf, messageOf, type Problem, UserError } from '../../lib/errors.js';
import { seedOf } from '../../lib/random.js';
import type { Endpoint, NetworkFaultPlan } from '../../model/network-fault.js';
import type { Clock } from '../../system/ports.js';
import { NetworkLog } from './log.js';
import type { OpenNetworkProxy } from './protocol.js';
import { TcpProxy } from './proxy.js';

/** Proxies in this very process. A run has them in one of their own: see tcp-proxy-process.ts. */
export function tcpProxies(clock: Clock): OpenNetworkProxy {
  return async (plans, { seed }) => {
    const log = new NetworkLog();
    let zero: number | undefined;
    const at = (): number | undefined => (zero === undefined ? undefined : clock.now() - zero);
    const proxies = await openAll(plans, (plan, index) =>
      TcpProxy.open(plan, { clock, at, log }, seedOf(seed, index + 1)),
    );
    const injectFrom = async (instant: number | undefined): Promise<void> => {
      zero = instant;
      await Promise.all(proxies.map((proxy) => proxy.stir()));
    };
    return {
      arm: (instant, origin = instant) => {
        log.shift = instant - origin;
        return injectFrom(instant);
      },
      disarm: () => injectFrom(undefined),
      take: () => Promise.resolve(log.take()),
      report: () => Promise.resolve(log.report()),
      close: async () => {
        await Promise.all(proxies.map((proxy) => proxy.close()));
        return log.report();
      },
      failed: new Promise(() => undefined),
    };
  };
}

type OpenOne = (plan: NetworkFaultPlan, index: number) => Promise<TcpProxy>;

/** All of them or none; every one that can not be opened is named. */
async function openAll(plans: readonly NetworkFaultPlan[], open: OpenOne): Promise<readonly TcpProxy[]> {
  const results = await Promise.allSettled(plans.map(open));
  const proxies = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const problems = results.flatMap((result, index) => {
    const listen = plans[index]?.listen;
    if (result.status === 'fulfilled' || listen === undefined) return [];
    return [{ where: `faults.network[${index}].listen`, message: whyNot(result.reason, listen) }];
  });
  if (problems.length === 0) return proxies;
  await Promise.all(proxies.map((proxy) => proxy.close()));
  throw new UserError(problems satisfies Problem[]);
}

function whyNot(thrown: unknown, { host, port }: Endpoint): string {
  const code = codeOf(thrown) ?? '';
  if (code === 'EADDRINUSE') {
    return (
      `port ${port} of ${host} is in use; end the process that listens on it, ` +
      'or choose another port here and where the flows connect'
    );
  }
  if (code === 'EACCES') return `port ${port} of ${host} may not be listened on; choose one from 1024 up`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is no address of this machine; leave it out for 127.0.0.1, or write 0.0.0.0:${port} for all`;
  }
  return `can not listen on port ${port} of ${host}: ${messageOf(thrown)}`;
}
