import type { Clock } from '../ports.js';
import type { Pacer, Step } from './pacer.js';

/** A flow that is to be started in a slot, and when it was due: ms of Clock.now(). */
export interface Due {
  readonly slot: number;
  readonly at: number;
}

export interface Schedule {
  readonly pacer: Pacer;
  readonly slots: number;
  readonly clock: Clock;
  /** Once it is aborted no flow is started any more; those in flight are waited for. */
  readonly halt: AbortSignal;
  /**
   * Starts one flow in each of these slots, all together, and gives a promise for each that resolves when the flow has
   * ended. `first` is the wave behind the start barrier.
   */
  readonly release: (due: readonly Due[], first: boolean) => Promise<readonly Promise<void>[]>;
  /** Told when flows were due for which no slot was free: they are not started. */
  readonly drop: (due: readonly number[]) => void;
}

/**
 * Asks the pacer, does as it says, until it says that all is done. Should starting or following a flow fail, no more are
 * started, those in flight are waited for, and then it rejects with the first failure.
 */
export async function runSchedule({ pacer, slots, clock, halt, release, drop }: Schedule): Promise<void> {
  const free = Array.from({ length: slots }, (_, index) => index + 1);
  const bell = new Bell();
  const began = clock.now();
  let started = 0;
  let inFlight = 0;
  halt.addEventListener('abort', bell.ring, { once: true });

  let failure: { readonly thrown: unknown } | undefined;
  const leave = (slot: number): void => {
    inFlight -= 1;
    // Taken again first: a slot that was never used costs nothing.
    free.unshift(slot);
    bell.ring();
  };
  const fail = (thrown: unknown): void => {
    failure ??= { thrown };
  };

  const start = async (due: readonly number[]): Promise<void> => {
    const first = started === 0;
    const taken = free.splice(0, due.length);
    const dropped = due.slice(taken.length);
    started += due.length;
    inFlight += taken.length;
    try {
      const releasing =
        taken.length === 0
          ? []
          : release(
              taken.map((slot, index) => ({ slot, at: due[index] as number })),
              first,
            );
      if (dropped.length > 0) drop(dropped);
      const ends = await releasing;
      ends.forEach((end, index) => {
        void end.catch(fail).then(() => {
          leave(taken[index] as number);
        });
      });
    } catch (thrown) {
      fail(thrown);
      taken.forEach(leave);
    }
  };

  for (;;) {
    const halted = halt.aborted || failure !== undefined;
    if (halted && inFlight === 0) break;
    const step = halted
      ? ({ kind: 'wait' } as const)
      : pacer({ elapsed: clock.now() - began, started, inFlight });
    if (step.kind === 'done') break;
    if (step.kind === 'start') await start(dueAt(step, began, clock.now()));
    else await bell.next(clock, step.at === undefined ? undefined : began + step.at - clock.now());
  }
  halt.removeEventListener('abort', bell.ring);
  if (failure !== undefined) throw failure.thrown;
}

function dueAt({ flows, due }: Extract<Step, { kind: 'start' }>, began: number, now: number): number[] {
  return due?.map((at) => began + at) ?? new Array<number>(flows).fill(now);
}

/** Wakes the one who waits; a ring while nobody waits is not lost. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  readonly ring = (): void => {
    this.#rung = true;
    this.#wake?.();
  };

  /** Resolves at the next ring, or after `ms`. */
  async next(clock: Clock, ms: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : clock.timer(ms, resolve);
      this.#wake = (): void => {
        timer?.cancel();
        resolve();
      };
      if (this.#rung) this.#wake();
    });
    this.#rung = false;
    this.#wake = undefined;
  }
}
