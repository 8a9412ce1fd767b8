import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
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

describe('what no shell can run is named with what to do, and nothing passes', () => {
  const SHELLS = [
    ['bash', '/nowhere'],
    ['fish-that-is-not-there -c', process.env.PATH ?? ''],
    ['/nowhere/bash', process.env.PATH ?? ''],
  ] as const;
  // In a file: as options of the command line the commands could not be given.
  const COMMANDS = [
    ['that is too long', `: ${'x'.repeat(140_000)}`, 'put it into a file'],
    ['with a NUL character', 'echo a\0b', 'NUL character'],
  ] as const;
  let scenarios: readonly ScenarioResults[];

  beforeAll(async () => {
    const cwd = emptyFolder();
    const thresholds = ['success_rate >= 0%'];
    const all = [
      ...SHELLS.map(([shell, PATH]) => ({ run: 'true', shell, env: { PATH }, thresholds })),
      ...COMMANDS.map(([, run]) => ({ run, thresholds })),
    ];
    const config = { version: 1, scenarios: Object.fromEntries(all.map((one, index) => [`s${index}`, one])) };
    write(cwd, 'c.yml', JSON.stringify(config));
    const run = await runCli(['run', '--config', 'c.yml'], { cwd });
    expect(run.status).toBe(1);
    ({ scenarios } = run.results());
  });

  test.each(SHELLS.map(([shell], index) => [shell, index] as const))('the shell %s', (shell, index) => {
    const { verdict, problems } = scenarios[index] ?? {};
    expect(verdict).toBe('fail');
    expect(problems?.join()).toContain(`the shell "${shell.split(' ')[0] ?? ''}" was not found`);
    expect(problems?.join()).toContain('"shell: sh"');
  });

  test.each(COMMANDS.map(([what, , said], index) => [what, said, index] as const))(
    'a command %s',
    (_, said, index) => {
      const { verdict, problems } = scenarios[SHELLS.length + index] ?? {};
      expect(verdict).toBe('fail');
      expect(problems?.join()).toContain(said);
    },
  );
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
});

/** A disk of 1 MB and 60 files; undefined where it takes rights that we do not have. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=60', 'tmpfs', folder]);
  if (status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

const disk = smallDisk();
const onSmallDisk = disk === undefined ? describe.skip : describe;

afterAll(() => {
  if (disk === undefined) return;
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

onSmallDisk('a full disk for temporary files (needs the right to mount one)', () => {
  const TMPDIR = disk ?? '';

  test('fails no flow that writes nothing to it, whatever it prints', async () => {
    const fill = 'head -c 3000000 /dev/zero >$TMPDIR/big || true';
    const command = `if [ "$FLOWGATE_FLOW" = 1 ]; then ${fill}; else sleep 0.1; seq 100000; fi`;
    const gate = ['--threshold', 'success_rate >= 100%'];
    const run = await runCli(['run', '--run', command, ...LOOP, ...gate], { env: { TMPDIR } });
    expect(run.status).toBe(0);
    rmSync(join(TMPDIR, 'big'));
  });

  test('is named with what to do, when flowgate itself cannot go on', async () => {
    const fill = 'for n in $(seq 100); do touch $TMPDIR/full-$n 2>&- || true; done';
    const command = `touch $FLOWGATE_WORKSPACE/x || true; ${fill}; sleep 0.1`;
    const run = await runCli(['run', '--run', command, ...LOOP], { env: { TMPDIR } });
    expect(run.status).toBe(1);
    expect(run.stdout.replace(/\s+/g, ' ')).toMatch(/the disk is full, or its quota .* free space there/);
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
