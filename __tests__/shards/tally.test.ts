import { describe, expect, test } from '@jest/globals';
import { countOf, percentile } from '../../src/lib/statistics/distribution.js';
import { Tally, type TallyColumns } from '../../src/measure/tally.js';
import type { Distribution, Flow, FlowTally, Outcome } from '../../src/model/flow.js';
import { storedTally, tallyColumns } from '../../src/shards/columns.js';
import { JoinedTally } from '../../src/shards/tally.js';
import { forSeeds } from '../measure/seeded.js';

const OUTCOMES: readonly Outcome[] = ['ok', 'ok', 'ok', 'failed', 'timed_out', 'killed', 'dropped'];

/** Flows of every kind, in the order in which they ended; those of iterations up to `barrier` began together. */
function randomFlows(random: () => number, barrier: number): readonly Flow[] {
  const some = (most: number): number => Math.floor(random() * (most + 1));
  const flows = Array.from({ length: barrier + some(60) }, (_, index): Flow => {
    const iteration = index + 1;
    const startedAt = iteration <= barrier ? 0 : random() * 1000;
    const time = random() * 300;
    const outcome = OUTCOMES[some(OUTCOMES.length - 1)] ?? 'ok';
    const times = {
      scheduledAt: startedAt,
      startedAt,
      endedAt: outcome === 'dropped' ? startedAt : startedAt + time,
    };
    return {
      slot: 1 + some(5),
      iteration,
      token: `fg-${iteration}`,
      outcome: iteration <= barrier ? 'ok' : outcome,
      ...times,
      ...(outcome === 'failed' ? { error: { message: `refused by ${'abcdef'.charAt(some(5))}` } } : {}),
      ...(random() < 0.7
        ? { steps: [{ name: `step ${some(3)}`, startedAt, endedAt: startedAt + time * random() }] }
        : {}),
      ...(random() < 0.5
        ? { metrics: [{ name: `tokens ${some(2)}`, value: random() * 1e3 - 500, unit: 'count' }] }
        : {}),
      ...(random() < 0.5
        ? { ttfb: [random() * 50, random()], bytesIn: some(1000), bytesOut: some(100) }
        : {}),
      ...(random() < 0.1 ? { attempts: 2 } : {}),
    };
  });
  return flows
    .map((flow) => ({ flow, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ flow }) => flow);
}

function tallyOf(flows: readonly Flow[]): Tally {
  const tally = new Tally('closed');
  for (const flow of flows) tally.add(flow);
  return tally;
}

/** As a shard writes its file and a merge reads it. */
function sent(flows: readonly Flow[]): TallyColumns {
  const text = JSON.stringify(storedTally(tallyOf(flows).columns(), (value) => value));
  return tallyColumns(JSON.parse(text) as ReturnType<typeof storedTally>);
}

function bits(values: Distribution | undefined): unknown {
  if (values === undefined || 'percentile' in values) return values;
  const sorted =
    'sorted' in values
      ? [...values.sorted]
      : Array.from({ length: values.count }, (_, before) => values.ranked(before));
  const percentiles = [0, 12.5, 50, 95, 99.9, 100].map((percent) => percentile(values, percent));
  return { sorted, count: countOf(values), mean: values.mean, percentiles };
}

/** All that a tally tells but what is of one machine by its nature. */
function told(tally: FlowTally): unknown {
  const { counts, hits, untracedHits, window, retried, received, sent: bytes, resent } = tally;
  const entries = <T>(all: ReadonlyMap<string, T>): readonly [string, T][] =>
    [...all].sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    ...{ counts: { ...counts }, hits: { ...hits }, untracedHits, window, retried, received, bytes, resent },
    flowTimes: bits(tally.flowTimes()),
    firstByteTimes: bits(tally.firstByteTimes()),
    steps: entries(tally.stepTimes()).map(([name, values]) => [name, bits(values)]),
    reported: entries(tally.reported()).map(([name, { unit, values, sum }]) => [
      name,
      unit,
      bits(values),
      sum,
    ]),
    errors: tally.errorKinds({ killed: false }),
    withKilled: tally.errorKinds({ killed: true }),
    inFlight: tally.inFlightOver(13),
  };
}

