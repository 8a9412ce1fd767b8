import { describe, expect, test } from '@jest/globals';
import { ladderOf } from '../../src/ladder/capacity.js';
import { ladderMeasures } from '../../src/ladder/judge.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import type { Measures } from '../../src/measure/figures.js';
import { measure, standardRefs, summarize } from '../../src/measure/summarize.js';
import { uslThroughput } from '../../src/model/ladder.js';
import type { MetricRef } from '../../src/model/metrics.js';
import type { Record } from '../../src/model/record.js';
import { flowTimeAt, ladderRecordOf, RUNGS, TRUTH } from '../fakes/ladder.js';
import { flowOf, recordOf } from '../fakes/record.js';

function measuresOf(record: Record): Measures {
  const figures = ladderOf(record);
  return summarize(record, figures && ladderMeasures(figures));
}

const climbed = ladderOf(ladderRecordOf());
const measures = measuresOf(ladderRecordOf());
const value = (ref: MetricRef): number | null => measure(measures, ref).value;

function ladder() {
  if (climbed === undefined) throw new Error('no ladder');
  return climbed;
}

describe('what a ladder tells', () => {
  test('each rung has figures of its own', () => {
    expect(ladder().rungs.map(({ flows }) => flows)).toEqual(RUNGS);
    for (const rung of ladder().rungs) {
      expect(rung.started).toBe(3 * rung.flows);
      expect(rung.successRate).toBe(1);
      expect(rung.throughput).toBeCloseTo(uslThroughput(TRUTH.law, rung.flows), 6);
      expect(rung.flowTimeMed).toBeCloseTo(flowTimeAt(rung.flows), 6);
      expect(rung.peakMemory).toBe(TRUTH.memory.a + TRUTH.memory.b * rung.flows);
      expect(rung.peakThreads).toBe(TRUTH.threads.a + TRUTH.threads.b * rung.flows);
      expect(rung.avgCpu).toBeCloseTo(TRUTH.cpu.a + TRUTH.cpu.b * rung.flows, 2);
    }
  });

  test('the law and the lines are found, and predict 2, 5 and 10 times the top rung', () => {
    const { usl, model, provisioning } = ladder();
    expect(usl?.lambda).toBeCloseTo(TRUTH.law.lambda, 4);
    expect(usl?.sigma).toBeCloseTo(TRUTH.law.sigma, 5);
    expect(usl?.kappa).toBeCloseTo(TRUTH.law.kappa, 7);
    expect(model.memory?.b).toBeCloseTo(TRUTH.memory.b, 3);
    expect(provisioning.map(({ flows }) => flows)).toEqual([100, 250, 500]);
    for (const { flows, memory, threads, cpu } of provisioning) {
      expect((memory ?? 0) / (TRUTH.memory.a + TRUTH.memory.b * flows)).toBeCloseTo(1, 6);
      expect(threads).toBeCloseTo(TRUTH.threads.a + TRUTH.threads.b * flows, 6);
      expect((cpu ?? 0) / (TRUTH.cpu.a + TRUTH.cpu.b * flows)).toBeCloseTo(1, 1);
    }
  });

  test('its metrics can be gated', () => {
    expect(value({ metric: 'memory_per_flow' })).toBeCloseTo(TRUTH.memory.b, 3);
    expect(value({ metric: 'threads_per_flow' })).toBeCloseTo(TRUTH.threads.b, 6);
    expect(value({ metric: 'cpu_per_flow_share' })).toBeCloseTo(TRUTH.cpu.b, 4);
    // √(0.97 ÷ 0.0007)
    expect(value({ metric: 'knee' })).toBeCloseTo(37.23, 1);
    // X(50) ÷ 50 ÷ λ = 1 ÷ (1 + 0.03·49 + 0.0007·50·49)
    expect(value({ metric: 'efficiency', label: '50' })).toBeCloseTo(1 / 4.185, 5);
    expect(value({ metric: 'efficiency', label: '1' })).toBe(1);
  });

  test('the standard metrics name every efficiency, and are over all rungs', () => {
    const refs = standardRefs(measures);
    expect(refs.filter(({ metric }) => metric === 'efficiency').map(({ label }) => label)).toEqual(
      RUNGS.map(String),
    );
    expect(value({ metric: 'flow_time', stat: 'max' })).toBeCloseTo(flowTimeAt(50), 6);
    expect(value({ metric: 'start_skew' })).toBe(0);
  });

  test('no data is said so, and why', () => {
    const without = measuresOf(recordOf());
    expect(without.ladder).toBeUndefined();
    for (const ref of [
      { metric: 'knee' },
      { metric: 'memory_per_flow' },
      { metric: 'efficiency', label: '5' },
    ] as const) {
      expect(measure(without, ref)).toMatchObject({ value: null, note: 'the scenario has no ladder' });
    }
    expect(measure(measures, { metric: 'efficiency', label: '7' })).toMatchObject({
      value: null,
      note: 'no rung with 7 at once was run',
    });
    const two = measuresOf(ladderRecordOf([1, 2]));
    expect(measure(two, { metric: 'knee' })).toMatchObject({ value: null });
    expect(measure(two, { metric: 'memory_per_flow' }).value).toBeCloseTo(TRUTH.memory.b, 3);
  });

  test('a knee beyond ten times the top rung is given as at least that', () => {
    const near = measuresOf(ladderRecordOf([1, 2, 3]));
    const { value: least, note } = measure(near, { metric: 'knee' });
    expect(least).toBe(30);
    expect(note).toMatch(/^at least/);
  });

  test('each rung is measured by its own flows where only some of all flows are kept', () => {
    const flows = Array.from({ length: 30_000 }, (_, index) => {
      const startedAt = Math.floor(index / 10);
      const rung = index < 18_000 ? 5 : 10;
      const outcome = index % 7 === 0 ? 'failed' : 'ok';
      const slot = (index % 10) + 1;
      return flowOf({
        slot,
        iteration: index + 1,
        rung,
        outcome,
        startedAt,
        endedAt: startedAt + 1 + (index % 13) / 7,
      });
    });
    const rungs = [
      { flows: 5, from: 0, to: 1800 },
      { flows: 10, from: 1800, to: 3100 },
    ];
    const log = new FlowLog({ model: 'closed', seed: 1 });
    flows.forEach(log.add);
    const record = recordOf({ ...log.recorded(), rungs });
    expect(record.flows.length).toBeLessThan(flows.length);
    expect(ladderOf(record)).toEqual(ladderOf(recordOf({ flows, rungs })));
    expect(ladderOf(record)?.rungs.map(({ started }) => started)).toEqual([18_000, 12_000]);
  });

  test('rungs on a machine that is used up do not bend the line of CPU, and it is said', () => {
    const record = ladderRecordOf();
    // Twelve times the CPU: from 10 at once on more than the machine has, which gives all it has.
    const cores = record.environment.cores;
    let before = { at: 0, cpuTime: 0, capped: 0 };
    const samples = record.monitor.samples.map((sample) => {
      const wanted = 6 * (sample.cpuTime - before.cpuTime);
      const capped = before.capped + Math.min(wanted, (sample.at - before.at) * cores);
      before = { at: sample.at, cpuTime: sample.cpuTime, capped };
      return { ...sample, cpuTime: capped };
    });
    const { model, rungs } = ladderOf({ ...record, monitor: { ...record.monitor, samples } }) ?? ladder();
    expect(rungs.filter(({ avgCpu }) => (avgCpu ?? 0) > 0.9).map(({ flows }) => flows)).toEqual([10, 20, 50]);
    expect(model.cpu?.b).toBeCloseTo(6 * TRUTH.cpu.b, 2);
    expect(model.cpu?.note).toBe('without the rungs that used all of the machine (10, 20, 50 at once)');
  });
});
