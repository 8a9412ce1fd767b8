/**
 * The process of the TCP proxies that inject network faults, so that what they do takes nothing from the event loop that
 * sends the load. Started by flowgate, never by hand.
 */
import type { FromProxies, NetworkProxy, ProxiesAnswer, ToProxies } from './faults/network/protocol.js';
import { tcpProxies } from './faults/network/proxy.js';
import { messageOf, UserError } from './lib/errors.js';
import { channelToParent } from './system/channel.js';
import { nodeClock } from './system/clock.js';

let proxies: NetworkProxy | undefined;

/** Given by what this script is started with: see system/own-script.ts. */
declare const flowgate: { readonly key: string };

const say = channelToParent({
  key: flowgate.key,
  onMessage: (message) => void answer(message as ToProxies),
  // Without its parent it has nothing to do; its sockets are closed by the kernel.
  onEnd: () => process.exit(),
});

function send(message: FromProxies): void {
  say(JSON.stringify(message));
}

async function follow(message: ToProxies): Promise<ProxiesAnswer> {
  if (message.type === 'open') {
    proxies = await tcpProxies(nodeClock)(message.plans, { seed: message.seed });
    return {};
  }
  return proxies === undefined ? {} : ask(proxies, message);
}

async function ask(
  open: NetworkProxy,
  message: Exclude<ToProxies, { type: 'open' }>,
): Promise<ProxiesAnswer> {
  switch (message.type) {
    case 'arm':
      await open.arm(message.zero, message.origin);
      return {};
    case 'disarm':
      await open.disarm();
      return {};
    case 'take':
      return { faults: await open.take() };
    case 'report':
      return { report: await open.report() };
    case 'close':
      await open.close();
      return {};
  }
}

async function answer(message: ToProxies): Promise<void> {
  const { id } = message;
  try {
    send({ type: 'done', id, ...(await follow(message)) });
  } catch (thrown) {
    const problems = thrown instanceof UserError ? { problems: thrown.problems } : {};
    send({ type: 'failed', id, message: messageOf(thrown), ...problems });
  }
}

send({ type: 'listening' });
