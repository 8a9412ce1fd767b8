import { type AddressInfo, createServer, type Server } from 'node:net';
import type { FreePorts } from './service.js';

/**
 * The kernel chooses: listen on port 0, see which it became, close. All are held until the last is found, so that none
 * is found twice. On all interfaces, because a port that is free on one may be taken on another.
 */
export const nodeFreePorts: FreePorts = {
  find: async (count) => {
    const servers = await Promise.all(Array.from({ length: count }, listen));
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    await Promise.all(servers.map(close));
    return ports;
  },
};

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
