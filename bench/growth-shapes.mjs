/**
 * What a service holds over a run of 10,000 flows, simulated: ways to grow that are leaks and ways that are none. Each
 * draw of `random` is another service. Used by growth-simulation.mjs and by the tests that fix its rates.
 */
export const FLOWS = 10_000;
/** As many as a run of few flows has at least, where the check is asked for. */
export const SAMPLES = 200;
const MB = 1e6;
/** Of a small service, and what resident memory is counted off by. */
const BASE = 50 * MB;
const NOISE = 0.1 * MB;

/** Box and Muller, 1958. */
const gaussian = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const between = (random, low, high) => low + (high - low) * random();

const nothing = () => () => 0;
/** What is filled up: 10 to 40 MB. */
const filled = (course) => (random) => {
  const all = between(random, 10, 40) * MB;
  return (flows) => all * course(flows / FLOWS);
};
/** A collector that comes when so much is to be collected, every so many flows, give or take a fifth. */
const teeth = (height, fewest, most) => (random) => {
  const every = between(random, fewest, most);
  const next = () => every * between(random, 0.8, 1.2);
  let last = -every * random();
  let coming = last + next();
  return (flows) => {
    while (flows >= coming) [last, coming] = [coming, coming + next()];
    return (height / every) * (flows - last);
  };
};
const logarithm = (random) => {
  const [all, bend] = [between(random, 10, 40) * MB, between(random, 0.01, 0.05)];
  return (flows) => (all * Math.log1p(flows / FLOWS / bend)) / Math.log1p(1 / bend);
};
const step = (random) => {
  const [height, at] = [between(random, 5, 30) * MB, FLOWS * random()];
  return (flows) => (flows > at ? height : 0);
};
const arenas = (random) => {
  const steps = Array.from({ length: Math.floor(5 * random()) }, () => [
    FLOWS * random(),
    between(random, 1, 3) * MB,
  ]);
  return (flows) => steps.reduce((sum, [at, height]) => sum + (flows > at ? height : 0), 0);
};
const walk = (random) => {
  let value = 0;
  return () => (value += (3 * MB * gaussian(random)) / Math.sqrt(SAMPLES));
};
const autocorrelated = (random) => {
  let value = 0;
  return () => (value = 0.95 * value + 0.22 * MB * gaussian(random));
};
const warming = (random) => {
  const all = between(random, 10, 20) * MB;
  return (flows) => all * (1 - Math.exp(-flows / 1500));
};
const leaking = (bytes) => () => (flows) => bytes * flows;
const late = (random) => {
  const from = FLOWS * between(random, 0.4, 0.8);
  return (flows) => 4000 * Math.max(0, flows - from);
};
const both = (one, other) => (random) => {
  const [a, b] = [one(random), other(random)];
  return (flows) => a(flows) + b(flows);
};

/** `leaks`: it should be found. `noise`: of each sample, one standard deviation. */
export const SHAPES = {
  flat: { make: nothing },
  'flat, noise of 0.7 MB': { make: nothing, noise: 0.7 * MB },
  'saw-tooth of 3 MB': { make: teeth(3 * MB, 300, 1200) },
  'saw-tooth of 20 MB': { make: teeth(20 * MB, 300, 1200) },
  'plateau, τ a third of the run': { make: filled((x) => 1 - Math.exp(-3 * x)) },
  'plateau, τ a tenth of the run': { make: filled((x) => 1 - Math.exp(-10 * x)) },
  'cache full at 50%': { make: filled((x) => Math.min(1, x / 0.5)) },
  'cache full at 80%': { make: filled((x) => Math.min(1, x / 0.8)) },
  'logarithmic warm-up': { make: logarithm },
  'one step of 5 to 30 MB': { make: step },
  'up to four steps of 1 to 3 MB': { make: arenas },
  'random walk, 3 MB at the end': { make: walk },
  'AR(1), φ 0.95, 0.7 MB': { make: autocorrelated },
  'warm-up of 10 to 20 MB': { make: warming },
  'leak of 1 KB': { make: leaking(1000), leaks: true },
  'leak of 10 KB': { make: leaking(10_000), leaks: true },
  '1 KB under noise of 0.7 MB': { make: leaking(1000), noise: 0.7 * MB, leaks: true },
  '1 KB under a saw-tooth of 3 MB': { make: both(leaking(1000), teeth(3 * MB, 300, 1200)), leaks: true },
  '1 KB under a saw-tooth of 20 MB': { make: both(leaking(1000), teeth(20 * MB, 300, 1200)), leaks: true },
  '1 KB, collected every 1,200 to 2,000': {
    make: both(leaking(1000), teeth(20 * MB, 1200, 2000)),
    leaks: true,
  },
  '4 KB, collected every 1,200 to 2,000': {
    make: both(leaking(4000), teeth(20 * MB, 1200, 2000)),
    leaks: true,
  },
  '1 KB over a warm-up of 10 to 20 MB': { make: both(leaking(1000), warming), leaks: true },
  '1 KB over up to four steps': { make: both(leaking(1000), arenas), leaks: true },
  'leak of 4 KB from 40 to 80% on': { make: late, leaks: true },
};

/** The samples of one service: `count` in the 10,000 flows, and as many more in a run that is `times` as long. */
export function samplesOf({ make, noise = NOISE }, random, { count = SAMPLES, times = 1 } = {}) {
  const held = make(random);
  return Array.from({ length: count * times }, (_, index) => {
    const flows = Math.round((FLOWS * (index + 1)) / count);
    return { at: flows / 5, flows, serviceMemory: BASE + held(flows) + noise * gaussian(random) };
  });
}
