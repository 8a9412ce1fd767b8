import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

const LOOP = ['--flows', '4', '--iterations', '8'];

describe("the environment of flowgate's own shell", () => {
  test.each([
    ['POSIXLY_CORRECT', '1'],
    ['SHELLOPTS', 'posix'],
    ['BASH_ENV', '/nowhere'],
    ['BASH_FUNC_sleep%%', '() { :; }'],
  ])('%s shortens no flow', async (name, value) => {
    const gate = ['--threshold', 'flow_time.med < 200ms'];
    const run = await runCli(['run', '--run', 'sleep 0.3', ...LOOP, ...gate], { env: { [name]: value } });
    expect(run.status).toBe(1);
    expect(metricOf(run.results(), 'flow_time.min')).toBeGreaterThan(290);
    expect(run.stderr).toContain(`Not passed to commands, because it changes how a shell starts: ${name}.`);
  });

  test('what the config gives is passed on, and shortens none either', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      [
        'version: 1',
        'scenarios:',
        '  a:',
        '    env: {POSIXLY_CORRECT: "1"}',
        `    run: 'test "$POSIXLY_CORRECT" = 1; sleep 0.3'`,
        '    flows: 4',
        '    thresholds: [success_rate >= 100%, flow_time.min >= 290ms]',
      ].join('\n'),
    );
    const run = await runCli(['run', '--config', 'c.yml'], { cwd });
    expect(run.stdout).toContain('success_rate >= 100%');
    expect(run.status).toBe(0);
  });
});

test.each([
  ['bash', '/nowhere'],
  ['fish-that-is-not-there -c', process.env.PATH ?? ''],
  ['/nowhere/bash', process.env.PATH ?? ''],
])('the shell %s, which is not there, is named with what to do, and nothing passes', async (shell, path) => {
  const cwd = emptyFolder();
  const scenario = [
    '    run: "true"',
    `    shell: ${shell}`,
    `    env: {PATH: "${path}"}`,
    '    thresholds: [success_rate >= 0%]',
  ];
  write(cwd, 'c.yml', ['version: 1', 'scenarios:', '  a:', ...scenario].join('\n'));
  const run = await runCli(['run', '--config', 'c.yml'], { cwd });
  expect(run.status).toBe(1);
  expect(run.stdout).toContain(`the shell "${shell.split(' ')[0] ?? ''}" was not found`);
  expect(run.stdout).toContain('"shell: sh"');
});

describe('what one command flow does changes no other', () => {
  test('it writes code into every file of the scratch folder', async () => {
    const attack =
      'for f in $(find "$(dirname "$FLOWGATE_WORKSPACE")/.." -type f); do echo "exit 0" >"$f"; done';
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      [
        'version: 1',
        'scenarios:',
        '  a:',
        `    run: 'if [ "$FLOWGATE_FLOW" = 1 ]; then ${attack}; else exit 1; fi'`,
        '    ladder: [1, 2, 4]',
        '    thresholds: [success_rate >= 0%]',
      ].join('\n'),
    );
    const run = await runCli(['run', '--config', 'c.yml'], { cwd });
    const flows = run.results().scenarios[0]?.flows ?? [];
    expect(flows.length).toBeGreaterThanOrEqual(7);
    for (const { slot, outcome } of flows) expect(outcome).toBe(slot === 1 ? 'ok' : 'failed');
  });

  test.each([
    ['a FIFO', 'mkfifo "$f"'],
    ['a link', 'ln -s "$PWD/precious" "$f"'],
  ])('it puts %s in place of each output: nothing hangs, nothing else is cut', async (_, act) => {
    const cwd = emptyFolder();
    write(cwd, 'precious', 'x'.repeat(3_000_000));
    const names = 'for n in 1 2 3; do for s in out err; do f=$p/slot-$FLOWGATE_FLOW/$n.$s';
    const command = `p=$(dirname "$FLOWGATE_WORKSPACE")/..; ${names}; rm -f "$f"; ${act}; done; done; sleep 0.3; echo said`;
    const gate = ['--threshold', 'success_rate >= 100%', '--threshold', 'total_time < 20s'];
    const run = await runCli(['run', '--run', command, ...LOOP, ...gate], { cwd });
    expect(run.status).toBe(0);
    expect(statSync(join(cwd, 'precious')).size).toBe(3_000_000);
  });

  const toFullDevice = existsSync('/dev/full') ? test : test.skip;
  toFullDevice('it fills the disk: flows that need none are ok, and print', async () => {
    const cwd = emptyFolder();
    // A device that is always full stands for the disk.
    const command = 'if [ "$FLOWGATE_FLOW" = 1 ]; then yes >/dev/full; else echo innocent; fi';
    const run = await runCli(['run', '--run', command, ...LOOP, '--threshold', 'success_rate >= 0%'], {
      cwd,
    });
    for (const { slot, outcome } of run.results().scenarios[0]?.flows ?? [])
      expect(outcome).toBe(slot === 1 ? 'failed' : 'ok');
  });
});

test('output without end takes no room in the folder for temporary files', async () => {
  const cwd = emptyFolder();
  const temporary = join(cwd, 'tmp');
  mkdirSync(temporary);
  const command = 'head -c 300000000 /dev/zero; du -sk "$TMPDIR" >&2; exit 1';
  const run = await runCli(['run', '--run', command, '--flows', '1', '--threshold', 'success_rate >= 0%'], {
    cwd,
    env: { TMPDIR: temporary },
  });
  const [flow] = run.results().scenarios[0]?.flows ?? [];
  expect(flow?.stdout?.bytes).toBe(300_000_000);
  expect(Number.parseInt(flow?.stderr?.head ?? '', 10)).toBeLessThan(1000);
});
