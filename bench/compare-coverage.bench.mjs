import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareInside } from './comparison.mjs';
import { httpWork, loop } from './work.mjs';

const RATIOS = [0.9, 1, 1.1, 1.3];
/** Of a loop of JavaScript, some 10 ms: what is around it in a flow is some 0.05 ms. */
const TURNS = 1e7;
/** Some 20 ms: what a server does besides for each request is some 0.1 ms. */
const SERVED_TURNS = 2e7;
const HELD = 'holds the truth';
const BIAS = 'bias, points';
const WIDTH = 'half width, points';

let folder;

/** A module whose flow is a loop and nothing else, so that what is injected is what there is. */
function moduleOf(ratio) {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'flowgate-coverage-'));
    process.once('exit', () => rmSync(folder, { recursive: true }));
  }
  const file = join(folder, `work-${ratio}.mjs`);
  writeFileSync(file, `export default function flow() { ${loop(TURNS * ratio)} return String(sum); }\n`);
  // In one event loop the times of two flows would be those of one and of both: its median jumps between them.
  return { module: file, isolate: 'process', flows: 2, iterations: 200 };
}

/** Comparisons of work by ratio with itself, one for all peers. */
function comparisonsOf(workOf) {
  const known = new Map();
  return (ratio, round) => {
    const key = `${ratio} ${round}`;
    if (!known.has(key)) {
      const how = { limit: 5, budget: 60_000, seed: round + 1 };
      known.set(key, compareInside(workOf(ratio), workOf(1), how));
    }
    return known.get(key);
  };
}

/** The ratio of means of all rounds, its 99% interval by the delta method: a plain analysis of the same rounds. */
function plain(pairs) {
  const of = (side) => {
    const values = pairs.map((pair) => pair[side].values['flow_time.med']);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, relative: variance / values.length / mean ** 2 };
  };
  const [base, head] = [of('base'), of('head')];
  const change = head.mean / base.mean - 1;
  const half = 2.576 * (1 + change) * Math.sqrt(base.relative + head.relative);
  return { change, low: change - half, high: change + half };
}

/** Coverage, and the error of the estimate; of a bench's rounds the median. */
function peer(compared, name, estimate) {
  let round = 0;
  return {
    name,
    run: async () => {
      const figures = {};
      const held = [];
      const widths = [];
      for (const ratio of RATIOS) {
        const { change, low, high } = estimate(await compared(ratio, round));
        held.push(low <= ratio - 1 && ratio - 1 <= high);
        widths.push(((high - low) / 2) * 100);
        figures[`× ${ratio}: ${BIAS}`] = (change - (ratio - 1)) * 100;
      }
      round += 1;
      return { [HELD]: [held.filter(Boolean).length, held.length], [WIDTH]: meanOf(widths), ...figures };
    },
  };
}

const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const resultOf =
  (metric) =>
  ({ results }) =>
    results.find((result) => result.metric === metric);

/** Worse when lower: the ratio is that of times. */
function turned({ change, low, high }) {
  const back = (value) => 1 / (1 + value) - 1;
  return { change: back(change), low: back(high), high: back(low) };
}

function table(kind, workOf) {
  const compared = comparisonsOf(workOf);
  return {
    title: `${kind} with ${RATIOS.join(', ')} times the work: does the interval hold it?`,
    unit: 'comparisons',
    target:
      'Target 3: the interval holds the injected ratio in at least 98.5% of comparisons, median bias at most 0.5 points. All ratios together; biases are medians.',
    rounds: 4,
    columns: [HELD, WIDTH, ...RATIOS.map((ratio) => `× ${ratio}: ${BIAS}`)],
    peers: [
      peer(compared, 'flowgate, flow_time.med', resultOf('flow_time.med')),
      peer(compared, 'flowgate, cpu_per_flow', resultOf('cpu_per_flow')),
      peer(compared, 'flowgate, throughput, turned around', (all) => turned(resultOf('throughput')(all))),
      peer(compared, 'ratio of means, 99% by the delta method', ({ pairs }) => plain(pairs)),
    ],
  };
}

export default [table('Modules', moduleOf), table('HTTP servers', (ratio) => httpWork(ratio, SERVED_TURNS))];
