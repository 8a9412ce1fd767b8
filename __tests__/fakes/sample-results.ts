import type { Results, ScenarioResults } from '../../src/model/results.js';
import { absent, faster, hostileComparison, slower, unresolved } from './sample-comparison.js';
import { ladderResults, stoppedLadderResults } from './sample-ladder.js';
import { aResults, aScenario, aThreshold, type Failing } from './results.js';

/** One results file for each kind of report that people get to see. */

const CREWS = { research: 0.22, audience: 0.11, draft: 0.41, style: 0.14, quality: 0.12 };

export const HOSTILE_TEXTS = [
  '| not | a | cell |',
  '</code></td></table><script>alert(1)</script><img src=x onerror=alert(1)>',
  '**bold** _em_ ~~gone~~ `code` [link](javascript:alert(1)) ![image](http://evil.example/x.png)',
  '@octocat fixes #12 GH-13 octo/shop#14 ' + 'deadbeef'.repeat(5) + ' :tada: www.evil.example a@evil.example',
  'https://evil.example/?q=1 mailto:a@evil.example xmpp:a@evil.example/x ftp://evil.example',
  '::error file=app.js,line=1::forged',
  'x ##[error]forged',
  '\u001B[31mred\u001B[0m \u001B]0;title\u0007 \u202Egnp.exe \u0000\u0007\b',
  'line one\n```\n# heading\n- item\n<!-- -->\n---',
  '<!-- flowgate:ci/gate run=9 attempt=9 verdict=pass -->',
  '&lt;b&gt; &amp;#64; &#64;octocat $x^2$ [^1] {{template}} \\| \\\\|',
  '%% mermaid\nsection x\nclick a href "javascript:alert(1)"',
];

export const SAMPLES: Readonly<Record<string, () => Results>> = {
  pass: passing,
  fail: failing,
  warn: warning,
  inconclusive,
  interrupted,
  several: () => several(),
  hostile,
  'gates-changed': gatesChanged,
  ladder: ladderResults,
  'ladder-stopped': stoppedLadderResults,
  slower,
  faster,
  unresolved,
  'compared-new': () => absent(),
  'compared-hostile': () => hostileComparison(HOSTILE_TEXTS),
};

function passing(): Results {
  const scenario = aScenario({ name: 'demo', steps: CREWS, peakMemory: 147e6 });
  return aResults({
    reproduce: 'npx flowgate demo',
    scenarios: [
      {
        ...scenario,
        kind: 'module',
        work: 'flowgate:demo',
        defaultGates: true,
        thresholds: [
          aThreshold(scenario, 'success_rate >= 90%', { limit: 0.9 }),
          aThreshold(scenario, 'total_time <= 30s', { limit: 30_000 }),
          aThreshold(scenario, 'peak_memory <= 500MB', { limit: 500e6 }),
          aThreshold(scenario, 'peak_cpu <= 80%', { limit: 0.8 }),
        ],
      },
    ],
  });
}

const FAILURES: Failing = {
  7: { outcome: 'failed', message: 'exit status 3', exitStatus: 3 },
  9: { outcome: 'timed_out', message: 'timed out after 3 s' },
  58: { outcome: 'failed', message: 'exit status 3', exitStatus: 3 },
  131: { outcome: 'failed', message: 'exit status 3', exitStatus: 3 },
};

function failingScenario(): ScenarioResults {
  const scenario = aScenario({ iterations: 240, failing: FAILURES, steps: CREWS });
  return {
    ...scenario,
    verdict: 'fail',
    reasons: ['flow_time.p95 is above its gate'],
    thresholds: [
      aThreshold(scenario, 'success_rate >= 90%', { limit: 0.9 }),
      aThreshold(scenario, 'flow_time.p95 < 2.5s', { limit: 2500 }),
      aThreshold(scenario, 'total_time <= 90s', { limit: 90_000 }),
      aThreshold(scenario, 'peak_memory < 400MB', { limit: 400e6, level: 'warn' }),
      aThreshold(scenario, 'peak_cpu <= 80%', { limit: 0.8 }),
    ],
    checks: [
      ...scenario.checks,
      {
        id: 'cleanup',
        level: 'fail',
        outcome: 'fail',
        title: 'Something is left behind',
        evidence: ['2 processes outlived their flow: node worker.js (flow 3, flow 8)'],
      },
      {
        id: 'isolation',
        level: 'fail',
        outcome: 'pass',
        title: "No flow saw another's state",
        evidence: ['240 canaries, 0 strays'],
      },
      { id: 'growth', level: 'off', outcome: 'inconclusive', title: 'Memory does not grow', evidence: [] },
    ],
    errors: [
      {
        type: 'exit status 3',
        count: 3,
        sample: 'exit status 3: ECONNRESET from upstream',
        flows: [7, 58, 131],
      },
      { type: 'timed out', count: 1, sample: 'timed out after 3 s', flows: [9] },
    ],
    stepGrowth: {
      over: 'run',
      steps: [
        { name: 'draft', before: 610, after: 1482 },
        { name: 'quality', before: 201, after: 260 },
      ],
    },
    verify: { ok: true, message: 'exit status 0: stock adds up' },
    leftovers: [
      { pid: 4101, parent: 1, command: 'node worker.js', slot: 3, iteration: 3 },
      { pid: 4188, parent: 1, command: 'node worker.js', slot: 8, iteration: 8 },
    ],
    monitor: { ...scenario.monitor, notes: ['open files are not counted: no permission'] },
  };
}

