import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { nodeFreePorts } from '../../src/services/free-ports.js';

test('ports are different ones that can be listened on', async () => {
  const ports = await nodeFreePorts.find(20);
  expect(new Set(ports).size).toBe(20);
  const servers = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve, reject) => {
          server.once('listening', resolve).once('error', reject);
        }),
    ),
  );
  for (const server of servers) server.close();
});

test('none are found where none are wanted', async () => {
  expect(await nodeFreePorts.find(0)).toEqual([]);
});
