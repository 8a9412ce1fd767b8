import { orderOf } from '../../../src/compare/statistics/round.js';
import type { ComparedMetric, Pair, PairOrder, Round } from '../../../src/model/comparison.js';

// Jest looks every global up in a context of its own, which is dear a hundred million times.
const { cos, exp, log, sqrt, PI } = Math;

/** A machine that runs rounds, one after another; `ratio` is how much slower the tree is than base (1 for base). */
export type Machine = (ratio: number, side: 'base' | 'head') => Round;

/** Standard normal (Box and Muller 1958). */
export function normal(random: () => number): number {
  return sqrt(-2 * log(1 - random())) * cos(2 * PI * random());
}

/**
 * Student's t with 3 degrees of freedom, a standard deviation of √3 and tails that fall with the cube (Bailey, "Polar
 * generation of random variates with the t-distribution", 1994).
 */
export function heavy(random: () => number): number {
  return sqrt(3 * ((1 - random()) ** (-2 / 3) - 1)) * cos(2 * PI * random());
}

export const FLOWS = 10;
const FAILURE_RATE = 0.01;

/**
 * What shared runners do: speed wanders by 1% a round and by a trend of 0.1%, jumps by some 10% now and
 * then, has phases in which everything is three times as noisy, and each round is off by heavy-tailed noise, in part
 * shared by all metrics. The differences of pairs spread by about 3.5%.
 */
export function sharedRunner(random: () => number): Machine {
  let level = 0;
  let noise = 1;
  const trend = (random() - 0.5) * 0.002;
  return (ratio) => {
    level += trend + 0.01 * normal(random);
    if (random() < 0.02) level += 0.1 * normal(random);
    if (random() < 0.05) noise = noise === 1 ? 3 : 1;
    const shared = level + noise * 0.008 * heavy(random);
    const own = (): number => noise * 0.006 * heavy(random);
    return roundOf(ratio, { shared, own, random });
  };
}

/** Rounds without drift, whose pairs differ by normal noise of this standard deviation. */
export function steadyRunner(random: () => number, deviation: number): Machine {
  const own = (): number => (deviation / sqrt(2)) * normal(random);
  return (ratio) => roundOf(ratio, { shared: 0, own, random });
}

function roundOf(
  ratio: number,
  {
    shared,
    own,
    random,
  }: { readonly shared: number; readonly own: () => number; readonly random: () => number },
): Round {
  return {
    values: {
      'flow_time.p50': 200 * ratio * exp(shared + own()),
      throughput: 50 / ratio / exp(shared + own()),
      cpu_per_flow: 80 * ratio * exp(shared / 2 + own()),
    },
    flows: { started: FLOWS, failed: failures(random()) },
  };
}

/** Binomial: how many of the flows fail, by the inverse of its distribution. */
function failures(uniform: number): number {
  let failed = 0;
  let chance = (1 - FAILURE_RATE) ** FLOWS;
  for (let below = chance; below < uniform && failed < FLOWS; below += chance) {
    chance *= ((FLOWS - failed) / (failed + 1)) * (FAILURE_RATE / (1 - FAILURE_RATE));
    failed += 1;
  }
  return failed;
}

/** Pairs of a machine in an order drawn for each, head slower by `ratio`. */
export function pairsOf(machine: Machine, ratio: number, seed: number): (count: number) => readonly Pair[] {
  const pairs: Pair[] = [];
  return (count) => {
    while (pairs.length < count) pairs.push(runPair(machine, ratio, orderOf(pairs.length, seed)));
    return pairs;
  };
}

function runPair(machine: Machine, ratio: number, order: PairOrder): Pair {
  if (order === 'base_first') {
    const base = machine(1, 'base');
    return { order, base, head: machine(ratio, 'head') };
  }
  const head = machine(ratio, 'head');
  return { order, base: machine(1, 'base'), head };
}

/** The metrics that a comparison leads with, and the success rate. */
export function metricsOf(limit: number, margin?: number): readonly ComparedMetric[] {
  const rest = { scale: 'relative' as const, limit, margin };
  return [
    { metric: 'flow_time.p50', worse: 'higher', ...rest },
    { metric: 'throughput', worse: 'lower', ...rest },
    { metric: 'cpu_per_flow', worse: 'higher', ...rest },
    { metric: 'success_rate', worse: 'lower', scale: 'rate', limit },
  ];
}
