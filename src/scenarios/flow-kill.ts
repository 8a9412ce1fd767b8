import { formatQuantity } from '../lib/format.js';
import type { Hit } from '../model/flow.js';
import type { Clock, Timer } from '../ports.js';
import type { FlowEnd, FlowStart } from './runner.js';

/** A kill that has come to pass. */
export interface FlowKilled {
  /** ms of Clock.now(). */
  readonly hit: Hit;
  /** "killed by a fault: SIGKILL after 340 ms". */
  readonly message: string;
}

/** Calls back when the flow is to be killed; nothing is waited for if it is let be. `startedAt`: ms of Clock.now(). */
export function awaitKill(
  { kill }: Pick<FlowStart, 'kill'>,
  { clock, startedAt }: { readonly clock: Clock; readonly startedAt: number },
  onKill: (killed: FlowKilled, signal: string) => void,
): Timer | undefined {
  if (kill === undefined) return undefined;
  return clock.timer(startedAt + kill.after - clock.now(), () => {
    const at = clock.now();
    onKill({ hit: { kind: 'kill', at }, message: killedBy(kill.signal, at - startedAt) }, kill.signal);
  });
}

/** `how`: a signal, or what else ended it. `after`: ms. */
function killedBy(how: string, after: number): string {
  return `killed by a fault: ${how} after ${formatQuantity(Math.max(0, after), 'ms')}`;
}

/** How a flow ended whose process has ended for this reason: by the kill, if it was killed. */
export function endedBy(
  killed: FlowKilled | undefined,
  reason: string,
): { readonly outcome: FlowEnd['outcome']; readonly message: string } {
  return killed === undefined
    ? { outcome: 'failed', message: reason }
    : { outcome: 'killed', message: killed.message };
}
