import { beginComparison, type ComparisonState, nextLook } from '../../../src/compare/statistics/looks.js';
import { seededRandom, seedOf } from '../../../src/lib/random.js';
import type { ComparedMetric, Pair, Round } from '../../../src/model/comparison.js';
import { FLOWS, heavy, type Machine, normal, pairsOf } from './rounds.js';

const { exp } = Math;

/** By how much each part of a flow is slower in head; 1 where it is not named. */
export interface Slowdown {
  readonly steps?: Readonly<Record<string, number>>;
  /** Of what a step takes longer, the part that is computing, 0…1. */
  readonly computing?: number;
  readonly memory?: number;
  readonly threads?: number;
}

/** ms of each step of a flow, and how much of it is computing. */
export const STEPS: Readonly<Record<string, number>> = {
  research: 480,
  audience: 240,
  draft: 900,
  style: 310,
  quality: 270,
};
const COMPUTING = 0.3;

/**
 * A shared runner (see rounds.ts) whose flows have steps: all of a round is off by the same heavy-tailed noise, and each
 * step by its own. `ratio` above 1 is head.
 */
export function steppedRunner(slowdown: Slowdown): (random: () => number) => Machine {
  return (random) => {
    let level = 0;
    let noise = 1;
    return (ratio) => {
      level += 0.01 * normal(random);
      if (random() < 0.02) level += 0.1 * normal(random);
      if (random() < 0.05) noise = noise === 1 ? 3 : 1;
      const shared = level + noise * 0.008 * heavy(random);
      const off = (): number => exp(shared + noise * 0.004 * heavy(random));
      return steppedRound(ratio > 1 ? slowdown : {}, { off, random });
    };
  };
}

function steppedRound(
  { steps = {}, computing = COMPUTING, memory = 1, threads = 1 }: Slowdown,
  { off, random }: { readonly off: () => number; readonly random: () => number },
): Round {
  let time = 0;
  let cpu = 0;
  const stepTimes = Object.entries(STEPS).map(([name, usual]) => {
    const more = usual * ((steps[name] ?? 1) - 1);
    const factor = off();
    const took = (usual + more) * factor;
    time += took;
    cpu += (usual * COMPUTING + more * computing) * factor;
    return [`step(${name}).med`, took] as const;
  });
  return {
    values: {
      'flow_time.med': time,
      'flow_time.p95': time * 1.2 * exp(0.01 * heavy(random)),
      throughput: (1000 * FLOWS) / time,
      cpu_per_flow: cpu,
      peak_memory: 147e6 * memory * exp(0.01 * normal(random)),
      peak_threads: Math.round((11 + (random() < 0.3 ? 1 : 0)) * threads),
      ...Object.fromEntries(stepTimes),
    },
    flows: { started: FLOWS, failed: 0 },
    steal: 0,
    startSkew: 4,
  };
}

const GATE: ComparedMetric = { metric: 'flow_time.med', worse: 'higher', scale: 'relative', limit: 0.05 };

/** The gates of a comparison that says nothing of its own. */
export const GATES: readonly ComparedMetric[] = [
  GATE,
  { ...GATE, metric: 'throughput', worse: 'lower' },
  { ...GATE, metric: 'cpu_per_flow' },
];

export interface SteppedRun {
  readonly state: ComparisonState;
  readonly pairs: readonly Pair[];
}

/** One whole run, from the first pair to the decision, and the pairs that it took. */
export function runStepped(
  slowdown: Slowdown,
  seed: number,
  metrics: readonly ComparedMetric[] = GATES,
): SteppedRun {
  const more = pairsOf(steppedRunner(slowdown)(seededRandom(seedOf(seed, 1))), 2, seed);
  let state = beginComparison(metrics);
  let pairs: readonly Pair[] = [];
  while (state.status === 'continue' && state.wanted !== undefined) {
    pairs = more(state.wanted);
    state = nextLook(state, pairs);
  }
  return { state, pairs: [...pairs] };
}
