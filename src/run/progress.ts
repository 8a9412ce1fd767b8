import type { Outcome } from '../model/flow.js';
import { lengthOf, type Load } from '../model/plan.js';
import type { Clock, Progress, ProgressView, Timer } from '../system/ports.js';
import type { Monitor } from '../watch/sampler.js';

/** ms between two updates of the live view, and how many of them its sparklines show. */
const UPDATE_EVERY = 250;
const HISTORY = 40;

interface LiveOptions {
  readonly scenario: string;
  readonly load: Load;
  readonly cores: number;
  readonly clock: Clock;
  readonly view: ProgressView;
  readonly monitor: Monitor;
}

/** Counts flows as they come and go, and shows the count while they do. */
export class Live {
  readonly #options: LiveOptions;
  readonly #began: number;
  readonly #memory: number[] = [];
  readonly #cpu: number[] = [];
  #before: { readonly at: number; readonly cpuTime: number } | undefined;
  #timer: Timer | undefined;
  #started = 0;
  #done = 0;
  #ok = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#began = options.clock.now();
    this.#schedule();
  }

  started(flows: number): void {
    this.#started += flows;
  }

  ended(outcome: Outcome): void {
    this.#done += 1;
    if (outcome === 'ok') this.#ok += 1;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#options.view.clear();
  }

  #schedule(): void {
    this.#timer = this.#options.clock.timer(UPDATE_EVERY, () => {
      this.#update();
      this.#schedule();
    });
  }

  #update(): void {
    const { scenario, load, clock, view } = this.#options;
    this.#takeSample();
    const elapsed = clock.now() - this.#began;
    view.update({
      scenario,
      flows: load.flows,
      load,
      ...extentOf(load),
      elapsed,
      done: this.#done,
      inFlight: this.#started - this.#done,
      failed: this.#done - this.#ok,
      rate: this.#ok / (elapsed / 1000),
      memory: this.#memory.at(-1) ?? 0,
      memoryHistory: this.#memory,
      cpu: this.#cpu.at(-1) ?? 0,
      cpuHistory: this.#cpu,
    });
  }

  #takeSample(): void {
    const { monitor, cores } = this.#options;
    const sample = monitor.latest()?.sample;
    if (sample === undefined) return;
    const before = this.#before;
    if (before !== undefined && sample.at <= before.at) return;
    const share =
      before === undefined ? 0 : (sample.cpuTime - before.cpuTime) / (sample.at - before.at) / cores;
    keepLast(this.#memory, sample.memory);
    // A child's CPU counts when it has been waited for: then an interval may seem to hold more than there is.
    keepLast(this.#cpu, Math.min(1, share));
    this.#before = sample;
  }
}

function extentOf(load: Load): Pick<Progress, 'total' | 'duration'> {
  if ('iterations' in load) return { total: load.iterations };
  return { duration: 'stages' in load ? lengthOf(load.stages) : load.duration };
}

function keepLast(history: number[], value: number): void {
  history.push(value);
  if (history.length > HISTORY) history.shift();
}
