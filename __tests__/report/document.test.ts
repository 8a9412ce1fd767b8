import { describe, expect, test } from '@jest/globals';
import { shown, spoken } from '../../src/model/document.js';
import type { ScenarioResults } from '../../src/model/results.js';
import { documentOf, sectionsOf } from '../../src/report/document.js';
import { renderHtml } from '../../src/report/html.js';
import { renderComment, renderSummary } from '../../src/report/markdown.js';
import { renderTerminal, renderVerdict } from '../../src/report/terminal.js';
import { firstOf } from '../fakes/one-comparison.js';
import { partsOf } from '../fakes/report-parts.js';
import { aResults, aScenario, aThreshold } from '../fakes/results.js';
import { SAMPLES, several } from '../fakes/sample-results.js';

function sample(name: string): ReturnType<typeof partsOf> {
  return firstOf(SAMPLES[name]?.() ?? aResults());
}

describe('the rows of metrics', () => {
  const scenario = aScenario();
  const thresholds = [
    aThreshold(scenario, 'success_rate >= 90%', { limit: 0.9 }),
    aThreshold(scenario, 'total_time < 30s', { limit: 30_000, level: 'warn' }),
    aThreshold(scenario, 'peak_memory < 400MB', { limit: 400e6, level: 'warn' }),
    aThreshold(scenario, 'memory_growth < 1MB/min', { limit: 1e6, reason: 'there is no service' }),
    aThreshold(scenario, 'flow_time.p95 < 1s', { limit: 1000 }),
  ];
  const { rows } = partsOf({ ...scenario, thresholds });

  test('are failing gates, gates without data, alerts, gates that hold, alerts that hold, plain figures', () => {
    expect(rows.slice(0, 6).map(({ standing, metric, level }) => [standing, metric, level])).toEqual([
      ['fail', 'flow_time.p95', 'fail'],
      ['inconclusive', 'memory_growth', 'fail'],
      ['alert', 'peak_memory', 'warn'],
      ['pass', 'success_rate', 'fail'],
      ['pass', 'total_time', 'warn'],
      ['plain', 'flow_time.med', undefined],
    ]);
  });

  test('show no metric twice but for each threshold, and no plain figure without data', () => {
    const names = rows.map(({ metric }) => metric);
    expect(new Set(names).size).toBe(names.length);
    expect(rows.filter(({ standing, value }) => standing === 'plain' && value === 'no data')).toEqual([]);
  });

  test('say why there is no data', () => {
    expect(rows[1]).toMatchObject({ value: 'no data', detail: 'there is no service', limit: '< 1 MB/min' });
  });

  test.each([
    ['success_rate >= 90%', 0.9, '≥ 90%'],
    ['success_rate >= 0.9', 0.9, '≥ 90%'],
    ['peak_memory <= 1234MB', 1.234e9, '≤ 1234 MB'],
    ['throughput > 5/s', 5, '> 5/s'],
    ['failed == 0', 0, '= 0'],
    ['max_concurrency >= 10', 10, '≥ 10'],
    ['flow_time.p95 < 1e3ms', 1000, '< 1 s'],
    ['step(a > b).p95 <= 1m', 60_000, '≤ 1 m'],
  ])('the limit of %s is in the unit that the user wrote', (expression, limit, text) => {
    const threshold = aThreshold(scenario, expression, { limit });
    expect(partsOf({ ...scenario, thresholds: [threshold] }).rows[0]?.limit).toBe(text);
  });

  test('a value that only just misses its limit is not shown as the limit', () => {
    const metrics = { ...scenario.metrics, success_rate: { value: 0.89996, unit: 'ratio' as const } };
    const near = { ...scenario, metrics };
    const thresholds = [aThreshold(near, 'success_rate >= 90%', { limit: 0.9 })];
    expect(partsOf({ ...near, thresholds }).rows[0]?.value).toBe('89.996%');
  });

  test('the share of CPU names the cores', () => {
    const cpu = aThreshold(scenario, 'peak_cpu <= 20%', { limit: 0.2 });
    expect(partsOf({ ...scenario, thresholds: [cpu] }).rows[0]?.value).toBe('23% of 4 cores');
  });
});

