import { describe, expect, test } from '@jest/globals';
import { emptyFolder, runCli, write } from './run-cli.js';

describe('retries', () => {
  test('a command that comes right when tried again is ok, and every report says that it was tried again', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      `version: 1
scenarios:
  flaky:
    run: if [ "$FLOWGATE_ITERATION" = 3 ] && mkdir once 2>/dev/null; then exit 4; fi
    flows: 2
    iterations: 6
    retries: {times: 2, backoff: 20ms}
    thresholds: [success_rate >= 100%, retried <= 1]
`,
    );
    const run = await runCli(['run', '--config', 'c.yml', '--json', 'r.json'], { cwd });
    expect(run.stdout).toContain('1 flow tried again');
    expect(run.status).toBe(0);
    const [scenario] = run.results('r.json').scenarios;
    expect(scenario?.metrics['retried']).toMatchObject({ value: 1 });
    expect(scenario?.flows.filter(({ attempts }) => attempts !== undefined)).toMatchObject([
      { iteration: 3, outcome: 'ok', attempts: 2 },
    ]);
  });

  test('without retries a gate on them has no data, and says why', async () => {
    const cwd = emptyFolder();
    const run = await runCli(['run', '--run', 'true', '--flows', '1', '--threshold', 'retried <= 0'], {
      cwd,
    });
    expect(run.stdout).toContain('no retries are asked for');
    expect(run.status).toBe(3);
  });

  test.each([
    ['0', 'must be a whole number from 1 up'],
    ['often', 'must be a whole number from 1 up, or a map such as {times: 2, backoff: 200ms}'],
    ['{backoff: 1s}', 'times'],
    ['{times: 2, wait: 1s}', 'wait'],
  ])('retries: %s is refused', async (retries, message) => {
    const cwd = emptyFolder();
    write(cwd, 'c.yml', `version: 1\nscenarios:\n  s: {run: 'true', retries: ${retries}}\n`);
    const run = await runCli(['run', '--config', 'c.yml'], { cwd });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('scenarios.s.retries');
    expect(run.stderr).toContain(message);
  });
});
