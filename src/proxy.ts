/**
 * The process of the TCP proxies that inject network faults, so that what they do takes nothing from the event loop that
 * sends the load. Started by flowgate, never by hand.
 */
import { nodeClock } from './adapters/node-clock.js';
import { tcpProxies } from './adapters/tcp-proxies.js';
import { messageOf, UserError } from './errors.js';
import type { FromProxies, ToProxies } from './faults/network-protocol.js';
import type { NetworkFaultReport } from './model/network-fault.js';
import type { NetworkProxy } from './ports.js';

let proxies: NetworkProxy | undefined;

function send(message: FromProxies): void {
  // A parent that is gone needs no answer.
  if (process.connected) process.send?.(message);
}

async function follow(message: ToProxies): Promise<NetworkFaultReport | undefined> {
  switch (message.type) {
    case 'open':
      proxies = await tcpProxies(nodeClock)(message.plans, { seed: message.seed });
      return undefined;
    case 'arm':
      await proxies?.arm(message.zero);
      return undefined;
    case 'disarm':
      await proxies?.disarm();
      return undefined;
    case 'report':
      return proxies?.report();
    case 'close':
      return proxies?.close();
  }
}

async function answer(message: ToProxies): Promise<void> {
  const { id } = message;
  try {
    const report = await follow(message);
    send({ type: 'done', id, ...(report === undefined ? {} : { report }) });
  } catch (thrown) {
    const problems = thrown instanceof UserError ? { problems: thrown.problems } : {};
    send({ type: 'failed', id, message: messageOf(thrown), ...problems });
  }
}

process.on('message', (message: ToProxies) => void answer(message));
// Without its parent it has nothing to do; its sockets are closed by the kernel.
process.on('disconnect', () => process.exit());
send({ type: 'listening' });
