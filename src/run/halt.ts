import type { Cast } from './cast.js';
import type { Stage } from './stage.js';

export interface Halt {
  readonly signal: AbortSignal;
  /** Halts the run for a reason that is no problem of the run itself. */
  readonly now: (reason: string) => void;
  /** From now on nothing halts the run any more: the flows are over. */
  end(): void;
}

/** Ends all flows and starts no more, on an interrupt, when told to, when a service dies, or when the runner can not go on. */
export function haltOn(stage: Stage, { runner, services, network }: Cast): Halt {
  const { interrupt } = stage.ports;
  const controller = new AbortController();
  let over = false;
  const halt = (reason: string): void => {
    if (over || controller.signal.aborted) return;
    controller.abort(reason);
    runner?.endAll(reason);
  };
  const onInterrupt = (): void => {
    halt(`interrupted by ${String(interrupt.reason)}`);
  };
  const onProblem = (reason: string): void => {
    if (over) return;
    stage.problems.push(reason);
    halt(reason);
  };
  if (interrupt.aborted) onInterrupt();
  else interrupt.addEventListener('abort', onInterrupt, { once: true });
  void services?.died.then(onProblem);
  void network?.proxy.failed.then(onProblem);
  void runner?.broken.then(onProblem);
  return {
    signal: controller.signal,
    now: halt,
    end: () => {
      over = true;
      interrupt.removeEventListener('abort', onInterrupt);
    },
  };
}
