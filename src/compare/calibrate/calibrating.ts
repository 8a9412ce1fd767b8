import type { FlowRunner, FlowStart } from '../../flows/runner.js';
import { formatQuantity } from '../../lib/format.js';
import { type ScenarioCalibration, SLOWDOWNS } from '../../model/calibration.js';
import type { ComparedMetric, RoundServices } from '../../model/comparison.js';
import { type ScenarioPlan, worksOf } from '../../model/plan.js';
import { isAgainstBase, type Threshold } from '../../model/threshold.js';
import type { ExecuteContext, ExecutePorts } from '../../run/stage.js';
import { compareSides, type CompareSidesOptions } from '../rounds/compare.js';
import { BUDGET, planOfRounds } from '../rounds/load.js';
import { openSides, SideError, type Sides, startsSomething } from '../rounds/sides.js';
import { comparedMetrics, defaultBaseGates, spareMetrics } from '../thresholds.js';
import { calibrationOf } from './figures.js';
import type { MeasuredRun } from './replay.js';
import { slowed, slowedPlan } from './slowdown.js';
import type { MeasuredStarts } from './spread.js';
import { measureStarts } from './starts.js';

export interface CalibrateOptions {
  /** ms that one comparison may take; undefined if nobody asked for one. */
  readonly budget?: number;
  /** Comparisons of head with itself; as many again are slowed. Bound by time alone if left out. */
  readonly runs?: number;
  /** ms after which no further comparison is begun; Infinity for none. */
  readonly time: number;
  /** As in a comparison. */
  readonly services: RoundServices;
  readonly startSpread?: number;
  /** Comparisons to replay of each kind. */
  readonly replays: number;
  readonly ports: ExecutePorts;
  readonly context: ExecuteContext;
}

/**
 * Measures by how much starts of head differ. Then compares head with itself, and with itself slowed by a known share, in
 * turn, each time as a comparison with a base would be: on services and hosts of its own, until it is decided. Never
 * rejects for what is wrong with the scenario: that is said, and what was measured before is kept.
 */
export async function calibrateScenario(
  plan: ScenarioPlan,
  options: CalibrateOptions,
): Promise<ScenarioCalibration> {
  const { replays, ports } = options;
  const { kind } = plan.work;
  if (kind === 'import') throw new Error('a scenario that another tool has run is compared with nothing');
  const began = ports.clock.now();
  const byDefault = defaultBaseGates(plan, 'fail');
  const thresholds = [...plan.thresholds.filter(isAgainstBase), ...byDefault];
  const spare = spareMetrics(byDefault);
  const measuring = new Measuring(plan, { ...options, thresholds, spare });
  const problem = await measuring.run();
  const { runs, metrics, flows, budget, starts, services } = measuring;
  const isKept = services === 'keep';
  return {
    name: plan.name,
    slowed: kind,
    problem,
    services,
    budget,
    time: ports.clock.now() - began,
    flows: flows ?? null,
    ...(await calibrationOf({
      metrics,
      runs,
      budget,
      starts,
      isKept,
      startSpread: isKept ? options.startSpread : undefined,
      replays,
      seed: plan.seed,
      goOn: goesOn(ports),
    })),
  };
}

/** Between two replays what else there is to do gets its turn, so that Ctrl-C is heard. */
function goesOn({ clock, interrupt }: Pick<ExecutePorts, 'clock' | 'interrupt'>): () => Promise<boolean> {
  return async () => {
    await clock.sleep(0);
    return !interrupt.aborted;
  };
}

interface Known extends CalibrateOptions {
  readonly thresholds: readonly Threshold[];
  /** Names of metrics that are left out if the rounds of the first comparison are too coarse for them. */
  readonly spare: ReadonlySet<string>;
}

/** Every second comparison is slowed; the shares that are nearest to usual limits come first. */
const ORDER: readonly number[] = SLOWDOWNS.toSorted(
  (one, other) => Math.abs(one - 0.05) - Math.abs(other - 0.05),
);

/** Of the time that there is, after which no further start is measured by itself. */
const STARTS_SHARE = 0.2;

class Measuring {
  readonly runs: MeasuredRun[] = [];
  readonly #plan: ScenarioPlan;
  readonly #options: Known;
  readonly #began: number;
  /** What all comparisons after the first have in common. */
  metrics: readonly ComparedMetric[];
  /** Of a round, about. */
  flows: number | undefined;
  /** ms that a comparison may take: where nobody asked for one, the longest that one was given. */
  budget: number;
  /** As the comparisons ran. */
  services: Sides['services'] | undefined;
  starts: MeasuredStarts | undefined;