function failing(): Results {
  return aResults({ verdict: 'fail', scenarios: [failingScenario()] });
}

function warningScenario(): ScenarioResults {
  const scenario = aScenario({ name: 'search' });
  return {
    ...scenario,
    verdict: 'warn',
    reasons: ['peak_memory is above its alert'],
    thresholds: [
      aThreshold(scenario, 'peak_memory < 400MB', { limit: 400e6, level: 'warn' }),
      aThreshold(scenario, 'success_rate >= 99%', { limit: 0.99 }),
    ],
  };
}

function warning(): Results {
  return aResults({ verdict: 'warn', scenarios: [warningScenario()] });
}

function inconclusive(): Results {
  const scenario = aScenario({ name: 'upload' });
  return aResults({
    verdict: 'inconclusive',
    scenarios: [
      {
        ...scenario,
        verdict: 'inconclusive',
        reasons: ['memory_growth has no data'],
        thresholds: [
          aThreshold(scenario, 'success_rate >= 90%', { limit: 0.9 }),
          aThreshold(scenario, 'memory_growth < 5MB/min', { limit: 5e6, reason: 'there is no service' }),
        ],
      },
    ],
  });
}

function interrupted(): Results {
  const scenario = aScenario({
    name: 'soak',
    iterations: 240,
    ran: 88,
    failing: { 88: { outcome: 'killed', message: 'ended by SIGTERM' } },
  });
  return aResults({
    verdict: 'inconclusive',
    scenarios: [
      {
        ...scenario,
        verdict: 'inconclusive',
        reasons: ['SIGTERM ended the run'],
        interrupted: 'SIGTERM',
        thresholds: [aThreshold(scenario, 'success_rate >= 90%', { limit: 0.9 })],
      },
    ],
  });
}

/** `count` scenarios, the first of which fails. */
export function several(count = 3): Results {
  const passed = passing().scenarios;
  const like = aScenario();
  const more = Array.from({ length: count }, (_unused, index) => ({
    ...like,
    name: `scenario-${index + 1}`,
  }));
  return aResults({
    verdict: 'fail',
    reproduce: 'npx flowgate run',
    scenarios: [failingScenario(), warningScenario(), ...passed, ...more].slice(0, count),
  });
}

/** A pull request that lowers the gate which it would not have passed. */
function gatesChanged(): Results {
  return {
    ...passing(),
    gateChanges: {
      base: 'main',
      sha: 'b'.repeat(40),
      changes: [
        { setting: 'compare', base: 'with base, unresolved: fail', head: null },
        {
          scenario: 'demo',
          setting: 'success_rate',
          base: 'success_rate >= 99%',
          head: 'success_rate >= 0%',
        },
        { scenario: 'demo', setting: 'check cleanup', base: 'fail', head: 'off' },
        { scenario: 'mails', setting: 'scenario', base: 'flow_time.p95 < 800ms', head: null },
      ],
    },
  };
}

/** Every text that a flow, a config or a forged file can set is hostile. */
function hostile(): Results {
  const all = HOSTILE_TEXTS.join(' ');
  const scenario = aScenario({
    name: HOSTILE_TEXTS[1] ?? '',
    failing: { 2: { outcome: 'failed', message: all } },
    steps: { [HOSTILE_TEXTS[0] ?? '']: 0.4, [HOSTILE_TEXTS[2] ?? '']: 0.6 },
  });
  const base = aResults();
  return aResults({
    verdict: 'fail',
    reproduce: `npx flowgate run --run '${all}'`,
    environment: { ...base.environment, cpu: all, image: all },
    run: {
      url: 'https://evil.example/)[x](javascript:alert(1)',
      id: 1,
      number: 7,
      attempt: 1,
      workflow: all,
      job: all,
    },
    gateChanges: {
      base: all,
      sha: all,
      changes: HOSTILE_TEXTS.map((text) => ({ scenario: text, setting: all, base: text, head: all })),
    },
    scenarios: [
      {
        ...scenario,
        verdict: 'fail',
        reasons: HOSTILE_TEXTS,
        work: all,
        thresholds: [
          {
            expression: `step(${HOSTILE_TEXTS[0] ?? ''}).p95 < ${all}`,
            level: 'fail',
            metric: 'step',
            label: HOSTILE_TEXTS[0] ?? '',
            stat: 'p95',
            op: '<',
            limit: 900,
            written: { number: '900', unit: 'ms' },
            actual: 1000,
            bound: 900,
            unit: 'ms',
            outcome: 'fail',
            reason: all,
          },
        ],
        checks: HOSTILE_TEXTS.map((text) => ({
          id: 'isolation' as const,
          level: 'fail' as const,
          outcome: 'fail' as const,
          title: text,
          evidence: [text, all],
        })),
        errors: HOSTILE_TEXTS.map((text, index) => ({
          type: text,
          count: 1,
          sample: text,
          flows: [index + 1],
        })),
        stepGrowth: { over: 'ladder', first: 1, last: 50, steps: [{ name: all, before: 120, after: 860 }] },
        verify: { ok: false, message: all },
        leftovers: [{ pid: 1, parent: 1, command: all, iteration: 2 }],
        problems: HOSTILE_TEXTS,
        monitor: { ...scenario.monitor, source: all, notes: HOSTILE_TEXTS },
      },
    ],
  });
}
