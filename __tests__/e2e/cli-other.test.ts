import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { emptyFolder, runCli, write } from './run-cli.js';

describe('the other subcommands', () => {
  test('report shows a saved run again, with the same exit status', async () => {
    const run = await runCli(['run', '--run', 'sleep 0.1; exit 4', '--flows', '2']);
    const again = await runCli(['report', '--markdown', 'again.md'], { cwd: run.cwd });
    expect(again.status).toBe(run.status);
    expect(run.stdout.startsWith(again.stdout)).toBe(true);
    expect(readFileSync(join(run.cwd, 'again.md'), 'utf8')).toContain('exit status 4');
  });

  test('report refuses what is no results file', async () => {
    const cwd = emptyFolder();
    write(cwd, 'r.json', '{"schema": "flowgate.results/1", "scenarios": 3}');
    const run = await runCli(['report', 'r.json'], { cwd });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/r\.json: is not a results file/);
    expect((await runCli(['report', 'absent.json'], { cwd })).stderr).toMatch(/no such file/);
  });

  test('what cannot be read or written is said without a stack, and nothing is said to be written', async () => {
    const run = await runCli(['run', '--run', 'sleep 0.1', '--json', '/dev/null/r.json']);
    expect(run.stderr).toMatch(/^flowgate: \/dev\/null\/r\.json could not be written: .+\n$/);
    expect(run.stdout).not.toMatch(/written/);
    const folder = await runCli(['report', '.']);
    expect(folder.status).toBe(2);
    expect(folder.stderr).toMatch(/^flowgate: \.: can not be read: EISDIR.+\n$/);
  });

  test('report writes json too, and says what it can not write', async () => {
    const { cwd } = await runCli(['run', '--run', 'sleep 0.1', '--flows', '2']);
    const args = ['report', '--json', 'again.json', '--html', '/dev/null/page.html'];
    const again = await runCli(args, { cwd });
    expect(again.status).toBe(0);
    expect(again.results('again.json')).toEqual(again.results());
    expect(again.stderr).toMatch(/page\.html could not be written/);
    expect(again.stdout.endsWith('\n')).toBe(true);
  });

  test('a temporary folder that cannot be made fails the run with the reason', async () => {
    const run = await runCli(['run', '--run', 'true'], { env: { TMPDIR: '/dev/null/x' } });
    expect(run.status).toBe(1);
    expect(run.results().scenarios[0]?.problems.join()).toMatch(
      /^TMPDIR: no temporary folder can be made: ENOTDIR/,
    );
  });

  test('a reader who goes away changes no verdict', () => {
    const args = [process.execPath, join(import.meta.dirname, '../../dist/cli.js'), 'run', '--run', 'exit 1'];
    const script = '"$0" "$@" | true; exit "${PIPESTATUS[0]}"';
    const run = spawnSync('bash', ['-c', script, ...args], { cwd: emptyFolder(), encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(1);
  });

  test('init writes a config and a workflow that validate, and overwrites nothing', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'package.json',
      '{"name": "x", "scripts": {"test": "node --test", "start": "node server.js"}}',
    );
    const first = await runCli(['init'], { cwd });
    expect(first.status).toBe(0);
    expect(existsSync(join(cwd, '.github/workflows/flowgate.yml'))).toBe(true);
    expect((await runCli(['validate'], { cwd })).stdout).toMatch(/is valid/);
    expect((await runCli(['init'], { cwd })).stdout).toMatch(/kept \.github\/flowgate\.yml/);
  });

  test('validate finds what a run would refuse: missing modules and folders, and a folder that is no config', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      `version: 1\nscenarios:\n  a: {module: no.mjs}\n  b: {run: x, working-directory: no}\n`,
    );
    const run = await runCli(['validate', 'c.yml'], { cwd });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/c\.yml:3:15: .+there is no file no\.mjs/);
    expect(run.stderr).toMatch(/c\.yml:4:34: .+there is no folder no/);
    const folder = await runCli(['validate', '.'], { cwd });
    expect(folder.status).toBe(2);
    expect(folder.stderr).toMatch(/there is no file \./);
  });

  test('an option that is empty is not taken for one that was left out', async () => {
    const run = await runCli(['run', '--run', 'touch ran', '--threshold', '', '--working-directory', '']);
    expect(run.status).toBe(2);
    expect(run.stderr).toBe(
      'flowgate: option --threshold: is empty; write it or leave it out\n' +
        'flowgate: option --working-directory: is empty; write it or leave it out\n',
    );
    expect(existsSync(join(run.cwd, 'ran'))).toBe(false);
  });

  test('everything that is wrong is said at once, exit status 2, and no flow is started', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'bad.yml',
      `version: 1
scenarios:
  a:
    run: echo ran >> ran.txt
    flows: -3
    iterations: 0
    thresholds:
      - flow_tme.p95 < 5s
      - total_time < 5MB
      -
`,
    );
    const run = await runCli(['run', '--config', 'bad.yml'], { cwd });
    expect(run.status).toBe(2);
    const lines = run.stderr.trim().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of [5, 6, 8, 9, 10]) expect(run.stderr).toMatch(new RegExp(`bad\\.yml:${line}:\\d+: `));
    expect(run.stderr).toMatch(/did you mean flow_time\?/);
    expect(existsSync(join(cwd, 'ran.txt'))).toBe(false);
  });

  test.each([
    [['run', '--config', 'nowhere.yml'], /nowhere\.yml/],
    [['run', '--module', 'nowhere.mjs'], /nowhere\.mjs/],
    [['run', '--run', 'true', '--flows', '-1'], /flows/],
    [['run', '--run', 'true', '--frob'], /unknown option/],
    [['run', '--run', 'true', '--compare', 'base'], /compare needs a git repository/],
    [['frobnicate'], /unknown command|too many arguments/],
  ])('%j is unusable input', async (args, message) => {
    const run = await runCli(args);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});
