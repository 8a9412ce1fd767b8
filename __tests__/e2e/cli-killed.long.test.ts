import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../src/lib/random.js';
import { until } from '../processes.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/** Living processes whose working directory is the folder; those that have ended have none. */
function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

/** Forks twice, into a session of its own, without an environment and without descriptors. */
const DAEMON = `
use POSIX;
exit if fork; setsid; exit if fork;
POSIX::close($_) for 0 .. 9;
exec 'env', '-i', 'sleep', '777';
`;

const MODULE = `
import { spawn } from 'node:child_process';
export default () => new Promise(() => {
  spawn('setsid', ['sleep', '777'], { stdio: 'ignore' });
  spawn('perl', ['daemon.pl']);
  if (process.pid % 2 === 0) for (;;);
});`;

const KINDS: readonly [string, string][] = [
  ['commands', `{run: 'sleep 777 & sleep 777', flows: 5}`],
  [
    'children in sessions of their own',
    `{run: 'setsid sh -c "sleep 777 & sleep 777" & sleep 777', flows: 3}`,
  ],
  ['daemons that hide', `{run: 'perl daemon.pl; sleep 0.2', flows: 3, duration: 60s}`],
  ['modules with a process each', `{module: m.mjs, isolate: process, flows: 3}`],
  ['modules in threads', `{module: m.mjs, isolate: thread, flows: 2}`],
  ['a service', `{run: 'sleep 777', flows: 2, service: {run: 'setsid sleep 777 & sleep 777'}}`],
  ['a setup command', `{run: 'true', setup: 'setsid sleep 777 & sleep 777'}`],
];

const lacking = ['setsid', 'perl'].filter((program) => spawnSync(program, ['-v']).error !== undefined);
const onLinux = process.platform === 'linux' && lacking.length === 0 ? describe : describe.skip;

/** Runs c.yml, kills flowgate at some instant at which something of the run is there, and waits for its end. */
async function runAndKill(cwd: string, env: Readonly<Record<string, string>>, delay: number): Promise<void> {
  let flowgate = 0;
  const onStart = (pid: number): void => {
    flowgate = pid;
  };
  const running = runCli(['run', '--config', 'c.yml'], { cwd, env, onStart });
  await until(() => processesIn(cwd).length > 1);
  await new Promise((resolve) => setTimeout(resolve, delay));
  process.kill(flowgate, 'SIGKILL');
  await running;
}

onLinux('flowgate killed with SIGKILL', () => {
  const random = seededRandom(11);

  const cases = KINDS.flatMap(([name, scenario]) => [1, 2].map((round) => [name, round, scenario] as const));
  test.each(cases)(
    'leaves no process of %s behind (instant %i)',
    async (_, __, scenario) => {
      const cwd = emptyFolder();
      write(cwd, 'c.yml', `version: 1\nscenarios:\n  s: ${scenario}\n`);
      write(cwd, 'm.mjs', MODULE);
      write(cwd, 'daemon.pl', DAEMON);
      await runAndKill(cwd, {}, random() * 1200);
      await until(() => processesIn(cwd).length === 0);
      // Nothing comes after it either.
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(processesIn(cwd)).toEqual([]);
    },
    60_000,
  );

  test('ends its flows all the same when one of them had ended the guard', async () => {
    const cwd = emptyFolder();
    // The guard leads a session of its own below flowgate, which is the parent of the launcher.
    const attack = `for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q 'flowgate-guard .*guard.js' &&
      grep -q "^PPid:.$(cut -d' ' -f4 /proc/$PPID/stat)$" $p/status && kill -KILL $(basename $p); done
      touch attacked; sleep 777`;
    write(cwd, 'attack.sh', attack);
    write(cwd, 'c.yml', `version: 1\nscenarios:\n  s: {run: 'sh attack.sh', flows: 1}\n`);
    let flowgate = 0;
    const onStart = (pid: number): void => {
      flowgate = pid;
    };
    const running = runCli(['run', '--config', 'c.yml'], { cwd, onStart });
    await until(() => existsSync(join(cwd, 'attacked')));
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.kill(flowgate, 'SIGKILL');
    await running;
    await until(() => processesIn(cwd).length === 0);
  }, 60_000);

  test('leaves a temporary folder that the next run removes, and nothing that is not its own', async () => {
    const [cwd, temporary] = [emptyFolder(), emptyFolder()];
    const env = { TMPDIR: temporary };
    write(
      cwd,
      'c.yml',
      `version: 1\nscenarios:\n  s: {run: 'touch $FLOWGATE_WORKSPACE/x; sleep 777', flows: 2}\n`,
    );
    await runAndKill(cwd, env, 500);
    const left = readdirSync(temporary);
    expect(left).toEqual([expect.stringMatching(/^flowgate-\d+-\d+-\w{6}$/)]);
    // Of a process that lives, of another pid namespace, of somebody else, and a file that is only called so.
    const others = [
      `flowgate-${process.pid}-${String(left[0]?.split('-')[2])}-abcdef`,
      'flowgate-999999999-1-abcdef',
      'flowgate-mine',
    ];
    for (const name of others) mkdirSync(join(temporary, name));
    const file = String(left[0]).replace(/\w{6}$/, 'file12');
    writeFileSync(join(temporary, file), '');
    await runCli(['run', '--run', 'true', '--flows', '1'], { cwd: emptyFolder(), env });
    expect(readdirSync(temporary).sort()).toEqual([...others, file].sort());
  }, 60_000);
});
