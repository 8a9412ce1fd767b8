import { numberOf, type Share } from '../model/share.js';
import type { Clock } from '../system/ports.js';
import type { Pacer, Step } from './pacer.js';

/** A flow that is to be started in a slot, and when it was due: ms of Clock.now(). */
export interface Due {
  readonly slot: number;
  readonly at: number;
}

export interface Release {
  /** The wave behind the start barrier. */
  readonly first: boolean;
  readonly again: (slot: number) => Due | undefined;
}

interface Schedule {
  readonly pacer: Pacer;
  readonly slots: number;
  /** Of a larger run: its slots have the numbers that they have there. */
  readonly share?: Share;
  readonly clock: Clock;
  /** Once it is aborted no flow is started any more; those in flight are waited for. */
  readonly halt: AbortSignal;
  /**
   * Starts one flow in each of these slots, all together, and gives a promise for each that resolves when the slot is
   * free. Who has a flow that ended in a slot asks `again` whether another one is due in it at once.
   */
  readonly release: (due: readonly Due[], wave: Release) => Promise<readonly Promise<void>[]>;
  /** Told when flows were due for which no slot was free: they are not started. */
  readonly drop: (due: readonly number[]) => void;
}

/**
 * Asks the pacer, does as it says, until it says that all is done. Should starting or following a flow fail, no more are
 * started, those in flight are waited for, and then it rejects with the first failure.
 */
export function runSchedule(schedule: Schedule): Promise<void> {
  return new Scheduler(schedule).run();
}

class Scheduler {
  readonly #schedule: Schedule;
  readonly #began: number;
  readonly #free: number[];
  readonly #bell = new Bell();
  #started = 0;
  #inFlight = 0;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.#began = schedule.clock.now();
    this.#free = Array.from({ length: schedule.slots }, (_, index) => numberOf(schedule.share, index + 1));
  }

  async run(): Promise<void> {
    const { clock, halt } = this.#schedule;
    halt.addEventListener('abort', this.#bell.ring, { once: true });
    for (;;) {
      const step = this.#isHalted() ? WAIT : this.#ask(clock.now(), this.#inFlight);
      if (step.kind === 'done' || (this.#isHalted() && this.#inFlight === 0)) break;
      if (step.kind === 'start') await this.#start(dueAt(step, this.#began, clock.now()));
      else {
        const at = step.at === undefined ? undefined : this.#began + step.at - clock.now();
        await this.#bell.next(clock, at);
      }
    }
    halt.removeEventListener('abort', this.#bell.ring);
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  #isHalted(): boolean {
    return this.#schedule.halt.aborted || this.#failure !== undefined;
  }

  #ask(now: number, inFlight: number): Step {
    return this.#schedule.pacer({ elapsed: now - this.#began, started: this.#started, inFlight });
  }

  async #start(due: readonly number[]): Promise<void> {
    const { release, drop } = this.#schedule;
    const wave = { first: this.#started === 0, again: this.#again };
    const slots = this.#free.splice(0, due.length);
    const taken = slots.map((slot, index) => ({ slot, at: due[index] as number }));
    const dropped = due.slice(slots.length);
    this.#started += due.length;
    this.#inFlight += slots.length;
    try {
      const releasing = taken.length === 0 ? [] : release(taken, wave);
      if (dropped.length > 0) drop(dropped);
      for (const [index, end] of (await releasing).entries()) {
        void end.catch(this.#fail).then(() => {
          this.#leave(slots[index] as number);
        });
      }
    } catch (thrown) {
      this.#fail(thrown);
      for (const slot of slots) this.#leave(slot);
    }
  }

  readonly #again = (slot: number): Due | undefined => {
    if (this.#isHalted()) return undefined;
    const at = this.#schedule.clock.now();
    const step = this.#ask(at, this.#inFlight - 1);
    // What is due at times of its own is for whoever waits for them.
    if (step.kind !== 'start' || step.due !== undefined) return undefined;
    this.#started += 1;
    return { slot, at };
  };

  #leave(slot: number): void {
    this.#inFlight -= 1;
    // Taken again first: a slot that was never used costs nothing.
    this.#free.unshift(slot);
    this.#bell.ring();
  }

  readonly #fail = (thrown: unknown): void => {
    this.#failure ??= { thrown };
  };
}

const WAIT: Step = { kind: 'wait' };

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
      const timer = ms === undefined ? undefined : clock.alarm(ms, resolve);
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
