import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { slowed, slowedCommand } from '../../src/compare/calibrate/slowdown.js';
import { HostSlowdown } from '../../src/flows/module/slowdown.js';
import type { FlowStart } from '../../src/flows/runner.js';
import { argvOf } from '../../src/lib/shell.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';
import { SimulatedRunner } from '../fakes/simulation.js';

const BASH = 'bash -eo pipefail';

function runIn(shell: string, run: string, share: number) {
  const slow = slowedCommand({ shell, run }, share);
  const [program, ...args] = argvOf({ shell: slow.shell, command: slow.run });
  const { status, signal, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, signal, stdout, stderr };
}

describe('a slowed command', () => {
  test.each([
    ['says what it says', 'echo "it\'s $((1 + 1))"; echo oops >&2', { stdout: "it's 2\n", stderr: 'oops\n' }],
    ['ends as it ends', 'echo a; exit 7; echo b', { status: 7, stdout: 'a\n' }],
    ['ends at the first failure, as its shell does', 'echo a; false; echo b', { status: 1, stdout: 'a\n' }],
    ['may become another program', 'exec echo a', { stdout: 'a\n' }],
    ['may have a trap and a comment', "trap 'echo bye' EXIT; echo a # no more", { stdout: 'a\nbye\n' }],
    ['may be of several lines', 'cat <<END\na\nEND\necho b', { stdout: 'a\nb\n' }],
  ])('%s', (_, run, ends) => {
    for (const share of [0, 0.05]) {
      expect(runIn(BASH, run, share)).toMatchObject({ status: 0, signal: null, stderr: '', ...ends });
    }
  });

  test('that its shell can not read fails as it does there', () => {
    const { status, stderr } = runIn(BASH, 'echo (', 0.05);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/syntax error/);
  });

  test('a strict shell finds nothing wrong with what is around the command', () => {
    expect(runIn('bash -euo pipefail', 'sleep 0.02', 0.5)).toMatchObject({ status: 0, stderr: '' });
  });

  test('may be one of another shell, or of none', () => {
    expect(runIn('sh', 'echo $0; exit 3', 0.05)).toMatchObject({ status: 3, stdout: 'sh\n' });
    expect(runIn('node -e', 'console.log(6 * 7)', 0.05)).toMatchObject({ status: 0, stdout: '42\n' });
  });

  test('sees neither pipe nor variables of ours in its environment', () => {
    expect(runIn(BASH, 'env | grep -c __fg || ls /dev/fd | wc -l', 0).stdout).toBe(
      runIn('sh', 'env | grep -c __fg || ls /dev/fd | wc -l', 0).stdout,
    );
  });

  const busy = 'for ((i = 0; i < 60000; i += 1)); do :; done; times >&2';

  test.each([
    ['as it is', busy],
    ['and becomes another program', `exec bash -c '${busy}'`],
  ])('burns the share of its CPU time that it was asked to: a command %s', (_, command) => {
    const { shell, run } = slowedCommand({ shell: BASH, run: command }, 2);
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', '"$@" | cat; times', 'sh', ...argvOf({ shell, command: run })],
      { encoding: 'utf8' },
    );
    // The first line is the shell's own; of the inner one what the loop took, of the outer one's children all of it.
    const own = cpuOf(stderr.split('\n')[0] ?? '');
    const whole = cpuOf(stdout.split('\n')[1] ?? '');
    expect(own).toBeGreaterThan(20);
    expect(whole).toBeGreaterThan(2.7 * own);
  });
});

/** ms of a line of `times`. */
function cpuOf(line: string): number {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
}

const start = (iteration: number): FlowStart => ({
  slot: 1,
  iteration,
  token: `t${iteration}`,
  traceparent: '',
  workspace: '',
});

describe('slowed flows', () => {
  const running = async (share: number, halted = false) => {
    const clock = new SimulatedClock(1000);
    const halt = new AbortController();
    if (halted) halt.abort('SIGINT');
    const runner = slowed(new SimulatedRunner(clock, () => 40), { share, clock, halt: halt.signal });
    const ends = await clock.run(Promise.all(runner.release([start(1), start(2)])));
    return ends.map(({ startedAt, endedAt }) => endedAt - startedAt);
  };

  test('take so much longer, each by its own time', async () => {
    expect(await running(0.05)).toEqual([42, 42]);
    expect(await running(1)).toEqual([80, 80]);
  });

  test('by nothing take what they take, and wait for nothing once they are halted', async () => {
    expect(await running(0)).toEqual([40, 40]);
    expect(await running(1, true)).toEqual([40, 40]);
  });
});

describe('a slowed host', () => {
  /** A host whose every look at the clock takes 1 µs, and that works all the time unless it waits. */
  function host(share: number) {
    let time = 0;
    let idle = 0;
    const waits: number[] = [];
    const slowdown = new HostSlowdown(share, {
      now: () => (time += 0.001),
      worked: () => time - idle,
      after: (ms, callback) => {
        waits.push(ms);
        time += ms;
        idle += ms;
        callback();
      },
    });
    const work = (ms: number): void => void (time += ms);
    const rest = (ms: number): void => {
      time += ms;
      idle += ms;
    };
    return { slowdown, work, rest, waits, now: () => time, worked: () => time - idle };
  }

  test('burns its share of what a flow worked, and waits for that of what it waited', async () => {
    const { slowdown, work, rest, now, worked } = host(0.1);
    const end = slowdown.begin();
    work(20);
    rest(80);
    await end();
    expect(now()).toBeCloseTo(110, 0);
    expect(worked()).toBeCloseTo(22, 0);
  });

  test('work of flows that run at once is burnt for once, and what was burnt for others is not waited for again', async () => {
    const { slowdown, work, now, worked, waits } = host(0.1);
    // Three flows behind one barrier that compute one after the other in one event loop.
    const ends = [1, 2, 3].map(() => slowdown.begin());
    for (const end of ends) {
      work(10);
      await end();
    }
    expect(worked()).toBeCloseTo(33, 0);
    expect(now()).toBeCloseTo(33, 0);
    expect(waits.every((ms) => ms < 0.1)).toBe(true);
  });

  test('with nothing to slow by does nothing', async () => {
    const { slowdown, work, now } = host(0);
    const end = slowdown.begin();
    work(10);
    await end();
    expect(now()).toBeCloseTo(10, 1);
  });
});
