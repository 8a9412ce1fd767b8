import { describe, expect, test } from '@jest/globals';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

describe('the open model', () => {
  test('starts at the rate, whatever becomes of earlier flows, and says so', async () => {
    const run = await runCli(['run', '--run', 'sleep 0.4', '--rate', '20/s', '--duration', '1s']);
    const results = run.results();
    const flows = results.scenarios[0]?.flows ?? [];
    expect(flows).toHaveLength(20);
    const [first] = flows;
    flows.forEach(({ scheduledAt, startedAt }, index) => {
      expect(scheduledAt - (first?.scheduledAt ?? 0)).toBeCloseTo(index * 50, 3);
      expect(startedAt).toBeGreaterThanOrEqual(scheduledAt - 0.001);
    });
    expect(metricOf(results, 'dropped')).toBe(0);
    expect(run.stdout).toContain('20 flows/s for 1 s, at most 100 in flight');
    // The closed model's promise that all are in flight together was not made.
    expect(results.scenarios[0]?.checks.map(({ id }) => id)).not.toContain('concurrency');
  });

  test('what finds no free slot is dropped: counted, not ok, and never started later', async () => {
    const args = ['--rate', '20/s', '--duration', '1s', '--max-flows', '2', '--threshold', 'dropped == 0'];
    const run = await runCli(['run', '--run', 'echo x >>started; sleep 30', '--timeout', '2s', ...args]);
    expect(run.status).toBe(1);
    expect(metricOf(run.results(), 'dropped')).toBe(18);
    expect(metricOf(run.results(), 'timed_out')).toBe(2);
    expect(metricOf(run.results(), 'success_rate')).toBe(0);
    expect(run.stdout).toContain('18 dropped');
  });
});

describe('abort-on-fail', () => {
  test('ends the run and its flows at the first look that finds the gate missed', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'flowgate.yml',
      `version: 1
scenarios:
  breaks:
    run: '[ $((FLOWGATE_ITERATION % 2)) = 0 ] && exit 3; sleep 600'
    rate: 10/s
    duration: 600s
    timeout: 600s
    verify: "touch verified; exit 1"
    thresholds:
      - {expr: error_rate < 10%, abort-on-fail: true}
`,
    );
    const run = await runCli(['run', '--config', 'flowgate.yml'], { cwd });
    expect(run.status).toBe(1);
    const [scenario] = run.results().scenarios;
    expect(scenario?.verdict).toBe('fail');
    expect(scenario?.aborted?.reason).toBe('error_rate 100%, the gate is < 10%');
    expect(scenario?.reasons[0]).toMatch(/^aborted after .+ by abort-on-fail: error_rate 100%/);
    expect(run.stdout).toMatch(/abort-on-fail\s+ended the run after/);
    expect(scenario?.flows.some(({ outcome }) => outcome === 'killed')).toBe(true);
    expect(scenario?.verify).toBeUndefined();
  });
});
