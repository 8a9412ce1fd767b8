import getPort from 'get-port';
import type { FreePorts } from './service.js';

/**
 * The kernel chooses, on all interfaces, because a port that is free on one may be taken on another. What was found is
 * not found again for a while, though whoever asked may not listen yet.
 */
export const nodeFreePorts: FreePorts = {
  find: (count) => Promise.all(Array.from({ length: count }, () => getPort())),
};
