import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CliRun, emptyFolder, runCli, write } from './run-cli.js';

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

  const wrong = [
    ['0', 'must be a whole number from 1 up'],
    ['often', 'must be a whole number from 1 up, or a map such as {times: 2, backoff: 200ms}'],
    ['{backoff: 1s}', 'times'],
    ['{times: 2, wait: 1s}', 'wait'],
  ] as const;
  let refused: CliRun;

  beforeAll(async () => {
    const cwd = emptyFolder();
    const scenarios = wrong.map(([retries], index) => `  s${index}: {run: 'true', retries: ${retries}}\n`);
    write(cwd, 'c.yml', `version: 1\nscenarios:\n${scenarios.join('')}`);
    refused = await runCli(['run', '--config', 'c.yml'], { cwd });
  });

  test.each(wrong.map(([retries, message], index) => [retries, message, index] as const))(
    'retries: %s is refused',
    (_, message, index) => {
      expect(refused.status).toBe(2);
      const said = refused.stderr.split('\n').filter((line) => line.includes(`scenarios.s${index}.retries`));
      expect(said.join()).toContain(message);
    },
  );
});
