import { describe, expect, test } from '@jest/globals';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

describe('a ladder of commands', () => {
  test('climbs, with service and setup once around it, and predicts what more would take', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      '.github/flowgate.yml',
      `
version: 1
scenarios:
  capacity:
    run: sleep 0.15; echo "$FLOWGATE_FLOW" >>slots
    ladder: [1, 2, 5]
    iterations: 5
    service: {run: 'echo up >>started; exec sleep 60'}
    setup: echo set >>started
    thresholds: [success_rate == 100%, efficiency(5) > 1%, memory_per_flow < 500MB]
`,
    );
    const run = await runCli(['run'], { cwd });
    expect(run.status).toBe(0);
    const [scenario] = run.results().scenarios;
    const ladder = scenario?.ladder;
    expect(ladder?.planned).toEqual([1, 2, 5]);
    expect(ladder?.rungs.map(({ flows, started, successRate }) => [flows, started, successRate])).toEqual([
      [1, 5, 1],
      [2, 5, 1],
      [5, 5, 1],
    ]);
    expect(scenario?.flows.map(({ rung }) => rung)).toEqual(
      [1, 2, 5].flatMap((rung) => [rung, rung, rung, rung, rung]),
    );
    expect(scenario?.flows.filter(({ barrier }) => barrier === true)).toHaveLength(1 + 2 + 5);
    expect(metricOf(run.results(), 'max_concurrency')).toBe(5);
    // Five shells more at once are more memory and threads, whatever the machine.
    expect(ladder?.model.memory?.b).toBeGreaterThan(100_000);
    expect(ladder?.model.threads?.b).toBeGreaterThan(0.5);
    expect(ladder?.usl?.lambda).toBeGreaterThan(0);
    expect(ladder?.provisioning.map(({ flows }) => flows)).toEqual([10, 25, 50]);
    expect(run.stdout).toMatch(/at N +memory = /);
    expect(run.stdout).toMatch(/predicted +at 10: /);
  });

  test('is stopped by a rung that breaks a gate, which is told as its limit', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'ladder.yml',
      `
version: 1
scenarios:
  capacity:
    # With two at once the second finds the folder of the first.
    run: mkdir taken; sleep 0.2; rmdir taken
    ladder: [1, 2, 5]
    iterations: 5
    abort-on-fail: true
    thresholds: [success_rate == 100%]
`,
    );
    const run = await runCli(['run', '--config', 'ladder.yml'], { cwd });
    expect(run.status).toBe(1);
    const [scenario] = run.results().scenarios;
    expect(scenario?.ladder?.rungs.map(({ flows }) => flows)).toEqual([1, 2]);
    expect(scenario?.ladder?.limit).toMatchObject({ holds: 1, breaks: 2, stopped: true });
    expect(scenario?.load).toMatchObject({ flows: 2, iterations: 10 });
    expect(run.stdout).toContain('holds up to 1 at once; at 2 success_rate');
  });

  test('with --flows is an error that says what to do', async () => {
    const cwd = emptyFolder();
    write(cwd, 'l.yml', 'version: 1\nscenarios:\n  s:\n    run: "true"\n    ladder: [1, 2]\n');
    const run = await runCli(['run', '--config', 'l.yml', '--flows', '3'], { cwd });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('s has a ladder, which says how many flows run at once; leave it out');
  });
});