describe('the headline says what, by how much, against what', () => {
  const told = ({ name, headline }: ReturnType<typeof partsOf>): string =>
    `${name} ${headline.status}: ${spoken(headline.sentence)}`;

  test.each([
    [
      'pass',
      'demo holds: 10 of 10 flows were ok with 10 at once, 95% of them within 2.7 s; all 4 gates hold.',
    ],
    [
      'fail',
      'checkout fails a check: Something is left behind: 2 processes outlived their flow: node worker.js (flow 3, flow 8); 1 gate fails too.',
    ],
    [
      'warn',
      'search holds, with 1 alert: peak_memory was 431 MB, 7.73% above the alert of < 400 MB; every gate holds.',
    ],
    [
      'inconclusive',
      'upload is inconclusive: memory_growth has no data: there is no service; the gate of < 5 MB/min is not passed without.',
    ],
    [
      'interrupted',
      'soak was interrupted: SIGTERM ended the run after 87 of 240 flows; what was measured until then is no verdict.',
    ],
  ])('of a run with %s', (name, sentence) => {
    expect(told(sample(name))).toBe(sentence);
  });

  const failing = (change: Partial<ScenarioResults>): string =>
    told(partsOf({ ...aScenario({}, { verdict: 'fail', name: 'x' }), ...change }));

  test('a ratio misses by points, and much by times', () => {
    const scenario = aScenario({
      failing: { 1: { outcome: 'failed', message: 'm' }, 2: { outcome: 'failed', message: 'm' } },
    });
    expect(failing({ thresholds: [aThreshold(scenario, 'success_rate >= 99%', { limit: 0.99 })] })).toBe(
      'x misses a gate: success_rate was 80%, 19 points below the gate of ≥ 99%.',
    );
    expect(failing({ thresholds: [aThreshold(scenario, 'peak_memory < 100MB', { limit: 100e6 })] })).toBe(
      'x misses a gate: peak_memory was 431 MB, 4.3 times the gate of < 100 MB.',
    );
    expect(failing({ thresholds: [aThreshold(scenario, 'failed <= 0', { limit: 0 })] })).toBe(
      'x misses a gate: failed was 2; the gate is ≤ 0.',
    );
  });

  test('a check that fails leads, whatever gates fail, and a problem comes before both', () => {
    const check = {
      id: 'cleanup',
      level: 'fail',
      outcome: 'fail',
      title: 'Something is left',
      evidence: ['pid 4'],
    } as const;
    expect(failing({ checks: [{ ...check, evidence: [...check.evidence] }] })).toBe(
      'x fails a check: Something is left: pid 4.',
    );
    const scenario = aScenario({});
    const gates = [
      aThreshold(scenario, 'flow_time.p95 < 1s', { limit: 1000 }),
      aThreshold(scenario, 'peak_memory < 1MB', { limit: 1e6 }),
    ];
    const broken = {
      ...check,
      id: 'invariants',
      title: 'The invariant is broken',
      evidence: ['stock is −3'],
    };
    const checks = [broken, { ...check, evidence: [] }] as ScenarioResults['checks'];
    const all = failing({
      checks,
      thresholds: gates,
      aborted: { at: 1000, reason: 'too slow' },
    });
    expect(all).toBe(
      'x fails 2 checks: The invariant is broken: stock is −3; 1 other check and 2 gates fail too; abort-on-fail ended the run after 1 s.',
    );
    expect(failing({ problems: ['setup ended with exit status 1'] })).toBe(
      'x did not run as it should: setup ended with exit status 1',
    );
  });

  test('flows that saw each other are said before the gate that fails, also where that is only an alert', () => {
    const scenario = aScenario({});
    const checks = [
      { id: 'isolation', level: 'warn', outcome: 'fail', title: '3 flows of 10 saw another', evidence: [] },
      { id: 'cleanup', level: 'warn', outcome: 'fail', title: 'Left behind: 1 file', evidence: [] },
    ] as ScenarioResults['checks'];
    const thresholds = [aThreshold(scenario, 'success_rate < 100%', { limit: 1 })];
    expect(failing({ checks, thresholds })).toMatch(
      /^x misses a gate: 3 flows of 10 saw another; success_rate was 100%/,
    );
    const alert = aThreshold(scenario, 'flow_time.p95 < 1s', { limit: 1000, level: 'warn' });
    expect(told(partsOf({ ...scenario, name: 'x', verdict: 'warn', checks, thresholds: [alert] }))).toBe(
      'x holds, with 3 alerts: 3 flows of 10 saw another; every gate holds.',
    );
  });

  test('the reason stands in where nothing else tells', () => {
    expect(failing({ reasons: ['because'] })).toBe('x failed: because');
    expect(failing({ reasons: [] })).toBe('x failed: no reason was given');
  });
});

