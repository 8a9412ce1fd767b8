/**
 * The comparison with the base on noise that nobody chose: starts of JVMs, noise of the machine, noise of one side,
 * flows that fail. No code differs unless a table says so.
 *
 *   node bench/compare-noise.mjs [--runs N] [--forks FILE] [--table NAME]
 *
 * FILE: CSV (.gz too) of benchmark,fork,round,seconds, of Traini et al., "Towards effective assessment of steady state
 * performance in Java software" (EMSE 2023). NAME: machine, side, failures, cleared, forks, overshoot.
 */
import { parseArgs } from 'node:util';
import { importSimulation, linesOf } from './simulation.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    forks: { type: 'string' },
    table: { type: 'string' },
  },
});
const runs = Number(options.runs);
const { simulation, rounds, noises, peers, counts, random, ranks } = await importSimulation();
const { runMany, runOnce, shareOf, isClaim } = simulation;
const { metricsOf, pairsOf } = rounds;
const { seededRandom, seedOf } = random;

const TIME = metricsOf(0.05).slice(0, 1);
/** No margin, and a limit of 0 that no interval clears, so that every look is taken. */
const EDGE = metricsOf(0, 0).slice(0, 1);
const LOOKS = [10, 20, 40, 80];

const tables = { machine, side, failures, cleared, overshoot, forks };
for (const [name, table] of Object.entries(tables)) {
  if (options.table === undefined || options.table === name) table();
}

function isRegression({ outcome }) {
  return outcome === 'regression';
}

function percent(share) {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 2 : 1)}%`;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `0.6% (0.3 … 1.1)`: Clopper and Pearson, 95%. */
function rate(share, of = runs) {
  const { low, high } = counts.shareBounds({ started: of, failed: Math.round(share * of) }, 0.025);
  return `${percent(share)} (${(low * 100).toFixed(2)} … ${(high * 100).toFixed(2)})`;
}

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

function head(title, ...columns) {
  console.log(`\n### ${title}\n`);
  row(...columns);
  console.log(`|:--|${'--:|'.repeat(columns.length - 1)}`);
}

/** What the looks would claim of one metric if pairs were never judged by batches. */
function claimsAlone(noise, seed, { margin, limit }) {
  const most = pairsOf(noise(seededRandom(seedOf(seed, 1))), 1, seed)(LOOKS.at(-1));
  const differences = most.map(({ base, head: after }) =>
    Math.log(after.values['flow_time.p50'] / base.values['flow_time.p50']),
  );
  const miss = 0.005 / LOOKS.length;
  for (const taken of LOOKS) {
    const { center, low, high } = ranks.signedRankInterval(differences.slice(0, taken), {
      low: miss,
      high: miss,
    });
    if ((low > margin && center >= limit) || high < -margin) return true;
    if (high < limit && limit > 0 && center > -limit) return false;
  }
  return false;
}

function alone(noise, first, edge) {
  const seeds = Array.from({ length: runs }, (_, index) => first + index);
  return seeds.filter((seed) => claimsAlone(noise, seed, edge)).length / runs;
}

function machine() {
  head(
    'Noise of the machine, base against itself: runs that claim a change',
    'noise',
    'no margin, all looks taken',
    'margin 2%, limit 5%',
    'pairs',
  );
  for (const [name, noise] of Object.entries(noises.MACHINE_WIDE)) {
    const edge = runMany({ metrics: EDGE, ratio: 1, machine: noise }, runs, 1_000_001);
    const usual = runMany({ metrics: TIME, ratio: 1, machine: noise }, runs, 2_000_001);
    const pairs = mean(usual.map(({ results }) => results[0].pairs)).toFixed(1);
    row(name, rate(shareOf(edge, isClaim)), rate(shareOf(usual, isClaim)), pairs);
  }
}