  constructor(plan: ScenarioPlan, options: Known) {
    this.#plan = planOfRounds(plan);
    this.#options = options;
    this.metrics = comparedMetrics(options.thresholds);
    this.#began = options.ports.clock.now();
    this.budget = options.budget ?? BUDGET;
  }

  /** Why it ended before its time, if it did for another reason than an interrupt. */
  async run(): Promise<string | undefined> {
    try {
      await this.#measureStarts();
      while (!this.#isOver()) {
        const problem = await this.#compare();
        if (problem !== undefined) return problem;
      }
    } catch (thrown) {
      if (!(thrown instanceof SideError)) throw thrown;
      return this.#options.ports.interrupt.aborted ? undefined : thrown.message;
    }
    return undefined;
  }

  /** Whether comparisons keep one start of either side or not. */
  async #measureStarts(): Promise<void> {
    if (!startsSomething(this.#plan)) return;
    const until = this.#began + STARTS_SHARE * this.#options.time;
    const sides = await openSides({ ...this.#options, plans: this.#plansWith(0), services: 'restart' });
    try {
      this.starts = await measureStarts(sides, {
        ...this.#options,
        plan: this.#plan,
        metrics: this.metrics,
        until,
      });
    } finally {
      await sides.close();
    }
  }

  #isOver(): boolean {
    const { ports, runs = Infinity } = this.#options;
    const count = this.runs.length;
    // One of each at least, or there is nothing to tell.
    return ports.interrupt.aborted || count >= 2 * runs || (count >= 2 && this.#left() <= 0);
  }

  #left(): number {
    const { ports, time } = this.#options;
    return this.#began + time - ports.clock.now();
  }

  #nextSlowdown(): number {
    const count = this.runs.length;
    return count % 2 === 0 ? 0 : (ORDER[((count - 1) / 2) % ORDER.length] ?? 0);
  }

  async #compare(): Promise<string | undefined> {
    const { services, ports, context } = this.#options;
    const slowdown = this.#nextSlowdown();
    const sides = await openSides({
      plans: this.#plansWith(slowdown),
      decorate: (runner, side) => this.#slowedRequests(runner, side === 'head' ? slowdown : 0),
      services,
      ports,
      context,
    });
    this.services = sides.services;
    try {
      const compared = await compareSides(sides, this.#optionsWith(slowdown));
      if (compared === undefined) return undefined;
      this.budget = Math.max(this.budget, compared.rounds.budget);
      if ('hopeless' in compared) return compared.hopeless.reason;
      const { comparing, validity } = compared;
      this.flows = compared.rounds.flows;
      const { pairs, results, time, ended, failure } = comparing;
      this.metrics = this.metrics.filter(({ metric }) => results.some((result) => result.metric === metric));
      const whole = ended !== 'interrupted' && ended !== 'failed';
      this.runs.push({ slowdown, pairs, validity, results, time, whole });
      return failure?.message;
    } finally {
      await sides.close();
    }
  }

  /** Where nothing is to differ nothing does; the others bear the cost of slowing on either side. */
  #plansWith(slowdown: number): { readonly base: ScenarioPlan; readonly head: ScenarioPlan } {
    const plan = this.#plan;
    if (slowdown === 0) return { base: plan, head: plan };
    return { base: slowedPlan(plan, 0), head: slowedPlan(plan, slowdown) };
  }

  #slowedRequests(runner: FlowRunner, share: number): FlowRunner {
    const { clock } = this.#options.ports;
    const { work } = this.#plan;
    if (share === 0 || worksOf(work).every(({ kind }) => kind !== 'http')) return runner;
    const parts = work.kind === 'mix' ? work.parts.filter((part) => part.work.kind === 'http') : undefined;
    const slows = ({ part }: FlowStart): boolean => parts?.some(({ name }) => name === part) ?? true;
    return slowed(runner, { share, clock, slows });
  }

  #optionsWith(slowdown: number): CompareSidesOptions {
    const count = this.runs.length;
    const plan = this.#plan;
    const base = slowdown === 0 ? 'itself' : `itself, ${formatQuantity(slowdown, 'ratio')} slowed`;
    // An order of its own for each.
    const { budget, startSpread } = this.#options;
    return {
      ...this.#options,
      budget,
      startSpread: this.services === 'keep' ? startSpread : undefined,
      metrics: this.metrics,
      spare: count === 0 ? this.#options.spare : new Set(),
      plan,
      seed: plan.seed + count,
      about: { scenario: `${plan.name}, calibrating, ${count + 1}`, base },
    };
  }
}