describe('what else is seen', () => {
  test('problems that the headline does not tell, in a bounded list', () => {
    const problems = Array.from({ length: 13 }, (_unused, index) => `problem ${index + 1}`);
    const { untold } = partsOf(aScenario({}, { verdict: 'fail', problems }));
    expect(untold[0]).toBe('problem 2');
    expect(untold).toHaveLength(11);
    expect(untold.at(-1)).toBe('and 2 more problems');
  });

  test('which flows ended how, the most frequent first, in a bounded list', () => {
    expect(sample('fail').failures).toEqual([
      { ending: 'exit status 3', count: 3, flows: 'flows 7, 58, 131' },
      { ending: 'timed out', count: 1, flows: 'flow 9' },
    ]);
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_unused, index) => [
        index + 1,
        { outcome: 'failed' as const, message: 'm', exitStatus: 1 },
      ]),
    );
    const [failure] = partsOf(aScenario({ iterations: 40, failing: many })).failures;
    expect(failure?.flows).toBe('flows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 30 more');
  });

  test('flows that were tried again are named, the ok ones too, also where there is no error', () => {
    const scenario = aScenario({ failing: { 9: { outcome: 'failed', message: 'm' } } });
    const attempts: Readonly<Record<number, number>> = { 3: 2, 7: 3, 9: 3 };
    const flows = scenario.flows.map((flow) => {
      const times = attempts[flow.iteration];
      return times === undefined ? flow : { ...flow, attempts: times };
    });
    expect(partsOf({ ...scenario, flows })).toMatchObject({
      failures: [{ ending: 'failed after 3 attempts', count: 1, flows: 'flow 9' }],
      retried: [{ ending: 'ok only when tried again', count: 2, flows: 'flows 3, 7' }],
    });
    const ok = flows.filter(({ outcome }) => outcome === 'ok');
    const results = aResults({ scenarios: [{ ...scenario, flows: ok, errors: [] }] });
    for (const text of [
      renderTerminal(results, { color: false, width: 120 }),
      renderSummary(results),
      renderHtml(results),
    ]) {
      expect(text).toContain('ok only when tried again: flows 3, 7');
    }
    const sampled = { ...scenario, flows, counts: { ...scenario.counts, ok: 20_000 } };
    expect(partsOf(sampled).retried[0]?.flows).toBe('flows 3, 7 and more');
  });

  test('errors count all flows concerned, also beyond those that are listed', () => {
    const scenario = aScenario({}, { errors: [{ type: 't', count: 500, sample: 's', flows: [3, 4] }] });
    expect(partsOf(scenario)).toMatchObject({
      errorSummary: '500 flows failed in 1 way',
      errors: [{ count: 500, sample: 's', first: 'flow 3', flows: 'flows 3, 4 and 498 more' }],
    });
  });

  test('the share of each step in the time of a flow', () => {
    expect(sample('pass').steps.map(({ name, shareOfTime }) => `${name} ${shareOfTime ?? ''}`)).toEqual([
      'research 22%',
      'audience 11%',
      'draft 41%',
      'style 14%',
      'quality 12%',
    ]);
  });

  test('checks that are switched off say nothing, those that fail come first', () => {
    expect(sample('fail').findings.map(({ id, standing }) => [id, standing])).toEqual([
      ['cleanup', 'fail'],
      ['concurrency', 'pass'],
      ['isolation', 'pass'],
    ]);
  });

  test('processes that outlived their flow, the verify command, and what the monitor could not see', () => {
    const view = sample('fail');
    expect(view.leftovers[0]).toBe('node worker.js (pid 4101, flow 3)');
    expect(view.verify).toBe('holds: exit status 0: stock adds up');
    expect(view.notes).toContain('open files are not counted: no permission');
    expect(view.notes[0]).toMatch(/^watched by procfs: 400 samples; the monitor used [\d.]+% of one core$/u);
  });

  test('several scenarios are counted by their verdict', () => {
    expect(documentOf(several()).tally).toBe('1 of 3 scenarios fails');
    expect(documentOf(aResults({ scenarios: [aScenario(), aScenario()] })).tally).toBe(
      'all 2 scenarios hold',
    );
  });

  test('legs that are missing are told by name wherever a report is read, also where all that are there hold', () => {
    const results = aResults({ verdict: 'inconclusive', faults: ['leg node-24 is missing'] });
    const reports = {
      terminal: renderTerminal(results, { color: false, width: 100 }),
      comment: renderComment(results, { marker: '<!-- m -->' }),
      summary: renderSummary(results),
      page: renderHtml(results),
    };
    for (const text of Object.values(reports)) {
      expect(text).toContain('not all runs are there that were to be joined');
      expect(text).toContain('leg node-24 is missing');
    }
    expect(renderVerdict(results)).toBe('inconclusive: not all runs are there that were to be joined');
  });

  test('the machine by its short name, and the run', () => {
    const { machine, run } = documentOf(aResults());
    expect(machine).toBe('4 cores AMD EPYC 7763, 16 GB, ubuntu24 20260101.1, Node 20.20.0');
    expect(run).toEqual({
      prefix: 'attempt 2 of run',
      label: '#1234',
      url: 'https://github.com/octo/shop/actions/runs/1',
    });
    expect(documentOf(SAMPLES['hostile']?.() ?? aResults()).run).toEqual({ prefix: 'run', label: '#7' });
  });
});

