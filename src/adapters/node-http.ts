import { connect as connectTcp } from 'node:net';
import { messageOf } from '../errors.js';
import type { Http } from '../ports.js';

/** What fetch hides in `cause`: "connect ECONNREFUSED 127.0.0.1:3000". */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return 'no answer in time';
  if (thrown instanceof Error && thrown.cause !== undefined) return messageOf(thrown.cause);
  return messageOf(thrown);
}

export const nodeHttp: Http = {
  probe: async (url, timeout) => {
    try {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeout) });
      await response.body?.cancel();
      const ready = response.status >= 200 && response.status < 400;
      return ready ? undefined : `status ${response.status}`;
    } catch (thrown) {
      return reasonOf(thrown);
    }
  },
  connect: (host, port, timeout) =>
    new Promise((resolve) => {
      const socket = connectTcp({ host, port, timeout });
      const settle = (reason: string | undefined): void => {
        socket.destroy();
        resolve(reason);
      };
      socket.once('connect', () => {
        settle(undefined);
      });
      socket.once('timeout', () => {
        settle('no answer in time');
      });
      socket.once('error', (error) => {
        settle(error.message);
      });
    }),
};
