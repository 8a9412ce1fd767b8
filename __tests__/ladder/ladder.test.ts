import { describe, expect, test } from '@jest/globals';
import { measure, standardRefs, summarize } from '../../src/measure/summarize.js';
import { uslThroughput } from '../../src/model/ladder.js';
import type { MetricRef } from '../../src/model/metrics.js';
import { flowTimeAt, ladderRecordOf, RUNGS, TRUTH } from '../fakes/ladder.js';
import { recordOf } from '../fakes/record.js';

const measures = summarize(ladderRecordOf());
const value = (ref: MetricRef): number | null => measure(measures, ref).value;

function ladder() {
  if (measures.ladder === undefined) throw new Error('no ladder');
  return measures.ladder;
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
    const without = summarize(recordOf());
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
    const two = summarize(ladderRecordOf([1, 2]));
    expect(measure(two, { metric: 'knee' })).toMatchObject({ value: null });
    expect(measure(two, { metric: 'memory_per_flow' }).value).toBeCloseTo(TRUTH.memory.b, 3);
  });

  test('a knee beyond ten times the top rung is given as at least that', () => {
    const near = summarize(ladderRecordOf([1, 2, 3]));
    const { value: least, note } = measure(near, { metric: 'knee' });
    expect(least).toBe(30);
    expect(note).toMatch(/^at least/);
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
    const { model, rungs } =
      summarize({ ...record, monitor: { ...record.monitor, samples } }).ladder ?? ladder();
    expect(rungs.filter(({ avgCpu }) => (avgCpu ?? 0) > 0.9).map(({ flows }) => flows)).toEqual([10, 20, 50]);
    expect(model.cpu?.b).toBeCloseTo(6 * TRUTH.cpu.b, 2);
    expect(model.cpu?.note).toBe('without the rungs that used all of the machine (10, 20, 50 at once)');
  });
});
