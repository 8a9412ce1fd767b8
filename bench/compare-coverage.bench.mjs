import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareInside } from './comparison.mjs';

const RATIOS = [0.9, 1, 1.1, 1.3];
/** Of a loop of JavaScript, some 10 ms: what is around it in a flow is some 0.05 ms. */
const TURNS = 1e7;
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
  writeFileSync(
    file,
    `export default function flow() {
      let sum = 0;
      for (let turn = 0; turn < ${Math.round(TURNS * ratio)}; turn += 1) sum = (sum * 31 + turn) | 0;
      return String(sum);
    }\n`,
  );
  // In one event loop the times of two flows would be those of one and of both: its median jumps between them.
  return { module: file, isolate: 'process', flows: 2, iterations: 200 };
}

const comparisons = new Map();

/** One for all peers: results and pairs. */
function compared(ratio, round) {
  const key = `${ratio} ${round}`;
  if (!comparisons.has(key)) {
    comparisons.set(
      key,
      compareInside(moduleOf(ratio), moduleOf(1), { limit: 5, budget: 30_000, seed: round + 1 }),
    );
  }
  return comparisons.get(key);
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
function peer(name, estimate) {
  let round = 0;
  return {
    name,
    run: async () => {
      const figures = {};
      const held = [];
      const errors = [];
      const widths = [];
      for (const ratio of RATIOS) {
        const { change, low, high } = estimate(await compared(ratio, round));
        held.push(low <= ratio - 1 && ratio - 1 <= high);
        errors.push((change - (ratio - 1)) * 100);
        widths.push(((high - low) / 2) * 100);
        figures[`× ${ratio}: ${BIAS}`] = errors.at(-1);
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

export default {
  title: `Module flows with ${RATIOS.join(', ')} times the work: does the interval hold it?`,
  unit: 'comparisons',
  target:
    'Target 3: the interval holds the injected ratio in at least 98.5% of comparisons, median bias at most 0.5 points. All ratios together; biases are medians.',
  rounds: 4,
  columns: [HELD, WIDTH, ...RATIOS.map((ratio) => `× ${ratio}: ${BIAS}`)],
  peers: [
    peer('flowgate, flow_time.med', resultOf('flow_time.med')),
    peer('flowgate, cpu_per_flow', resultOf('cpu_per_flow')),
    // Worse when lower: the ratio is that of times.
    peer('flowgate, throughput, turned around', ({ results }) =>
      turned(results.find(({ metric }) => metric === 'throughput')),
    ),
    peer('ratio of means, 99% by the delta method', ({ pairs }) => plain(pairs)),
  ],
};

function turned({ change, low, high }) {
  const back = (value) => 1 / (1 + value) - 1;
  return { change: back(change), low: back(high), high: back(low) };
}