describe('flows of several machines', () => {
  test('add up to what one machine would have of them, to the bit, whatever the order of the machines', () => {
    forSeeds(60, (random) => {
      const machines = 1 + Math.floor(random() * 5);
      const all = randomFlows(random, machines);
      // The longest machine takes as long as all together if it has the first start and the last end.
      const last = Math.max(...all.map(({ endedAt }) => endedAt));
      const flows = [
        ...all,
        { ...(all[0] as Flow), iteration: 1000, outcome: 'ok' as const, startedAt: 0, endedAt: last + 1 },
      ];
      const parts = Array.from({ length: machines }, (_, index) =>
        sent(flows.filter(({ iteration }) => iteration % machines === index)),
      );
      const whole = told(tallyOf(flows));
      expect(told(new JoinedTally(parts))).toEqual(whole);
      expect(told(new JoinedTally(parts.toReversed()))).toEqual(whole);
    });
  });

  test('took as long as the longest machine, and not from the first start on any to the last end on any', () => {
    const flow = { slot: 1, token: 't', outcome: 'ok', scheduledAt: 0 } as const;
    const one = sent([{ ...flow, iteration: 1, startedAt: 100, endedAt: 1100 }]);
    const other = sent([{ ...flow, iteration: 2, startedAt: 0, endedAt: 900 }]);
    expect(new JoinedTally([one, other]).window).toEqual({ from: 100, to: 1100 });
  });

  test('were in flight together on each machine by itself', () => {
    const flow = { slot: 1, token: 't', outcome: 'ok', scheduledAt: 0, startedAt: 0, endedAt: 10 } as const;
    const one = sent([1, 3, 5].map((iteration) => ({ ...flow, iteration })));
    const other = sent([2, 4].map((iteration) => ({ ...flow, iteration })));
    expect(new JoinedTally([one, other]).mostInFlight()).toEqual({ most: 3, of: 5, machines: [3, 2] });
  });

  test('have percentiles between equal values, and none of no value', () => {
    const metrics = (values: readonly number[]): TallyColumns =>
      sent(
        values.map((value, index) => ({
          ...{
            slot: 1,
            iteration: index + 1,
            token: 't',
            outcome: 'ok',
            scheduledAt: 0,
            startedAt: 0,
            endedAt: 10,
          },
          metrics: [{ name: 'cost', value, unit: 'count' }],
        })),
      );
    const parts = [[2, 2, -0, 7], [], [2, 0, 2], [-5, 7, 2, 2, 2]].map(metrics);
    for (const order of [parts, parts.toReversed()]) {
      const joined = new JoinedTally(order);
      const cost = joined.reported().get('cost');
      expect(bits(cost?.values)).toMatchObject({ sorted: [-5, 0, 0, 2, 2, 2, 2, 2, 2, 2, 7, 7] });
      expect(joined.firstByteTimes()).toBeUndefined();
    }
  });

  test('a metric of two kinds of unit is said, and not added up as one', () => {
    const flow = { slot: 1, token: 't', outcome: 'ok', scheduledAt: 0, startedAt: 0, endedAt: 10 } as const;
    const one = sent([{ ...flow, iteration: 1, metrics: [{ name: 'cost', value: 1, unit: 'ms' }] }]);
    const other = sent([{ ...flow, iteration: 2, metrics: [{ name: 'cost', value: 1, unit: 'bytes' }] }]);
    expect(new JoinedTally([one, other]).oddUnits()).toEqual([
      'metric(cost) has units of several kinds (ms, bytes); a metric has one kind of unit',
    ]);
  });
});

describe('columns of a file', () => {
  const stored = storedTally(
    tallyOf([
      { slot: 1, iteration: 1, token: 't', outcome: 'ok', scheduledAt: 0, startedAt: 0, endedAt: 0.1 + 0.2 },
    ]).columns(),
    (value) => value,
  );

  test('are refused if they are shorter than the counts say', () => {
    expect(() => tallyColumns({ ...stored, flowTimes: '' })).toThrow(
      'it does not have as many times as flows',
    );
  });

  test('are refused if they do not ascend: nothing sorts them again', () => {
    const falling = Buffer.from(new Float64Array([1, 3, 2]).buffer).toString('base64');
    expect(() => tallyColumns({ ...stored, firstByteTimes: falling })).toThrow(
      'a column of numbers is not ascending',
    );
  });

  test('are refused if they are cut off, or are no numbers', () => {
    expect(() => tallyColumns({ ...stored, firstByteTimes: 'AAAA' })).toThrow(
      'a column of numbers is cut off',
    );
    const nan = Buffer.from(new Float64Array([NaN]).buffer).toString('base64');
    expect(() => tallyColumns({ ...stored, flowTimes: nan })).toThrow(
      'a column has something that is no number',
    );
  });
});
