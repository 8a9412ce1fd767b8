import type { FlowLog } from '../measure/flow-log.js';
import { summarize } from '../measure/summarize.js';
import type { Aborted, Record } from '../model/record.js';
import type { Threshold } from '../model/threshold.js';
import type { Timer } from '../system/ports.js';
import { byHowMuch } from '../verdict/decide.js';
import { judge } from '../verdict/judge.js';
import type { Monitor } from '../watch/sampler.js';
import { recordSoFar } from './record.js';
import type { Stage } from './stage.js';

/** ms between two looks at the gates. */
const LOOK_EVERY = 1000;

interface AbortWatchOptions {
  readonly stage: Stage;
  readonly monitor: Monitor;
  readonly log: FlowLog;
  /** ms of Clock.now() at which the flows begin. */
  readonly origin: number;
  readonly halt: (reason: string) => void;
}

/** Looks once a second at the gates with abort-on-fail, over what has ended so far, and halts the run at the first miss. */
export class AbortWatch {
  readonly #options: AbortWatchOptions;
  #timer: Timer | undefined;
  #aborted: Aborted | undefined;

  constructor(options: AbortWatchOptions) {
    this.#options = options;
    if (options.stage.plan.thresholds.some(({ abort }) => abort !== undefined)) this.#schedule();
  }

  /** Undefined if the run came to its own end. */
  get aborted(): Aborted | undefined {
    return this.#aborted;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.#options.stage.ports.clock.timer(LOOK_EVERY, () => {
      this.#look();
      if (this.#aborted === undefined) this.#schedule();
    });
  }

  #look(): void {
    const { stage, origin, halt } = this.#options;
    const at = stage.ports.clock.now() - origin;
    const reason = abortReason(stage.plan.thresholds, this.#soFar(), at);
    if (reason === undefined) return;
    this.#aborted = { at, reason };
    halt(`aborted: ${reason}`);
  }

  #soFar(): Record {
    const { stage, monitor, log } = this.#options;
    return recordSoFar(stage, monitor, { ...log.recorded(), load: stage.plan.load });
  }
}

/**
 * Why a run that is under way is to be aborted: the first gate with abort-on-fail whose delay is over and that what has
 * been measured so far does not meet. Undefined if there is none. No data aborts nothing.
 * @param elapsed ms since the first flow could start
 */
export function abortReason(
  thresholds: readonly Threshold[],
  soFar: Record,
  elapsed: number,
): string | undefined {
  const due = thresholds.filter(({ abort }) => abort !== undefined && elapsed >= abort.delay);
  if (due.length === 0) return undefined;
  const failed = judge(due, summarize(soFar)).find(({ outcome }) => outcome === 'fail');
  return failed === undefined ? undefined : byHowMuch(failed);
}
