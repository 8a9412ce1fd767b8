import type { Calibration, CalibrationSeries, RunTally, TallyShare } from '../../src/model/calibration.js';

const METRICS = ['flow_time.med', 'throughput', 'cpu_per_flow', 'success_rate'] as const;

const share = (count: number, low: number, high: number): TallyShare => ({ count, low, high });
const NONE = share(0, 0, 0.221);

const tally = (runs: number, found: TallyShare): RunTally => ({
  runs,
  regression: found,
  improvement: NONE,
  resolved: share(runs, 0.779, 1),
  byMetric: METRICS.map((metric) => ({ metric, regression: found })),
  pairs: 12,
  time: 6100,
});

const slower = (slowdown: number, runs: RunTally, replays?: RunTally): CalibrationSeries => ({
  slowdown,
  runs,
  replays,
  injected: METRICS.map((metric) =>
    metric === 'success_rate'
      ? { metric, scale: 'rate', change: 0, low: -0.012, high: 0.012, pairs: 60 }
      : {
          metric,
          scale: 'relative',
          change: metric === 'throughput' ? -slowdown : slowdown,
          low: metric === 'throughput' ? -slowdown - 0.011 : slowdown - 0.011,
          high: metric === 'throughput' ? -slowdown + 0.011 : slowdown + 0.011,
          pairs: 60,
        },
  ),
});

/** Two scenarios, one of them on which nothing could be measured; the second has a name that means harm. */
export function calibrationSample(): Calibration {
  const relative = { scale: 'relative', worse: 'higher', limit: 0.05, pairs: 144 } as const;
  return {
    schema: 'flowgate.calibration/1',
    version: '0.1.0',
    createdAt: '2026-01-01T00:00:00.000Z',
    environment: { os: 'linux', arch: 'x64', cpu: 'AMD EPYC 7763', cores: 4, memory: 16e9, node: '20.20.0' },
    seed: 1,
    scenarios: [
      {
        name: 'checkout',
        slowed: 'command',
        services: 'restart',
        budget: 60_000,
        time: 300_000,
        flows: 40,
        pairTime: 508,
        pairs: 80,
        dropped: 3,
        metrics: [
          {
            ...relative,
            metric: 'flow_time.med',
            deviation: 0.034,
            spread: 0.031,
            smallest: 0.0392,
            suggested: 0.04,
          },
          {
            ...relative,
            metric: 'throughput',
            worse: 'lower',
            deviation: 0.61,
            spread: 0.6,
            smallest: 0.52,
            suggested: null,
          },
          {
            ...relative,
            metric: 'cpu_per_flow',
            deviation: 0.02,
            spread: 0.018,
            smallest: 0.0307,
            suggested: 0.035,
          },
          {
            metric: 'success_rate',
            scale: 'rate',
            worse: 'lower',
            limit: 0,
            pairs: 144,
            deviation: null,
            spread: null,
            smallest: null,
            suggested: null,
          },
        ],
        same: { slowdown: 0, runs: tally(12, NONE), replays: tally(400, share(0, 0, 0.0075)), injected: [] },
        slower: [
          slower(0.02, tally(3, share(0, 0, 0.632))),
          slower(0.05, tally(3, share(2, 0.135, 0.983)), tally(400, share(260, 0.61, 0.69))),
          slower(0.2, tally(3, share(3, 0.368, 1)), tally(400, share(400, 0.993, 1))),
        ],
        looks: [12, 20, 40, 80].map((pairs) => ({
          pairs,
          time: pairs * 508,
          smallest: ['flow_time.med', 'throughput', 'cpu_per_flow'].map((metric) => ({
            metric,
            limit: 0.02 + 1 / pairs,
          })),
        })),
        starts: {
          starts: 20,
          rounds: 5,
          time: 52_000,
          metrics: [
            { metric: 'flow_time.med', between: 0.0134, within: 0.0211, atMost: 0.0203, smallest: 0.124 },
            { metric: 'throughput', between: 0, within: 0.4, atMost: 0.0142, smallest: null },
          ],
          keep: { safe: false, startSpread: 0.021 },
        },
        suggestion: {
          thresholds: ['flow_time.med <= base + 4%', 'cpu_per_flow <= base + 3.5%', 'success_rate >= base'],
          budget: 60_000,
          pairs: 80,
        },
      },
      {
        name: '**search** ```',
        slowed: 'http',
        problem: 'service app did not become ready',
        budget: 60_000,
        time: 2000,
        flows: null,
        pairTime: null,
        pairs: null,
        dropped: 0,
        metrics: [],
        slower: [],
        looks: [],
      },
    ],
  };
}
