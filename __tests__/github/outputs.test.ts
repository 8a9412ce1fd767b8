import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { METRICS_LIMIT, verdictOutputs } from '../../src/github/report.js';
import type { ScenarioResults, ThresholdResult } from '../../src/model/results.js';
import { renderSummary } from '../../src/report/markdown.js';
import { aResults, aScenario, parsedThreshold } from '../fakes/results.js';

const threshold = (level: 'fail' | 'warn', outcome: ThresholdResult['outcome']): ThresholdResult => ({
  ...parsedThreshold('failed < 1', level),
  actual: null,
  bound: 1,
  unit: 'count',
  outcome,
});

function scenario(name: string, change: Partial<ScenarioResults> = {}): ScenarioResults {
  return { ...aScenario(), name, ...change };
}

test('failed counts gates that did not hold, those without data among them, and no alerts', () => {
  const thresholds = [
    threshold('fail', 'fail'),
    threshold('fail', 'inconclusive'),
    threshold('fail', 'pass'),
    threshold('warn', 'fail'),
  ];
  const results = aResults({ verdict: 'fail', scenarios: [scenario('a', { thresholds })] });
  expect(verdictOutputs(results).outputs).toMatchObject({ verdict: 'fail', failed: '2' });
});

test('metrics are a JSON object by name, null without data', () => {
  const metrics = {
    total_time: { value: 2550, unit: 'ms' },
    memory_growth: { value: null, unit: 'bytes_per_minute' },
  } as const;
  const one = verdictOutputs(aResults({ scenarios: [scenario('a', { metrics })] })).outputs;
  expect(JSON.parse(one.metrics)).toEqual({ total_time: 2550, memory_growth: null });
});

test("with several scenarios a metric's name begins with its scenario's", () => {
  const metrics = { total_time: { value: 1, unit: 'ms' } } as const;
  const two = verdictOutputs(
    aResults({ scenarios: [scenario('a', { metrics }), scenario('b', { metrics })] }),
  ).outputs;
  expect(JSON.parse(two.metrics)).toEqual({ 'a/total_time': 1, 'b/total_time': 1 });
});

describe('an output that a workflow pastes into a script', () => {
  /** Names of steps, as a flow may choose them, each of which would leave a file behind. */
  const NAMES = [
    "'; touch pwned; echo '",
    '"; touch pwned; echo "',
    '$(touch pwned)',
    '`touch pwned`',
    '\\"; touch pwned #',
    "\\'; touch pwned; '",
    '\ntouch pwned\n',
    'a; touch pwned; b',
    'a & touch pwned & b',
    'a | touch pwned | b',
    '> pwned',
    '${{ github.token }} $HOME %PATH% !! ~ * {a,b} [x] (y) <z> # \t \0 \u2019 \u{1F600}',
  ];
  const named = (name: string): string => `step(${name}).p95`;
  const hostile = aResults({
    scenarios: [
      scenario(NAMES.join(' '), {
        reasons: NAMES,
        problems: NAMES,
        metrics: Object.fromEntries(NAMES.map((name) => [named(name), { value: 1, unit: 'ms' } as const])),
      }),
    ],
  });
  const shell = process.platform === 'win32' ? test.skip : test;

  /** The runner puts the text in before the shell sees it. What the shell leaves in its folder. */
  function leftBy(script: string): string[] {
    const cwd = mkdtempSync(join(tmpdir(), 'flowgate-outputs-'));
    try {
      // Markdown in double quotes is no valid script: that it fails is not what is asked here.
      execFileSync('bash', ['-c', `${script}\ntrue`], { cwd, stdio: 'ignore' });
      return readdirSync(cwd);
    } catch {
      return readdirSync(cwd);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }

  test('is JSON that reads as the names were', () => {
    const { metrics } = verdictOutputs(hostile).outputs;
    expect(Object.keys(JSON.parse(metrics) as object)).toEqual(NAMES.map(named));
    expect(metrics.replace(/^\{|\}$|[",:]/g, '')).toMatch(/^[A-Za-z0-9_./+ \\-]*$/);
  });

  shell('runs nothing, whatever it is quoted by', () => {
    const { metrics } = verdictOutputs(hostile).outputs;
    const summary = renderSummary(hostile, { limit: 65_536, charts: false });
    // The script itself is able to leave something.
    expect(leftBy(`echo '${NAMES[0] ?? ''}'`)).toEqual(['pwned']);
    for (const text of [metrics, summary]) {
      for (const quoted of [`'${text}'`, `"${text}"`]) expect(leftBy(`echo ${quoted}`)).toEqual([]);
    }
    expect(leftBy(`echo ${metrics}`)).toEqual([]);
    expect(leftBy(`cat <<END\n${metrics}\nEND`)).toEqual([]);
  });

  test('is bounded and valid still, and keeps what is judged', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `step(${index} \u00e9).p95`);
    const metrics = Object.fromEntries(
      [...many, 'failed'].map((id) => [id, { value: 1, unit: 'ms' } as const]),
    );
    const large = scenario('a', { metrics, thresholds: [threshold('fail', 'pass')] });
    const { outputs, leftOut } = verdictOutputs(aResults({ scenarios: [large] }));
    expect(Buffer.byteLength(outputs.metrics)).toBeLessThanOrEqual(METRICS_LIMIT);
    const kept = JSON.parse(outputs.metrics) as object;
    expect(kept).toHaveProperty('failed', 1);
    expect(Object.keys(kept)).toHaveLength(20_001 - leftOut);
    expect(leftOut).toBeGreaterThan(0);
  });
});
