/**
 * The comparison with the base on simulated machines, and on real noise of hosted runners, side by side with peers on
 * the same rounds: alarms, coverage, power, and how many pairs they take.
 *
 *   node bench/compare-simulation.mjs [--runs N] [--noise FILE]
 *
 * FILE: CSV (.gz too) of os,benchmark,durationNs,iteration,buildId, as in "Performance stability of GitHub Actions".
 */
import { parseArgs } from 'node:util';
import { importSimulation, linesOf } from './simulation.mjs';

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, noise: { type: 'string' } },
});
const runs = Number(options.runs);
const { simulation, rounds, peers, counts, random } = await importSimulation();
const { runMany, runOnce, shareOf, isClaim } = simulation;
const { metricsOf, sharedRunner, steadyRunner } = rounds;

const percent = (share, digits = 1) => `${(share * 100).toFixed(digits)}%`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const isRegression = ({ outcome }) => outcome === 'regression';

/** `12 of 2000, 0.6% (0.3% … 1.1%)`: Clopper and Pearson, 95%. */
function rate(share, count) {
  const { low, high } = counts.shareBounds({ started: count, failed: Math.round(share * count) }, 0.025);
  return `${percent(share, 2)} (${percent(low, 2)} … ${percent(high, 2)})`;
}

const machines = { drifting: sharedRunner, steady: (draw) => steadyRunner(draw, 0.032) };

console.log(`${runs} runs each; in brackets the 95% interval of the rate\n`);
alarms();
coverage();
power();
if (options.noise !== undefined) realNoise(options.noise);

function alarms() {
  console.log('### Base against itself: runs that claim a change\n');
  console.log(
    '| machine | no margin, all looks taken | margin 2%, limit 5% | pairs taken |\n|:--|--:|--:|--:|',
  );
  for (const [name, machine] of Object.entries(machines)) {
    const edge = runMany({ metrics: metricsOf(0, 0), ratio: 1, machine }, runs, 1_000_001);
    const usual = runMany({ metrics: metricsOf(0.05), ratio: 1, machine }, runs, 2_000_001);
    const pairs = mean(usual.map(({ results }) => results[0].pairs));
    console.log(
      `| ${name} | ${rate(shareOf(edge, isClaim), runs)} | ${rate(shareOf(usual, isClaim), runs)} | ${pairs.toFixed(1)} |`,
    );
  }
  console.log();
}

function coverage() {
  console.log('### The 99% interval of one metric when the run stops, drifting machine\n');
  console.log(
    '| head × | holds the truth | median error, points | half width, points | pairs |\n|--:|--:|--:|--:|--:|',
  );
  for (const ratio of [0.9, 1, 1.05, 1.1, 1.2, 1.3]) {
    const results = runMany({ metrics: metricsOf(0.05).slice(0, 1), ratio }, runs, 3_000_001).map(
      (state) => state.results[0],
    );
    const covered = results.filter(({ low, high }) => low <= ratio - 1 && ratio - 1 <= high).length / runs;
    const errors = results.map(({ change }) => change - (ratio - 1)).sort((a, b) => a - b);
    const half = mean(results.map(({ low, high }) => (high - low) / 2));
    console.log(
      `| ${ratio} | ${rate(covered, runs)} | ${(errors[runs >> 1] * 100).toFixed(2)} | ${(half * 100).toFixed(1)} | ${mean(results.map(({ pairs }) => pairs)).toFixed(1)} |`,
    );
  }
  console.log();
}

/** flowgate watches four metrics, any of which alarms; the others only flow_time.p50. */
function power() {
  const most = 200;
  console.log('### Alarms and detection side by side, any of four metrics; the others watch one\n');
  console.log(
    '| machine | head × | flowgate (limit 3%) | rounds | base then head, 40 | tachometer, 50 … 200 |',
  );
  console.log('|:--|--:|--:|--:|--:|--:|');
  for (const [name, machine] of Object.entries(machines)) {
    for (const ratio of [1, 1.05, 1.1, 1.2]) {
      const states = runMany({ metrics: metricsOf(0.03), ratio, machine }, runs, 4_000_001);
      const share = (alarm) =>
        Array.from({ length: runs }, (_, seed) =>
          alarm(machine(random.seededRandom(4_000_001 + seed))),
        ).filter((is) => is).length / runs;
      const naive = share((one) => peers.baseThenHead(one, ratio, 40));
      const peeking = share((one) => peers.tachometer(one, ratio, most));
      const taken = mean(states.map(({ results }) => results[0].pairs));
      console.log(
        `| ${name} | ${ratio} | ${percent(shareOf(states, isRegression))} | ${taken.toFixed(1)} | ${percent(naive)} | ${percent(peeking)} |`,
      );
    }
  }
  console.log();
}

/** Real durations within one build are the rounds, one after another; no code differs, so every claim is false. */
function realNoise(file) {
  console.log('### Real noise of hosted runners, one build a run, base against itself and head × 1.05\n');
  console.log(
    '| os, benchmark | builds | flowgate ×1 | base then head ×1 | tachometer ×1 | flowgate ×1.05 | rounds |',
  );
  console.log('|:--|--:|--:|--:|--:|--:|--:|');
  for (const [name, builds] of seriesOf(file)) {
    const metrics = metricsOf(0.03).slice(0, 1);
    const looks = [10, 20, 40];
    const compare = (ratio) =>
      builds.map((durations, seed) =>
        runOnce({ metrics, ratio, options: { looks }, machine: () => replay(durations) }, seed),
      );
    const share = (alarm) => builds.filter((durations) => alarm(replay(durations))).length / builds.length;
    const same = compare(1);
    const slower = compare(1.05);
    const cells = [
      percent(shareOf(same, isClaim)),
      percent(share((machine) => peers.baseThenHead(machine, 1, 50))),
      percent(share((machine) => peers.tachometer(machine, 1, 50))),
      percent(shareOf(slower, isRegression)),
      mean(slower.map(({ results }) => results[0].pairs)).toFixed(1),
    ];
    console.log(`| ${name} | ${builds.length} | ${cells.join(' | ')} |`);
  }
  console.log();
}

function replay(durations) {
  let next = 0;
  return (ratio) => ({
    values: { 'flow_time.p50': durations[next++] * ratio },
    flows: { started: 1, failed: 0 },
  });
}

function seriesOf(file) {
  const series = new Map();
  for (const [os, benchmark, duration, , build] of linesOf(file)) {
    const builds = series.get(`${os}, ${benchmark}`) ?? new Map();
    builds.set(build, [...(builds.get(build) ?? []), Number(duration)]);
    series.set(`${os}, ${benchmark}`, builds);
  }
  return [...series].map(([name, builds]) => [
    name,
    [...builds.values()].filter(({ length }) => length >= 100),
  ]);
}
