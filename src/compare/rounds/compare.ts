import { plain } from '../../lib/escape.js';
import { formatQuantity, formatTime, plural } from '../../lib/format.js';
import type { ComparedMetric, Round } from '../../model/comparison.js';
import type { Load, ScenarioPlan } from '../../model/plan.js';
import type { Threshold } from '../../model/threshold.js';
import type { ExecutePorts } from '../../run/stage.js';
import type { ComparingProgress } from '../../system/ports.js';
import { stealBetween } from '../../watch/machine-state.js';
import { beginComparison } from '../statistics/looks.js';
import { roundOf, type ValidityLimits } from '../statistics/round.js';
import { differenceWords } from '../words.js';
import { lengthened } from './load.js';
import { comparePairs, type Comparing, type PairsProgress } from './pairs.js';
import type { Sides, Start } from './sides.js';
import { type Attempt, tryOut } from './trial.js';

export interface CompareSidesOptions {
  /** That of the rounds of head. */
  readonly plan: ScenarioPlan;
  readonly thresholds: readonly Threshold[];
  readonly metrics: readonly ComparedMetric[];
  /** Names of those that are left out if the CPU time of a round is too short to be told in ticks of the kernel. */
  readonly spare?: ReadonlySet<string>;
  /** ms; undefined if nobody asked for one. */
  readonly budget: number | undefined;
  /** As `beginComparison` has it. */
  readonly startSpread?: number;
  /** Of the order of the pairs. */
  readonly seed: number;
  /** Told of how it will be run before the first pair. */
  readonly onPlan?: (words: string) => void;
  readonly ports: ExecutePorts;
  /** What the live view calls them. */
  readonly about: Pick<ComparingProgress, 'scenario' | 'base'>;
}

/** How the rounds were run. */
export interface RoundsRun {
  /** Of a round at the end. */
  readonly flows: number;
  /** Flows that each start was warmed up with. */
  readonly warmup: number;
  /** ms that a start takes with its warm-up and its end: the mean of both sides. Undefined where nothing starts anew. */
  readonly startTime: number | undefined;
  /** ms that they might take. */
  readonly budget: number;
}

export type SidesCompared = { readonly rounds: RoundsRun } & (
  { readonly comparing: Comparing; readonly validity: ValidityLimits } | { readonly hopeless: Hopeless }
);

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
  const { ports, about } = options;
  const attempt = await tryOut(sides, { ...ports, ...options });
  if (attempt === undefined) return undefined;
  const { times, validity, warmup, budget } = attempt;
  const expected = times.base + times.head;
  const rounds = { flows: attempt.flows, warmup, startTime: startTimeOf(attempt, sides), budget };
  if (expected * attempt.wanted > budget * TOLERANCE) {
    return { hopeless: hopelessFor(attempt, about.base), rounds };
  }
  const plan = planWords(attempt, rounds, about.base);
  options.onPlan?.(plan);
  const metrics = options.metrics.filter(
    ({ metric }) => attempt.cpuTime >= FEWEST_CPU_TIME || options.spare?.has(metric) !== true,
  );
  const shown = { ...about, budget, plan, expected };
  ports.progress.update(progressOf({ pairs: [], state: beginComparison(metrics), elapsed: 0 }, shown));
  let { load } = attempt;
  /** ms that the flows of a pair took, without starts. */
  let flowing = 0;
  const comparing = await comparePairs({
    ...ports,
    ...options,
    metrics,
    validity,
    budget,
    expected,
    round: async (side) =>
      sides.on(side, async (start) => {
        if (warmup > 0) await start.warmUp(warmup);
        const began = ports.clock.now();
        const round = await measuredRound(start, load, options);
        flowing += ports.clock.now() - began;
        return round;
      }),
    onPair: (progress) => {
      load = lengthened(load, flowing / 2);
      flowing = 0;
      ports.progress.update(progressOf(progress, shown));
    },
  }).finally(() => {
    ports.progress.clear();
  });
  const flows = comparing.pairs.at(-1)?.head.flows.started ?? attempt.flows;
  return { comparing, validity, rounds: { ...rounds, flows } };
}

