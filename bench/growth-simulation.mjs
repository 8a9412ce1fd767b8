/**
 * The check growth on simulated services, beside the test of Mann and Kendall on the same samples: shares of the runs
 * that fail, pass, and are inconclusive.
 *
 *   node bench/growth-simulation.mjs [--runs N] [--samples N] [--times N]
 *
 * --samples: in 10,000 flows; --times: runs that are so many times as long.
 */
import { parseArgs } from 'node:util';
import { built } from './built.mjs';
import { FLOWS, SAMPLES, samplesOf, SHAPES } from './growth-shapes.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    samples: { type: 'string', default: String(SAMPLES) },
    times: { type: 'string', default: '1' },
  },
});
const [runs, count, times] = [options.runs, options.samples, options.times].map(Number);
const all = FLOWS * times;
const { runChecks } = await built('checks/index.js');
const { seededRandom, seedOf } = await built('lib/random.js');
const { chanceOfOrder } = await built('lib/statistics/slopes.js');

/** Of flows only their number counts here. */
const flows = Array.from({ length: 100 }, (_, index) => ({
  slot: (index % 10) + 1,
  iteration: index + 1,
  outcome: 'ok',
  scheduledAt: index,
  startedAt: index,
  endedAt: index + 1,
}));

function outcomeOf(samples) {
  const load = { model: 'closed', flows: 10, iterations: all };
  const [check] = runChecks({ load, flows, monitor: { samples } }, { growth: 'fail' }).filter(
    ({ id }) => id === 'growth',
  );
  return check.outcome;
}

/** Of all samples after a third of the flows; one-sided at 1%. */
function isTrend(samples) {
  const judged = samples.filter((sample) => sample.flows >= all / 3 && sample.flows < all);
  // Of groups of one value each, the test of Jonckheere and Terpstra is that of Mann and Kendall.
  return chanceOfOrder(judged.map(({ serviceMemory }) => [serviceMemory])) < 0.01;
}

const percent = (count) => `${((100 * count) / runs).toFixed(1)}%`;
console.log(`${runs} runs each, ${count * times} samples in ${all} flows\n`);
console.log('| | fail | pass | inconclusive | Mann–Kendall alarms |\n| :-- | --: | --: | --: | --: |');
for (const [index, [name, shape]] of Object.entries(SHAPES).entries()) {
  const counts = { fail: 0, pass: 0, inconclusive: 0, trend: 0 };
  for (let run = 1; run <= runs; run += 1) {
    const samples = samplesOf(shape, seededRandom(seedOf(run, index)), { count, times });
    counts[outcomeOf(samples)] += 1;
    if (isTrend(samples)) counts.trend += 1;
  }
  const { fail, pass, inconclusive, trend } = counts;
  console.log(`| ${name} | ${[fail, pass, inconclusive, trend].map(percent).join(' | ')} |`);
}
