import { setMaxListeners } from 'node:events';
import { UNEXPECTED_FAILURE } from '../run/run-record.js';
import { killLiving } from './living-groups.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A runner sends SIGINT, then SIGTERM 7.5 s later; a person who asks a third time wants out at once. */
const PATIENCE = 3;

/**
 * Aborted with the first signal's name as reason, or by an unexpected failure of our own (`failed`). Whatever ends us
 * from now on ends what we have started.
 */
export function interruptSignal(failed: AbortSignal): AbortSignal {
  const controller = new AbortController();
  // As many as there are flows, hosts and services may wait for it: that is no leak.
  setMaxListeners(0, controller.signal);
  const onFailure = (): void => {
    controller.abort(UNEXPECTED_FAILURE);
  };
  if (failed.aborted) onFailure();
  else failed.addEventListener('abort', onFailure, { once: true });
  let count = 0;
  process.once('exit', killLiving);
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      count += 1;
      controller.abort(signal);
      if (count >= PATIENCE) process.exit(130);
    });
  }
  return controller.signal;
}
