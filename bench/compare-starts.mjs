/**
 * The comparison between starts of the same program, of which each has differed by itself: one start a side, one start a
 * side with the spread between starts told, and a start for each round.
 *
 *   npm run build && node bench/compare-starts.mjs --data FILE [--runs N]
 *
 * FILE: CSV (.gz too) of benchmark,fork,round,seconds, some forks (starts) and rounds of each benchmark, as in "Towards
 * effective assessment of steady state performance in Java software" (Traini et al., EMSE 2023). N comparisons of each
 * benchmark are drawn. The spread that is told is that of the forks that the comparison does not have.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { built } from './built.mjs';

const { values: options } = parseArgs({
  options: { data: { type: 'string' }, runs: { type: 'string', default: '45' } },
});
if (options.data === undefined) throw new Error('give the forks: --data FILE');
const runs = Number(options.runs);

const { compareRun } = await built('compare/statistics/looks.js');
const { deviationOfLogs } = await built('compare/statistics/round.js');
const { shareBounds } = await built('lib/statistics/exact-counts.js');
const { seededRandom } = await built('lib/random.js');
const { distributionOf, percentile } = await built('lib/statistics/distribution.js');

const METRIC = { metric: 'time', worse: 'higher', scale: 'relative', limit: 0.05 };
const PAIRS = 80;
const FLOWS = { started: 10, failed: 0 };

const benchmarks = read(options.data);
const median = (values) => percentile(distributionOf(values), 50);
const percent = (share) => `${(share * 100).toFixed(2)}%`;

/** Of the logarithms: the standard deviation of their medians. */
const spreadOf = (forks) => Math.expm1(deviationOfLogs(forks.map(median)) ?? 0);

const spreads = benchmarks.map(spreadOf).toSorted((one, other) => one - other);
console.log(
  `${benchmarks.length} benchmarks, ${runs} comparisons each; the medians of starts differ by ` +
    [25, 50, 75].map((part) => percent(percentile({ sorted: spreads }, part))).join(', ') +
    ' (quartiles of the standard deviation)\n',
);

const ways = {
  'one start a side': (forks, draw) => oneStart(forks, draw, () => undefined),
  'one start a side, the spread of the others told': (forks, draw) => oneStart(forks, draw, spreadOf),
  'a start for each round': anew,
};
console.log(
  '| pairs on | claims a difference | fails a gate of 5% | holds no change | ×1.1 found |\n|:--|--:|--:|--:|--:|',
);
for (const [name, way] of Object.entries(ways)) {
  const random = seededRandom(12);
  const counts = { claims: 0, fails: 0, holds: 0, found: 0, all: 0 };
  for (const forks of benchmarks) {
    for (let run = 0; run < runs; run += 1) {
      const { pairs, startSpread } = way(forks, random);
      const same = resultOf(pairs(1), startSpread);
      counts.all += 1;
      counts.claims += same.outcome === 'regression' || same.outcome === 'improvement' ? 1 : 0;
      counts.fails += same.outcome === 'regression' ? 1 : 0;
      counts.holds += same.low <= 0 && same.high >= 0 ? 1 : 0;
      counts.found += resultOf(pairs(1.1), startSpread).outcome === 'regression' ? 1 : 0;
    }
  }
  const cells = [counts.claims, counts.fails, counts.holds, counts.found].map((count) =>
    rate(count, counts.all),
  );
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}

function resultOf(pairs, startSpread) {
  return compareRun(pairs, [METRIC], { startSpread, exhausted: true }).results[0];
}

function rate(count, all) {
  const { low, high } = shareBounds({ started: all, failed: count }, 0.025);
  return `${percent(count / all)} (${percent(low)} … ${percent(high)})`;
}

/** All rounds of two of the starts, in the order in which they were run. */
function oneStart(forks, random, spread) {
  const [base, head] = twoOf(forks.length, random);
  const others = forks.filter((_, index) => index !== base && index !== head);
  return {
    startSpread: spread(others),
    pairs: (ratio) => pairsOf((at) => [forks[base][at], forks[head][at] * ratio]),
  };
}

/** Two starts for each pair, and a round of each. */
function anew(forks, random) {
  const drawn = Array.from({ length: PAIRS }, () =>
    twoOf(forks.length, random).map((fork) => forks[fork][Math.floor(random() * forks[fork].length)]),
  );
  return { pairs: (ratio) => pairsOf((at) => [drawn[at][0], drawn[at][1] * ratio]) };
}

function twoOf(count, random) {
  const one = Math.floor(random() * count);
  const other = Math.floor(random() * (count - 1));
  return [one, other < one ? other : other + 1];
}

function pairsOf(valuesAt) {
  return Array.from({ length: PAIRS }, (_, at) => {
    const [base, head] = valuesAt(at);
    return {
      order: at % 2 === 0 ? 'base_first' : 'head_first',
      base: { values: { time: base }, flows: FLOWS },
      head: { values: { time: head }, flows: FLOWS },
    };
  });
}

/** Seconds by benchmark, fork and round. */
function read(file) {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const all = [];
  for (const line of text.trim().split('\n').slice(1)) {
    const [benchmark, fork, round, seconds] = line.split(',').map(Number);
    ((all[benchmark] ??= [])[fork] ??= [])[round] = seconds;
  }
  return all;
}