function side() {
  head(
    'Noise of one side, base against itself: runs that claim a change',
    'noise',
    'pairs alone, margin 2%',
    'with batches, margin 2%',
    'pairs alone, no margin',
    'with batches, no margin',
    'pairs',
  );
  for (const [name, noise] of Object.entries(noises.ONE_SIDED)) {
    const usual = runMany({ metrics: TIME, ratio: 1, machine: noise }, runs, 3_000_001);
    const edge = runMany({ metrics: EDGE, ratio: 1, machine: noise }, runs, 4_000_001);
    row(
      name,
      percent(alone(noise, 3_000_001, { margin: Math.log(1.02), limit: Math.log(1.05) })),
      rate(shareOf(usual, isClaim)),
      percent(alone(noise, 4_000_001, { margin: 0, limit: 0 })),
      rate(shareOf(edge, isClaim)),
      mean(usual.map(({ results }) => results[0].pairs)).toFixed(1),
    );
  }
}

/** Flows that fail 5 points more often, beside three gates that hold. */
function failures() {
  const metrics = [
    ...metricsOf(0.05).slice(0, 3),
    { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0 },
  ];
  head(
    'Default gates, 10 flows a round: success_rate >= base is missed',
    'base fails',
    'head fails',
    'missed',
    'pairs',
  );
  for (const [base, after] of [
    [0, 0],
    [0.01, 0.01],
    [0.05, 0.05],
    [0.2, 0.2],
    [0, 0.05],
    [0.01, 0.06],
    [0.05, 0.1],
  ]) {
    const noise = noises.failing({ flows: 10, base, head: after });
    const states = runMany({ metrics, ratio: 1, machine: noise }, runs, 5_000_001);
    const pairs = mean(states.map(({ results }) => Math.max(...results.map((result) => result.pairs))));
    row(percent(base), percent(after), rate(shareOf(states, isRegression)), pairs.toFixed(1));
  }
}
/** Head fails by as much more as the gate forbids: to clear it is wrong. */
function cleared() {
  const gate = (limit) => [{ metric: 'success_rate', worse: 'lower', scale: 'rate', limit }];
  head(
    'success_rate >= base - 1%, base fails 1% and head 2%: runs that clear head',
    'flows a round, correlation of two of a round',
    'by flows alone',
    'by flows and rounds',
    'pairs',
  );
  for (const [flows, correlation] of [
    [10, 0],
    [100, 0],
    [100, 0.05],
    [100, 0.1],
    [100, 0.3],
  ]) {
    const noise = noises.failing({ flows, base: 0.01, head: 0.02, correlation });
    const states = runMany({ metrics: gate(0.01), ratio: 1, machine: noise }, runs, 6_000_001);
    const pairs = mean(states.map(({ results }) => results[0].pairs)).toFixed(1);
    const isCleared = ({ outcome }) => outcome === 'no_regression' || outcome === 'improvement';
    const byFlows = clearedByFlows(noise, 6_000_001, 0.01);
    row(`${flows}, ${correlation}`, percent(byFlows), rate(shareOf(states, isCleared)), pairs);
  }
}

/** What the bounds by Clopper and Pearson clear by themselves, at any of the looks. */
function clearedByFlows(noise, first, limit) {
  const miss = 0.005 / LOOKS.length / 4;
  const isCleared = (seed) => {
    const pairs = pairsOf(noise(seededRandom(seedOf(seed, 1))), 1, seed)(LOOKS.at(-1));
    return LOOKS.some((taken) => {
      const of = (name) =>
        pairs.slice(0, taken).reduce(
          (sum, pair) => ({
            started: sum.started + pair[name].flows.started,
            failed: sum.failed + pair[name].flows.failed,
          }),
          { started: 0, failed: 0 },
        );
      return counts.shareBounds(of('head'), miss).high - counts.shareBounds(of('base'), miss).low < limit;
    });
  };
  return Array.from({ length: runs }, (_, index) => first + index).filter(isCleared).length / runs;
}