function startTimeOf({ starting }: Attempt, { services }: Sides): number | undefined {
  return services === 'restart' ? (starting.base + starting.head) / 2 : undefined;
}

/** ms: of commands that have ended the kernel tells CPU time by ticks of 10 ms, of which this is twenty. */
const FEWEST_CPU_TIME = 200;

/** How far a trial, which is colder than a round, may promise more time than there is. */
const TOLERANCE = 1.25;

function hopelessFor(attempt: Attempt, base: string): Hopeless {
  const { flows, times, starting, wanted, budget } = attempt;
  const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;
  const headIsWhy = 2 * times.base * wanted <= budget;
  const starts = starting.base + starting.head;
  const each =
    `${formatQuantity(times.base, 'ms')} each of ${base} and ${formatQuantity(times.head, 'ms')} of head` +
    (starts > 0 ? `, of which starting takes ${formatQuantity(starts / 2, 'ms')}` : '');
  const reason =
    `${wanted} pairs of rounds of ${plural(flows, 'flow')}, the fewest that can tell anything, take about ` +
    `${seconds((times.base + times.head) * wanted)} (${each}), and the budget is ${seconds(budget)}; ` +
    (headIsWhy
      ? `were head no slower than ${base}, they would fit: raise the budget to know by how much it is`
      : `raise the budget, ${starts > times.base ? 'or keep one start of either side (services: keep)' : 'or compare a shorter scenario'}`);
  return { reason, headIsWhy };
}

/** Characters. */
const LABEL = 60;

/** `comparing with main: 10 pairs at least, each a start and a round of either side: 2 × (600 ms to start + …`. */
function planWords({ times, wanted }: Attempt, { startTime, budget }: RoundsRun, base: string): string {
  const pair = times.base + times.head;
  const flows = (toStart: number): string => `${formatTime(pair / 2 - toStart)} of flows`;
  const [what, each] =
    startTime === undefined
      ? ['a round', flows(0)]
      : ['a start and a round', `(${formatTime(startTime)} to start + ${flows(startTime)})`];
  return (
    `comparing with ${plain(base, LABEL)}: ${wanted} pairs at least, each ${what} of either side: 2 × ${each} = ` +
    `${formatTime(pair)} a pair, ${formatTime(pair * wanted)} to the first look; up to ${formatTime(budget)}`
  );
}

/** One round with what a comparison keeps of it. Undefined if it was cut short. */
export async function measuredRound(
  start: Start,
  load: Load,
  { ports, thresholds }: Pick<CompareSidesOptions, 'ports' | 'thresholds'>,
): Promise<Round | undefined> {
  const before = ports.machine.cpu();
  const record = await start.round(load);
  if (ports.interrupt.aborted) return undefined;
  const steal = stealBetween(before, ports.machine.cpu());
  return roundOf(record, { metrics: thresholds, steal });
}

interface Shown extends Pick<ComparingProgress, 'scenario' | 'base' | 'budget' | 'plan'> {
  /** ms of a pair. */
  readonly expected: number;
}

/** What the live view shows before the first pair, and after each. */
function progressOf(
  { pairs, state, elapsed }: PairsProgress,
  { expected, ...shown }: Shown,
): ComparingProgress {
  const lastLook = Math.max(...state.plan.looks.map((look) => look.pairs));
  const each = pairs.length === 0 ? expected : elapsed / pairs.length;
  return {
    ...shown,
    pairs: pairs.length,
    most: Math.max(pairs.length, Math.min(lastLook, Math.floor(shown.budget / each))),
    nextLook: state.wanted,
    elapsed,
    known: state.results
      .filter(({ change }) => change !== null)
      .map((result) => differenceWords(result, shown.base)),
  };
}
