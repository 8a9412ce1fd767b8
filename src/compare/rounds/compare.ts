import { formatQuantity, plural } from '../../lib/format.js';
import type { ComparedMetric, Round } from '../../model/comparison.js';
import type { MetricRef } from '../../model/metrics.js';
import type { Load, ScenarioPlan } from '../../model/plan.js';
import type { Record } from '../../model/record.js';
import type { Threshold } from '../../model/threshold.js';
import type { ExecutePorts } from '../../run/stage.js';
import type { ComparingProgress } from '../../system/ports.js';
import { stealBetween } from '../../watch/machine-state.js';
import { roundOf, type ValidityLimits } from '../statistics/round.js';
import { differenceWords } from '../words.js';
import { lengthened } from './load.js';
import { comparePairs, type Comparing, type PairsProgress } from './pairs.js';
import { SideError, type SideName, type Sides } from './sides.js';
import { type Attempt, tryOut } from './trial.js';

export interface CompareSidesOptions {
  /** That of the rounds of head. */
  readonly plan: ScenarioPlan;
  readonly thresholds: readonly Threshold[];
  readonly metrics: readonly ComparedMetric[];
  /** Names of those that are left out if the CPU time of a round is too short to be told in ticks of the kernel. */
  readonly spare?: ReadonlySet<string>;
  /** ms. */
  readonly budget: number;
  /** Of the order of the pairs. */
  readonly seed: number;
  readonly ports: ExecutePorts;
  /** What the live view calls them. */
  readonly about: Pick<ComparingProgress, 'scenario' | 'base'>;
}

export type SidesCompared =
  | {
      readonly comparing: Comparing;
      readonly validity: ValidityLimits;
      /** Of a round at the end. */
      readonly flows: number;
    }
  | { readonly hopeless: Hopeless; readonly flows: number };

/** Why there was no use in beginning. */
interface Hopeless {
  readonly reason: string;
  /** Had head taken no longer than base, there would have been time. */
  readonly headIsWhy: boolean;
}

/**
 * Tries both sides out, and compares them in rounds until it is known or the budget is spent. Undefined if it was
 * interrupted before the first pair.
 * @throws SideError if a side does not run as it should while it is tried out
 */
export async function compareSides(
  sides: Sides,
  options: CompareSidesOptions,
): Promise<SidesCompared | undefined> {
  try {
    const compared = await compareOnce(sides, options);
    const failure = failedAtOnce(compared);
    if (failure === undefined || !(await sides.separate(failure))) return compared;
  } catch (thrown) {
    if (!(thrown instanceof SideError) || !(await sides.separate(thrown))) throw thrown;
  }
  return compareOnce(sides, options);
}

/**
 * Before the first pair was through: one of two services that want the same port may be taken for ready, and end only when
 * it listens. Nothing is lost then.
 */
function failedAtOnce(compared: SidesCompared | undefined): SideError | undefined {
  if (compared === undefined || 'hopeless' in compared) return undefined;
  const { pairs, failure } = compared.comparing;
  return pairs.length === 0 ? failure : undefined;
}

async function compareOnce(sides: Sides, options: CompareSidesOptions): Promise<SidesCompared | undefined> {
  const { plan, thresholds, budget, ports, about } = options;
  const rounds = new Rounds({ sides, ports, metrics: thresholds });
  const attempt = await tryOut(
    plan,
    { clock: ports.clock, record: (side, load) => rounds.record(side, load) },
    { budget, metrics: options.metrics },
  );
  if (attempt === undefined) return undefined;
  const { times, validity } = attempt;
  const expected = times.base + times.head;
  if (expected * attempt.wanted > budget * TOLERANCE) {
    return { hopeless: hopelessFor(attempt, { budget, base: about.base }), flows: attempt.flows };
  }
  const metrics = options.metrics.filter(
    ({ metric }) => attempt.cpuTime >= FEWEST_CPU_TIME || options.spare?.has(metric) !== true,
  );
  let { load } = attempt;
  let before = 0;
  const comparing = await comparePairs({
    ...ports,
    ...options,
    metrics,
    validity,
    expected,
    round: (side) => rounds.run(side, load),
    onPair: (progress) => {
      load = lengthened(load, (progress.elapsed - before) / 2);
      before = progress.elapsed;
      ports.progress.update(progressOf(progress, { ...about, budget }));
    },
  }).finally(() => {
    ports.progress.clear();
  });
  const flows = comparing.pairs.at(-1)?.head.flows.started ?? attempt.flows;
  return { comparing, validity, flows };
}

/** ms: of commands that have ended the kernel tells CPU time by ticks of 10 ms, of which this is twenty. */
const FEWEST_CPU_TIME = 200;

/** How far a trial, which is colder than a round, may promise more time than there is. */
const TOLERANCE = 1.25;

function hopelessFor(
  { flows, times, wanted }: Attempt,
  { budget, base }: { readonly budget: number; readonly base: string },
): Hopeless {
  const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;
  const headIsWhy = 2 * times.base * wanted <= budget;
  const each = `${formatQuantity(times.base, 'ms')} each of ${base} and ${formatQuantity(times.head, 'ms')} of head`;
  const reason =
    `${wanted} pairs of rounds of ${plural(flows, 'flow')}, the fewest that can tell anything, take about ` +
    `${seconds((times.base + times.head) * wanted)} (${each}), and the budget is ${seconds(budget)}; ` +
    (headIsWhy
      ? `were head no slower than ${base}, they would fit: raise the budget to know by how much it is`
      : 'raise the budget, or compare a shorter scenario');
  return { reason, headIsWhy };
}

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

/** What the live view shows after a pair. */
export function progressOf(
  { pairs, state, elapsed }: PairsProgress,
  about: Pick<ComparingProgress, 'scenario' | 'base' | 'budget'>,
): ComparingProgress {
  const lastLook = Math.max(...state.plan.looks.map((look) => look.pairs));
  const fitting = Math.floor((about.budget * pairs.length) / elapsed);
  return {
    ...about,
    pairs: pairs.length,
    most: Math.max(pairs.length, Math.min(lastLook, fitting)),
    nextLook: state.wanted,
    elapsed,
    known: state.results
      .filter(({ change }) => change !== null)
      .map((result) => differenceWords(result, about.base)),
  };
}
