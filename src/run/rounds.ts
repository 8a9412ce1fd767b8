import type { Round } from '../model/comparison.js';
import type { MetricRef } from '../model/metrics.js';
import type { Load } from '../model/plan.js';
import type { Record } from '../model/record.js';
import { stealBetween } from '../monitor/machine-cpu.js';
import { roundOf } from '../stats/compare/round.js';
import type { SideName, Sides } from './sides.js';
import type { ExecutePorts } from './stage.js';

interface RoundsOptions {
  readonly sides: Pick<Sides, 'round'>;
  readonly ports: Pick<ExecutePorts, 'machine' | 'interrupt'>;
  /** Asked for by thresholds. */
  readonly metrics: readonly MetricRef[];
}

/** Runs rounds and keeps of each what a comparison needs. */
export class Rounds {
  readonly #options: RoundsOptions;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /**
   * Undefined if it was cut short by an interrupt.
   * @throws SideError if it did not run as it should
   */
  async run(side: SideName, load: Load): Promise<Round | undefined> {
    const { machine } = this.#options.ports;
    const before = machine.cpu();
    const record = await this.record(side, load);
    const steal = stealBetween(before, machine.cpu());
    return record === undefined ? undefined : roundOf(record, { metrics: this.#options.metrics, steal });
  }

  async record(side: SideName, load: Load): Promise<Record | undefined> {
    const { sides, ports } = this.#options;
    const record = await sides.round(side, load);
    return ports.interrupt.aborted ? undefined : record;
  }
}
