import type { Round } from '../../../src/model/comparison.js';
import { type Machine, normal } from './rounds.js';

/*
 * Noise of one metric, flow_time.p50, in rounds of 400 ms that run one after another. Each round is off by 2% of its own
 * (normal); what else there is has the name of the noise. In none of them does any code differ.
 */

const { exp, sin, sqrt, PI } = Math;

type Random = () => number;
type Noise = (random: Random) => Machine;

const OWN = 0.02;
const RHO = 0.9;
/** Rounds in 10 s, and pairs. */
const BURST = 25;
const BURST_PAIRS = 12;

/** Off by so much, in ln, in the n-th round of the machine: all that runs has it. */
function machineWide(offOf: (random: Random) => (round: number) => number): Noise {
  return (random) => {
    const off = offOf(random);
    let round = 0;
    return (ratio) => timed(ratio, off(round++) + OWN * normal(random));
  };
}

/** Noise of the machine that it shares among whatever runs. */
export const MACHINE_WIDE: Readonly<Record<string, Noise>> = {
  'neighbours alike, AR(1) with 0.9 a round, 10%': machineWide((random) => autoregressive(random, 0.1)),
  'up and down by 10%, a period of two rounds': machineWide(() => (round) => (round % 2 === 0 ? 0.1 : 0)),
  'up and down by 10%, a period of four rounds': machineWide(() => (round) => (round % 4 < 2 ? 0.1 : 0)),
  'a wave of 10%, a period of seven rounds': machineWide((random) => {
    const phase = 2 * PI * random();
    return (round) => 0.1 * sin((2 * PI * round) / 7 + phase);
  }),
  'the second of a pair is slower by 5%': machineWide(() => (round) => (round % 2) * 0.05),
  'slower by 0.5% with every round': machineWide(() => (round) => 0.005 * round),
  'bursts of 10 s, 30%': machineWide((random) => {
    const isIn = bursts(random, BURST);
    return () => (isIn() ? 0.3 : 0);
  }),
};

/** Noise that only one of the sides has, for a while: `off` of each side in the n-th pair. */
function oneSided(offOf: (random: Random) => () => { readonly base: number; readonly head: number }): Noise {
  return (random) => {
    const next = offOf(random);
    let off = next();
    let rounds = 0;
    return (ratio, side) => {
      if (rounds++ % 2 === 0) off = next();
      return timed(ratio, off[side] + OWN * normal(random));
    };
  };
}

export const ONE_SIDED: Readonly<Record<string, Noise>> = {
  'AR(1) with 0.9 a pair on each side by itself, 3%': oneSided((random) => {
    const [base, head] = [autoregressive(random, 0.03), autoregressive(random, 0.03)];
    return () => ({ base: base(), head: head() });
  }),
  'bursts of 10 s on one side, 10%': oneSided((random) => {
    const isIn = bursts(random, BURST_PAIRS);
    let isHead = false;
    let was = false;
    return () => {
      const is = isIn();
      if (is && !was) isHead = random() < 0.5;
      was = is;
      return { base: is && !isHead ? 0.1 : 0, head: is && isHead ? 0.1 : 0 };
    };
  }),
  'a mode of 20 rounds on each side, 5%': oneSided((random) => {
    const [base, head] = [modes(random), modes(random)];
    return () => ({ base: base(), head: head() });
  }),
};

/** Stationary from the first value on, with this standard deviation. */
function autoregressive(random: Random, deviation: number): () => number {
  let level = deviation * normal(random);
  return () => {
    const before = level;
    level = RHO * level + deviation * sqrt(1 - RHO ** 2) * normal(random);
    return before;
  };
}

/** Bursts of so many steps, of which there is one in 40 others; one may be under way. */
function bursts(random: Random, steps: number): () => boolean {
  const rate = 1 / (40 * (steps / BURST_PAIRS));
  let left = random() < 0.2 ? Math.ceil(random() * steps) : 0;
  return () => {
    if (left === 0 && random() < rate) left = steps;
    return left > 0 && left-- > 0;
  };
}

/** Two levels, 5% apart, either drawn anew after 20 steps. */
function modes(random: Random): () => number {
  let left = Math.ceil(random() * 20);
  let level = random() < 0.5 ? 0.05 : 0;
  return () => {
    if (left-- === 0) {
      left = 19;
      level = random() < 0.5 ? 0.05 : 0;
    }
    return level;
  };
}

function timed(ratio: number, off: number): Round {
  return {
    values: { 'flow_time.p50': 200 * ratio * exp(off) },
    flows: { started: 10, failed: 0 },
  };
}

/** How flows fail in rounds that take as long as each other, but for 2%. */
interface Failing {
  readonly flows: number;
  /** Share of the flows that fail. */
  readonly base: number;
  readonly head: number;
  /** Of any two flows of a round; 0 if they fail independently. */
  readonly correlation?: number;
}

/**
 * Each flow does as a common one does with a chance of √ρ, else as it does by itself: any two of a round then correlate by
 * ρ (Lunn and Davies, "A note on generating correlated binary variables", Biometrika 1998).
 */
export function failing({ flows, correlation = 0, ...rates }: Failing): Noise {
  const copies = sqrt(correlation);
  return (random) => (ratio, side) => {
    const rate = rates[side];
    const common = random() < rate;
    let failed = 0;
    for (let flow = 0; flow < flows; flow++) {
      const fails = random() < copies ? common : random() < rate;
      if (fails) failed += 1;
    }
    const off = (): number => exp(OWN * normal(random));
    return {
      values: {
        'flow_time.p50': 200 * ratio * off(),
        throughput: 50 / ratio / off(),
        cpu_per_flow: 80 * ratio * off(),
      },
      flows: { started: flows, failed },
    };
  };
}
