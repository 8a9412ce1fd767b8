import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { calibrationSchema } from '../../src/model/calibration.js';
import { runCli, write, emptyFolder } from './run-cli.js';

describe('flowgate calibrate', () => {
  test('runs a scenario against itself and slowed, and writes what it found', async () => {
    const cwd = emptyFolder();
    write(cwd, 'flow.mjs', 'export default () => new Promise((resolve) => setTimeout(resolve, 20));\n');
    const run = await runCli(
      [
        ...['calibrate', '--module', 'flow.mjs', '--flows', '4', '--iterations', '40'],
        ...[
          '--budget',
          '20s',
          '--runs',
          '1',
          '--json',
          'out/calibration.json',
          '--markdown',
          'out/calibration.md',
        ],
      ],
      { cwd },
    );
    expect(run.stderr).toBe(
      'flowgate: flow: measuring by how much its starts differ: 20 of them at most, 5 rounds on each\n',
    );
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/The same code, 1 comparison /);
    expect(run.stdout).toMatch(/services: keep (is safe here|the config needs start-spread: \d)/);
    expect(run.stdout).toMatch(/slowed by +found/);
    const written = readFileSync(join(cwd, 'out/calibration.json'), 'utf8');
    const [scenario] = calibrationSchema.parse(JSON.parse(written)).scenarios;
    expect(scenario).toMatchObject({ name: 'flow', slowed: 'module', budget: 20_000 });
    expect(scenario?.same?.runs.runs).toBe(1);
    expect(scenario?.services).toBe('restart');
    expect(scenario?.starts).toMatchObject({ rounds: 5, keep: { startSpread: expect.any(Number) } });
    const [time] = scenario?.starts?.metrics ?? [];
    expect(time?.metric).toBe('flow_time.med');
    // A flow sleeps for 20 ms, whichever start of the host it is.
    expect(time?.between).toBeLessThan(0.3);
    expect(time?.atMost).toBeGreaterThanOrEqual(time?.between ?? Infinity);
    expect(scenario?.slower.map(({ slowdown, runs }) => [slowdown, runs.runs])).toEqual([[0.05, 1]]);
    expect(scenario?.metrics.find(({ metric }) => metric === 'flow_time.med')?.pairs).toBeGreaterThan(0);
    expect(readFileSync(join(cwd, 'out/calibration.md'), 'utf8')).toContain('## flow');
  }, 240_000);

  test('says all that is wrong with its options at once, and starts nothing', async () => {
    const run = await runCli(['calibrate', '--run', 'true', '--budget', '2', '--for', 'soon', '--runs', '0']);
    expect(run.status).toBe(2);
    expect(run.stderr.trimEnd().split('\n')).toEqual([
      'flowgate: option --for: soon is no time; write it as 30s, 500ms or 1m30s',
      'flowgate: option --runs: 0 is no whole number from 1 up',
      'flowgate: input budget: 2 needs a unit: write 2s or 2ms',
    ]);
  });

  test('of commands, of which nothing is kept, no starts are measured', async () => {
    const cwd = emptyFolder();
    const run = await runCli(
      [
        'calibrate',
        '--run',
        'sleep 0.02',
        '--flows',
        '4',
        '--budget',
        '10s',
        '--runs',
        '1',
        '--json',
        'out.json',
      ],
      { cwd },
    );
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const [scenario] = calibrationSchema.parse(
      JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8')),
    ).scenarios;
    expect(scenario?.services).toBe('none');
    expect(scenario).not.toHaveProperty('starts');
    expect(run.stdout).not.toContain('start-spread');
  }, 120_000);

  test('a scenario that can not be run is said, and is status 3', async () => {
    const cwd = emptyFolder();
    write(cwd, 'flow.mjs', 'throw new Error("no luck");\n');
    const run = await runCli(['calibrate', '--module', 'flow.mjs', '--runs', '1'], { cwd });
    expect(run.status).toBe(3);
    expect(run.stdout).toMatch(/Ended before its time: .*no luck/s);
  }, 60_000);
});
