/**
 * How often the intervals that a ladder reports hold the truth: those of the Universal Scalability Law (knee, σ, κ), and
 * those of what a flow takes (memory = a + b·N), on ladders whose truth is known.
 *
 *   node bench/ladder-simulation.mjs [--runs N] [--part laws|resources]
 */
import { parseArgs } from 'node:util';
import { built } from './built.mjs';

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, part: { type: 'string' } },
});
const { fitUsl } = await built('ladder/usl.js');
const { uslIntervals } = await built('ladder/usl-intervals.js');
const { resourceLine } = await built('ladder/capacity.js');
const { seededRandom } = await built('lib/random.js');
const runs = Number(options.runs);

const normalOf = (uniform) => () =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const percent = (share) => `${(100 * share).toFixed(1)}%`;
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

const LADDERS = { 5: [1, 2, 5, 10, 20], 6: [1, 2, 5, 10, 20, 50], 10: [1, 2, 4, 6, 8, 12, 16, 24, 32, 48] };
const LAWS = {
  'knee 31': { lambda: 100, sigma: 0.05, kappa: 0.001 },
  'knee 13': { lambda: 100, sigma: 0.2, kappa: 0.005 },
  'knee 99, beyond the rungs': { lambda: 100, sigma: 0.02, kappa: 0.0001 },
};
/** Deviation of the throughput on a rung. */
const NOISES = {
  '2% of the value': (value) => 0.02 * value,
  '5% of the value': (value) => 0.05 * value,
  '2% of the largest': (_value, most) => 0.02 * most,
};

function laws() {
  console.log(
    `\nUniversal Scalability Law: runs of ${runs} whose interval of 95% holds the truth; its median width`,
  );
  row('law', 'noise', 'rungs', 'knee', 'σ', 'κ', 'knee ÷ truth, median low … high');
  for (const [name, law] of Object.entries(LAWS)) {
    const knee = Math.sqrt((1 - law.sigma) / law.kappa);
    for (const [noise, deviation] of Object.entries(NOISES)) {
      for (const rungs of Object.values(LADDERS)) {
        const exact = rungs.map((flows) => ({
          flows,
          throughput: (law.lambda * flows) / (1 + law.sigma * (flows - 1) + law.kappa * flows * (flows - 1)),
        }));
        const most = Math.max(...exact.map(({ throughput }) => throughput));
        const held = { knee: 0, sigma: 0, kappa: 0 };
        const ends = { low: [], high: [] };
        for (let run = 1; run <= runs; run++) {
          const normal = normalOf(seededRandom(run));
          const points = exact.map(({ flows, throughput }) => ({
            flows,
            throughput: throughput + deviation(throughput, most) * normal(),
          }));
          const intervals = uslIntervals(points, fitUsl(points));
          const truth = { ...law, knee };
          for (const of of Object.keys(held)) {
            const { low, high } = intervals[of];
            if (low <= truth[of] && truth[of] <= (high ?? Infinity)) held[of] += 1;
          }
          ends.low.push(intervals.knee.low / knee);
          ends.high.push((intervals.knee.high ?? Infinity) / knee);
        }
        const median = (values) => values.sort((a, b) => a - b)[runs >> 1].toFixed(2);
        const shares = Object.values(held).map((count) => percent(count / runs));
        row(name, noise, rungs.length, ...shares, `${median(ends.low)} … ${median(ends.high)}`);
      }
    }
  }
}

/** Noise of a rung with N at once, in units of what one flow takes; neighbours may be alike. */
const RESOURCES = {
  'alike on all rungs': { spread: () => 1 },
  'grows with N': { spread: (flows) => 0.1 * flows },
  'grows with √N': { spread: (flows) => 0.3 * Math.sqrt(flows) },
  'rungs correlated, 0.5': { spread: () => 1, correlation: 0.5 },
  'rungs correlated, 0.8': { spread: () => 1, correlation: 0.8 },
  'a walk: each rung keeps what the last one added': { spread: () => 1, correlation: 1 },
};

function resources() {
  console.log(`\nmemory = a + b·N: runs of ${runs} whose interval holds b; the confidence that it says`);
  row('noise', ...Object.keys(LADDERS).map((count) => `${count} rungs`));
  for (const [name, { spread, correlation = 0 }] of Object.entries(RESOURCES)) {
    const cells = Object.values(LADDERS).map((rungs) => {
      let [held, said] = [0, 0];
      for (let run = 1; run <= runs; run++) {
        const normal = normalOf(seededRandom(run));
        let rest = normal();
        const points = rungs.map((x) => {
          const y = 45 + 10 * x + spread(x) * rest;
          rest = correlation * rest + (correlation === 1 ? 1 : Math.sqrt(1 - correlation ** 2)) * normal();
          return { x, y };
        });
        const { low, high, confidence } = resourceLine(points);
        said = confidence;
        if (low <= 10 && 10 <= high) held += 1;
      }
      return `${percent(held / runs)} (${percent(said)})`;
    });
    row(name, ...cells);
  }
}

if (options.part !== 'resources') laws();
if (options.part !== 'laws') resources();
