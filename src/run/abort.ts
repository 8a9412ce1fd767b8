import type { Aborted, Flow, Record } from '../model/record.js';
import type { Monitor } from '../monitor/sampler.js';
import type { Timer } from '../ports.js';
import { abortReason } from '../verdict/abort.js';
import type { Stage } from './stage.js';

/** ms between two looks at the gates. */
const LOOK_EVERY = 1000;

export interface AbortWatchOptions {
  readonly stage: Stage;
  readonly monitor: Monitor;
  /** ms of Clock.now() at which the flows begin. */
  readonly origin: number;
  readonly halt: (reason: string) => void;
}

/** Looks once a second at the gates with abort-on-fail, over what has ended so far, and halts the run at the first miss. */
export class AbortWatch {
  readonly #options: AbortWatchOptions;
  readonly #flows: Flow[] = [];
  readonly #watches: boolean;
  #timer: Timer | undefined;
  #aborted: Aborted | undefined;

  constructor(options: AbortWatchOptions) {
    this.#options = options;
    this.#watches = options.stage.plan.thresholds.some(({ abort }) => abort !== undefined);
    if (this.#watches) this.#schedule();
  }

  /** Undefined if the run came to its own end. */
  get aborted(): Aborted | undefined {
    return this.#aborted;
  }

  readonly onFlow = (flow: Flow): void => {
    if (this.#watches) this.#flows.push(flow);
  };

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
    const { stage, monitor } = this.#options;
    const { plan, environment } = stage;
    return {
      scenario: plan.name,
      startedAt: '',
      load: plan.load,
      timeout: plan.timeout,
      warmup: plan.warmup,
      flows: this.#flows,
      monitor: monitor.soFar(),
      environment,
      leftovers: [],
      problems: [],
    };
  }
}
