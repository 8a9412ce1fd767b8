import type { Level } from '../../src/checks/growth/envelope.js';
import { seededRandom, seedOf } from '../../src/lib/random.js';

/** Bytes as what outlives the flows holds them, after so many flows. */
type Shape = (flows: number) => number;
type Random = () => number;

export const FLOWS = 10_000;
const SAMPLES = 120;
/** Bytes: of a small service, and what resident memory is counted off by. */
const BASE = 50e6;
const NOISE = 0.1e6;

/** Box and Muller, 1958. */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Series of services that do not leak; each draw is another service. */
export const WITHOUT_LEAK: Readonly<Record<string, (random: Random) => Shape>> = {
  flat: () => () => 0,
  /** Code is compiled and pools are filled: 10 to 20 MB, two thirds of it in the first 1,500 flows. */
  warming: (random) => {
    const all = 10e6 * (1 + random());
    return (flows) => all * (1 - Math.exp(-flows / 1500));
  },
  /** A collector that comes every 300 to 1,800 flows, when 6 to 16 MB are to be collected. */
  sawtooth: (random) => {
    const slope = (6e6 + 10e6 * random()) / 1800;
    let [last, next] = [0, 1500 * random()];
    return (flows) => {
      while (flows >= next) [last, next] = [next, next + 300 + 1500 * random()];
      return slope * (flows - last);
    };
  },
  /** Up to four arenas of 1 to 3 MB that are never given back. */
  steps: (random) => {
    const steps = Array.from({ length: Math.floor(5 * random()) }, () => ({
      at: FLOWS * random(),
      height: 1e6 + 2e6 * random(),
    }));
    return (flows) => steps.reduce((sum, { at, height }) => sum + (flows > at ? height : 0), 0);
  },
  /** Neighbours in time are alike: AR(1) of φ = 0.95, a standard deviation of 0.7 MB. */
  autocorrelated: (random) => {
    let value = 0;
    return () => (value = 0.95 * value + 0.22e6 * gaussian(random));
  },
  /** Pages come and go without a level that they return to: 3 MB off at the end, one standard deviation. */
  wandering: (random) => {
    let value = 0;
    return () => (value += (3e6 * gaussian(random)) / Math.sqrt(SAMPLES));
  },
};

/** One service's memory over a run; `leak` in bytes a flow. */
export function seriesOf(shape: string, seed: number, leak: number): readonly Level[] {
  const random = seededRandom(seedOf(seed, shape.length));
  const make = WITHOUT_LEAK[shape];
  if (make === undefined) throw new Error(`there is no series ${shape}`);
  const held = make(random);
  return Array.from({ length: SAMPLES }, (_, index) => {
    const flows = Math.round((FLOWS * (index + 1)) / SAMPLES);
    const value = BASE + held(flows) + leak * flows + NOISE * gaussian(random);
    return { at: flows / 5, flows, value };
  });
}