test('default gates that are left out are said in every report, with why', () => {
  const scenario = aScenario(
    {},
    {
      defaultGates: true,
      omittedGates: [{ expression: 'peak_cpu <= 80%', reason: 'no process is watched' }],
    },
  );
  const results = aResults({
    scenarios: [{ ...scenario, thresholds: [aThreshold(scenario, 'failed == 0', { limit: 0 })] }],
  });
  const terminal = renderTerminal(results, { color: false, width: 120 });
  for (const text of [terminal, renderSummary(results), renderHtml(results)]) {
    expect(text).toMatch(
      /left out, as no process is watched(:|&#58;) peak(_|&#95;)cpu (<|&lt;|&#60;)(=|&#61;) 80/,
    );
  }
});

test.each(['markdown', 'page', 'terminal'] as const)(
  'every section has its place in the order of %s',
  (medium) => {
    const scenarios = Object.values(SAMPLES).flatMap((build) => documentOf(build()).scenarios);
    for (const scenario of scenarios) {
      const ids = sectionsOf(scenario, medium)
        .filter(({ blocks }) => shown(blocks, medium).length > 0)
        .map(({ id }) => id);
      expect(ids.at(-1)).toBe('metrics');
      expect(new Set(ids).size).toBe(ids.length);
    }
  },
);