/** By how much what is reported is larger than what is. */
function overshoot() {
  head(
    'Regressions that are reported, one metric, limit 5%, a machine that drifts: by how much too large',
    'head is slower by',
    'reported',
    'points too large, mean',
    'median',
    'interval holds the truth',
    'pairs',
  );
  for (const ratio of [1.04, 1.05, 1.06, 1.08, 1.1, 1.2]) {
    const states = runMany({ metrics: TIME, ratio }, runs, 7_000_001);
    const reported = states.map(({ results }) => results[0]).filter(isRegression);
    const over = reported.map(({ change }) => 100 * (change - ratio + 1)).sort((a, b) => a - b);
    const held = reported.filter(({ low, high: most }) => low <= ratio - 1 && ratio - 1 <= most).length;
    row(
      `${((ratio - 1) * 100).toFixed(0)}%`,
      percent(reported.length / runs),
      mean(over).toFixed(2),
      over[over.length >> 1].toFixed(2),
      percent(held / reported.length),
      mean(reported.map(({ pairs }) => pairs)).toFixed(1),
    );
  }
}

/**
 * Forks are starts of the JVM. `one start a side`: all rounds of base are of one fork, those of head of another. `a start
 * a pair`: base and head of each pair are two different forks of the ten, drawn anew, and of either one round; ten forks
 * would make five disjoint pairs at most. Both draw with replacement.
 */
function forks() {
  if (options.forks === undefined) return;
  const benchmarks = forksOf(options.forks);
  const each = Math.max(1, Math.ceil(runs / benchmarks.length));
  const of = each * benchmarks.length;
  head(
    `Starts of JVMs, ${benchmarks.length} benchmarks, ${each} comparisons of each, one metric`,
    'starts',
    'claim a change',
    'fail a gate of 5%',
    '×1.10 found',
    'pairs',
    'base then head, 40 rounds',
    'tachometer, 50 … 80',
  );
  const all = (run) =>
    benchmarks.flatMap((times, benchmark) =>
      Array.from({ length: each }, (_, index) => run(times, 1 + index + each * benchmark)),
    );
  const share = (ended, is) => ended.filter(({ results }) => is(results[0])).length / of;
  const claimedBy = (peer, machineOf) =>
    all((times, seed) => peer(machineOf(times)(seededRandom(seedOf(seed, 1))))).filter((is) => is).length /
    of;
  for (const [name, machineOf] of Object.entries({ 'one a side': oneStart, 'one a pair': manyStarts })) {
    const compared = (ratio) =>
      all((times, seed) => runOnce({ metrics: TIME, ratio, machine: machineOf(times) }, seed));
    const same = compared(1);
    row(
      name,
      rate(share(same, isClaim), of),
      rate(share(same, isRegression), of),
      percent(share(compared(1.1), isRegression)),
      mean(same.map(({ results }) => results[0].pairs)).toFixed(1),
      // Alarms of one direction; swapping the sides gives as many of the other.
      percent(2 * claimedBy((one) => peers.baseThenHead(one, 1, 40), machineOf)),
      percent(2 * claimedBy((one) => peers.tachometer(one, 1, 80), machineOf)),
    );
  }
}

/** The rounds of two forks, in the order in which they were run. */
function oneStart(times) {
  return (draw) => {
    const [one, other] = twoOf(times.length, draw);
    const next = { base: 0, head: 0 };
    const fork = { base: times[one], head: times[other] };
    return (ratio, name) => timed(ratio * fork[name][next[name]++ % fork[name].length]);
  };
}

/** A fork of its own for either side of each pair: the second round that is asked for is of another than the first. */
function manyStarts(times) {
  return (draw) => {
    let pair = [];
    return (ratio) => {
      if (pair.length === 0) pair = twoOf(times.length, draw);
      const fork = times[pair.pop()];
      return timed(ratio * fork[Math.floor(draw() * fork.length)]);
    };
  };
}

function timed(seconds) {
  return { values: { 'flow_time.p50': seconds * 1000 }, flows: { started: 1, failed: 0 } };
}

/** Two different ones, either first. */
function twoOf(count, draw) {
  const one = Math.floor(draw() * count);
  return [one, (one + 1 + Math.floor(draw() * (count - 1))) % count];
}

/** Of each benchmark its forks, of each the seconds of its rounds. */
function forksOf(file) {
  const benchmarks = [];
  for (const [benchmark, fork, , seconds] of linesOf(file)) {
    ((benchmarks[benchmark] ??= [])[fork] ??= []).push(Number(seconds));
  }
  return benchmarks.filter((one) => one !== undefined).map((one) => one.filter((fork) => fork !== undefined));
}
