import { built } from './built.mjs';

const RUNGS = [1, 2, 5, 10, 15, 20, 30, 40, 50, 60];
const TRIALS = 1000;
/** Bytes: of the service without any flow, of each flow, and of the noise in all. */
const TRUTH = { alone: 45e6, each: 9.8e6, noise: 2e6 };

/** Peak memory of a ladder; with `wild`, that of one rung is twice what it should be, as when something else ran. */
function ladder(random, wild) {
  const odd = wild ? Math.floor(random() * RUNGS.length) : -1;
  return RUNGS.map((x, index) => ({
    x,
    y: (TRUTH.alone + TRUTH.each * x + (random() - 0.5) * TRUTH.noise) * (index === odd ? 2 : 1),
  }));
}

function leastSquares(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  return { b: mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2) };
}

/** The largest relative error of bytes per flow over all trials, in per cent. */
async function largest(fit, wild) {
  const { seededRandom } = await built('lib/random.js');
  let most = 0;
  for (let trial = 1; trial <= TRIALS; trial += 1) {
    const { b } = fit(ladder(seededRandom(trial), wild));
    most = Math.max(most, Math.abs(b / TRUTH.each - 1) * 100);
  }
  return most;
}

const errorsOf = async (fit) => ({
  'noise of ±1 MB: largest error, %': await largest(fit, false),
  'and one rung at twice its memory, %': await largest(fit, true),
});

export default {
  title: `Memory per flow from a ladder of ${RUNGS.length} rungs, ${TRIALS} synthetic ladders`,
  unit: '%',
  target: 'Target 13: within 2% on synthetic data.',
  rounds: 1,
  untimed: true,
  columns: ['noise of ±1 MB: largest error, %', 'and one rung at twice its memory, %'],
  peers: [
    {
      name: 'flowgate, Theil–Sen',
      run: async () => errorsOf((await built('ladder/capacity.js')).resourceLine),
    },
    { name: 'least squares, as in a spreadsheet', run: () => errorsOf(leastSquares) },
  ],
};
