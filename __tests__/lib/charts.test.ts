import { describe, expect, test } from '@jest/globals';
import { niceTop } from '../../src/lib/charts.js';
import { sparkline } from '../../src/lib/text.js';
import { seriesOf } from '../../src/measure/series.js';
import { ganttSelection, mermaidCharts, sparksOf } from '../../src/report/timeline.js';
import { aScenario, CORES } from '../fakes/results.js';
import { SAMPLES } from '../fakes/sample-results.js';

describe('a sparkline', () => {
  test('is scaled from zero to the largest value', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([5, 5])).toBe('██');
    expect(sparkline([0.5], 1)).toBe('▅');
    expect(sparkline([0, 0])).toBe('▁▁');
    expect(sparkline([])).toBe('');
    expect(sparkline([NaN, -1, 1])).toBe('▁▁█');
  });
});

describe('a series', () => {
  const sample = (at: number, memory: number, cpuTime: number) => ({
    at,
    memory,
    peakMemory: memory,
    cpuTime,
    threads: 1,
    processes: 1,
  });
  const flow = (startedAt: number, endedAt: number) => ({
    slot: 1,
    iteration: 1,
    token: 't',
    outcome: 'ok' as const,
    scheduledAt: 0,
    startedAt,
    endedAt,
  });
  const base = aScenario();
  const scenario = {
    ...base,
    flows: [flow(500, 900), flow(0, 500), flow(100, 1000)],
    monitor: {
      ...base.monitor,
      samples: [sample(0, 10, 0), sample(490, 50, 1000), sample(500, 20, 1000), sample(1000, 30, 1500)],
    },
  };

  test('keeps the largest memory of each slice', () => {
    expect(seriesOf(scenario, 2, 2).memory).toEqual([50, 30]);
  });
  test('gives CPU as the share of all cores, in slices of 250 ms at least', () => {
    const { cpu } = seriesOf(scenario, 2, 40);
    expect(cpu).toHaveLength(4);
    const total = cpu.reduce((sum, share) => sum + share * 250 * 2, 0);
    expect(total).toBeCloseTo(1500, 6);
    expect(cpu[0]).toBeCloseTo((1000 * 250) / 490 / 500, 6);
  });
  test('counts the most flows in flight, an end at a start not among them', () => {
    expect(seriesOf(scenario, 2, 2).inFlight).toEqual([2, 2]);
    expect(seriesOf(scenario, 2, 20).inFlight).toEqual([
      1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1,
    ]);
  });
  test('is empty if nothing ran', () => {
    const nothing = { ...scenario, flows: [], monitor: { ...scenario.monitor, samples: [] } };
    expect(seriesOf(nothing, 2, 10)).toEqual({ duration: 0, memory: [], cpu: [], inFlight: [] });
  });
});

describe('the Mermaid charts', () => {
  const [fails] = SAMPLES['fail']?.().scenarios ?? [];
  const scenario = fails ?? aScenario();
  const [gantt = '', memory = '', cpu = ''] = mermaidCharts(scenario, CORES);

  test('draw at most thirty flows, every one that failed among them', () => {
    expect(gantt.match(/^ {2}flow .* :/gmu)).toHaveLength(30);
    expect(gantt.match(/:crit, /gu)).toHaveLength(4);
    expect(ganttSelection(scenario)).toBe('30 of 240 flows are drawn: those that failed, then the slowest');
    expect(ganttSelection({ ...scenario, flows: scenario.flows.slice(0, 30) })).toBeUndefined();
  });

  test('draw at most forty points of memory and of CPU', () => {
    for (const chart of [memory, cpu]) {
      const points = /line \[(.*)\]/u.exec(chart)?.[1]?.split(', ') ?? [];
      expect(points.length).toBeGreaterThan(2);
      expect(points.length).toBeLessThanOrEqual(40);
      expect(points.every((point) => /^\d+(?:\.\d+)?$/u.test(point))).toBe(true);
    }
  });

  test('hold nothing of what flows print but safe characters', () => {
    const [hostile] = SAMPLES['hostile']?.().scenarios ?? [];
    const [drawn = ''] = mermaidCharts(hostile ?? aScenario(), CORES);
    expect(drawn.replaceAll('```', '')).not.toMatch(/[<>`|;#{}()@&\\]/u);
  });

  test('have a bar for a flow that took no time', () => {
    const [first] = scenario.flows;
    const flows = first === undefined ? [] : [{ ...first, startedAt: 5, endedAt: 5 }];
    expect(mermaidCharts({ ...scenario, flows }, CORES)[0]).toContain(':5, 6');
  });

  test('are told in text by peak values of the metrics', () => {
    expect(sparksOf(scenario, CORES).map(({ title, span }) => `${title} ${span}`)).toEqual([
      'In flight at most 10',
      'Memory 40.5 MB → 431 MB',
      'CPU peak 23% of 4 cores',
    ]);
  });

  test.each([
    [0, 1],
    [0.3, 0.3],
    [431, 500],
    [99, 100],
    [1.2, 1.5],
    [76, 100],
  ])('an axis for %p ends at %p', (value, top) => {
    expect(niceTop(value)).toBe(top);
  });
});
