import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FlowContext } from '../scenarios/module-api.js';
import type { Desk } from './desk.js';

const LEAK_BYTES = 1024 * 1024;
/** An orphan ends by itself after this long, so that trying the demo leaves nothing for ever. */
const ORPHAN_SECONDS = 60;
/** Flows 1, 6, 11 … */
const ORPHAN_EVERY = 5;

/** What the bugs `bleed`, `leak` and `orphan` do at the start of a flow; the others are where they go wrong. */
export async function misbehave(ctx: FlowContext<Desk>): Promise<void> {
  const desk = ctx.shared;
  if (desk.bug === 'bleed') {
    desk.currentUser = ctx.token;
  }
  if (desk.bug === 'leak') {
    desk.hoard.push(Buffer.alloc(LEAK_BYTES, 1));
  }
  if (desk.bug === 'orphan' && ctx.iteration % ORPHAN_EVERY === 1) {
    await leaveOrphan(ctx.token);
  }
}

/** A process in a session of its own, which outlives the flow and carries its token. */
async function leaveOrphan(token: string): Promise<void> {
  const [program, ...args] =
    process.platform === 'win32'
      ? [process.execPath, '-e', `setTimeout(() => {}, ${ORPHAN_SECONDS * 1000})`]
      : ['sleep', `${ORPHAN_SECONDS}`];
  const child = spawn(program, args, {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, FLOWGATE_TOKEN: token },
  });
  await once(child, 'spawn');
  child.unref();
}
