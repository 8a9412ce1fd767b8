import { autocannonHistograms, noAutocannon } from './load-tools.mjs';
import { built } from './built.mjs';

const SIZES = [1e3, 1e4, 1e5, 1e6];
const PERCENTS = [50, 95, 99, 99.9];
/** Values of each size: as many as make 1e6 in all, at most 20 times. */
const trials = (size) => Math.min(20, 1e6 / size);

/** Heavy-tailed times in ms: Pareto from 1 ms with shape 1.2, which has a mean and no variance. */
const pareto = (random) => (1 - random()) ** (-1 / 1.2);

/** Type 7 of Hyndman and Fan, on the values sorted by comparing them: written apart from the product's. */
function truth(values, percent) {
  const sorted = Array.from(values).sort((a, b) => a - b);
  const numerator = BigInt(Math.round(percent * 10)) * BigInt(sorted.length - 1);
  const below = Number(numerator / 1000n);
  const share = Number(numerator % 1000n) / 1000;
  return sorted[below] + share * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

/** Percentiles of the flow time by the product's own way from a record to its metrics. */
async function byFlowgate(times) {
  const { summarize, measure } = await built('measure/summarize.js');
  const flows = Array.from(times, (time, index) => ({
    slot: 1,
    iteration: index + 1,
    token: '',
    outcome: 'ok',
    scheduledAt: 0,
    startedAt: 0,
    endedAt: time,
  }));
  const measures = summarize({
    scenario: 'percentiles',
    startedAt: '2026-01-01T00:00:00.000Z',
    load: { model: 'closed', flows: 1, iterations: flows.length },
    timeout: Infinity,
    flows,
    warmup: 0,
    monitor: {
      source: 'none',
      samples: [],
      processes: [],
      cost: { samples: 0, cpuTime: 0, duration: 0 },
      notes: [],
    },
    environment: { os: '', arch: '', cpu: '', cores: 1, memory: 0, node: '' },
    leftovers: [],
    problems: [],
  });
  return PERCENTS.map((percent) => measure(measures, { id: 'flow_time', stat: `p${percent}` }).value);
}

/** As its run records them, and reads them for its report. */
function byAutocannon(times) {
  const { latencies } = autocannonHistograms().getHistograms();
  for (const time of times) latencies.recordValue(time);
  const percentiles = PERCENTS.map((percent) => latencies.getValueAtPercentile(percent));
  latencies.destroy();
  return percentiles;
}

const column = (percent) => `p${percent} off, %`;

/** The largest relative error over the trials, in per cent. */
async function errors(size, percentilesOf) {
  const { seededRandom } = await built('lib/random.js');
  const largest = PERCENTS.map(() => 0);
  for (let trial = 0; trial < trials(size); trial += 1) {
    const random = seededRandom(size + trial);
    const times = Float64Array.from({ length: size }, () => pareto(random));
    const found = await percentilesOf(times);
    PERCENTS.forEach((percent, index) => {
      const off = Math.abs(found[index] / truth(times, percent) - 1) * 100;
      largest[index] = Math.max(largest[index], off);
    });
  }
  return Object.fromEntries(PERCENTS.map((percent, index) => [column(percent), largest[index]]));
}

export default {
  title: 'Percentiles against the sorted values, heavy-tailed times of 1 ms and more (Pareto, shape 1.2)',
  unit: '%',
  target:
    'Target 12: equal to the sorted truth up to 1e6 samples. The largest relative error of up to 20 seeded sets. autocannon keeps whole ms in its histogram.',
  rounds: 1,
  untimed: true,
  columns: PERCENTS.map(column),
  peers: [
    ...SIZES.map((size) => ({
      name: `flowgate, ${size} flows`,
      run: () => errors(size, byFlowgate),
    })),
    ...SIZES.map((size) => ({
      name: `autocannon's histogram, ${size} requests`,
      missing: noAutocannon,
      run: () => errors(size, byAutocannon),
    })),
  ],
};
