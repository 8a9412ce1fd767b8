import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FlowContext } from '../scenarios/module-api.js';
import type { Desk } from './desk.js';

const LEAK_BYTES = 1024 * 1024;
/** An orphan ends by itself after this long, so that trying the demo leaves nothing for ever. */
const ORPHAN_SECONDS = 60;
/** The flows that are hit: 1, 6, 11 …; two of ten are more than the default gate on success lets pass. */
const HIT_EVERY = 5;

/** What the bugs `bleed`, `leak`, `orphan` and `stuck` do at the start of a flow; `race` and `cascade` are elsewhere. */
export async function misbehave(ctx: FlowContext<Desk>): Promise<void> {
  const desk = ctx.shared;
  const isHit = ctx.iteration % HIT_EVERY === 1;
  if (desk.bug === 'bleed') {
    desk.currentUser = ctx.token;
  }
  if (desk.bug === 'leak') {
    desk.hoard.push(Buffer.alloc(LEAK_BYTES, 1));
  }
  if (desk.bug === 'orphan' && isHit) {
    await leaveOrphan(ctx.token);
  }
  if (desk.bug === 'stuck' && isHit) {
    await new Promise<never>(() => {
      // Never: neither the work nor the signal ends it.
    });
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
