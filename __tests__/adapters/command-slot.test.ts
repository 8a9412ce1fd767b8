import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FifoBarrier } from '../../src/adapters/fifo-barrier.js';
import { LauncherSlot } from '../../src/adapters/launcher-slot.js';
import { SpawnedSlot } from '../../src/adapters/spawned-slot.js';
import { wallOnOurClock } from '../../src/adapters/wall-time.js';
import type { CommandSlot, CommandSpec, FlowCommand, FlowCommandEnd } from '../../src/ports.js';
import { isAlive, until } from '../processes.js';

const NEEDS_POSIX = process.platform === 'win32' ? 'a POSIX shell to launch from' : undefined;
const posixOnly = NEEDS_POSIX === undefined ? describe : describe.skip;

let scratch: string;
let launched: number[];
let slot: CommandSlot | undefined;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'flowgate-slot-'));
  launched = [];
});

afterEach(async () => {
  await slot?.close();
  rmSync(scratch, { recursive: true });
});

function specOf(command: string): CommandSpec {
  const env = { PATH: process.env.PATH ?? '', GREETING: 'hello' };
  return { command, shell: 'bash -eo pipefail', cwd: scratch, env };
}

const onLaunch = (pid: number): void => {
  launched.push(pid);
};

async function openLauncher(spec: CommandSpec): Promise<CommandSlot> {
  const barrier = await FifoBarrier.make(join(scratch, 'barrier'));
  return LauncherSlot.open(spec, { scratch, barrier, onLaunch });
}

const KINDS: readonly [string, (spec: CommandSpec) => Promise<CommandSlot>][] = [
  ['a launcher forked ahead', openLauncher],
  ['a process spawned when it is due', (spec) => Promise.resolve(new SpawnedSlot(spec, onLaunch))],
];

posixOnly.each(KINDS)('%s', (_, open) => {
  test('gives exit status and both streams', async () => {
    slot = await open(specOf('echo out; echo err >&2; exit 3'));
    const end = await slot.run({ env: {} });
    expect(end.exit).toEqual({ code: 3, signal: null });
    expect(end.stdout).toEqual({ head: 'out\n', tail: '', bytes: 4 });
    expect(end.stderr).toEqual({ head: 'err\n', tail: '', bytes: 4 });
    expect(end.endedAt).toBeGreaterThan(end.startedAt);
  });

  test("adds the flow's variables to the slot's environment, whatever is in them", async () => {
    slot = await open(specOf('printf %s "$GREETING $ODD"'));
    const odd = `it's "quoted" $HOME \`id\` \\ ; & | > * é`;
    const end = await slot.run({ env: { ODD: odd } });
    expect(end.stdout.head).toBe(`hello ${odd}`);
  });

  test('flows of one slot share no stream, not even with a process that the one before has left', async () => {
    slot = await open(
      specOf('if [ "$N" = 1 ]; then (sleep 0.3; echo late) & echo one; else sleep 0.6; echo two; fi'),
    );
    const one = await slot.run({ env: { N: '1' } });
    const two = await slot.run({ env: { N: '2' } });
    expect(one.stdout.head).toMatch(/^one\n/);
    expect(two.stdout.head).toBe('two\n');
  });

  test.each([
    ['puts a folder in its place', 'rm -f "$f"; mkdir "$f"'],
    ['puts a link to nowhere in its place', 'rm -f "$f"; ln -s "$f" "$f"'],
    ['locks it', 'chmod 000 "$f"'],
  ])('a flow that %s ends like any other', async (_what, act) => {
    // Where the stream is a pipe there is no file to meddle with.
    slot = await open(
      specOf(`f=$(readlink /proc/$$/fd/1 || true); case $f in /*) ${act} ;; esac; sleep 0.25`),
    );
    const end = await slot.run({ env: {} });
    expect(end.exit.code).toBe(0);
    expect((await slot.run({ env: {} })).exit.code).toBe(0);
  });

  test('a link that a flow puts in place of its output is not followed, to read or to cut what it leads to', async () => {
    const long = join(scratch, 'long');
    writeFileSync(long, 'x'.repeat(2 * 1024 * 1024));
    slot = await open(
      specOf(`f=$(readlink /proc/$$/fd/1 || true); case $f in /*) ln -sfn ${long} "$f" ;; esac; sleep 0.25`),
    );
    expect((await slot.run({ env: {} })).stdout.bytes).toBe(0);
    expect(statSync(long).size).toBe(2 * 1024 * 1024);
  });

  test('has an empty standard input and none of our descriptors', async () => {
    // 3 and 4 are what the launcher talks to us through; where there is no /proc there is nothing to see.
    slot = await open(
      specOf('cat; for fd in 3 4; do if [ -e /proc/$$/fd/$fd ]; then echo "has $fd"; fi; done'),
    );
    const end = await slot.run({ env: {} });
    expect(end.exit.code).toBe(0);
    expect(end.stdout.head).toBe('');
  });

  test('a listener hears all that is printed, also what is not kept', async () => {
    slot = await open(
      specOf('for i in 1 2 3; do head -c 700000 /dev/zero | tr "\\0" $i; sleep 0.15; done; echo err >&2'),
    );
    const heard = { stdout: '', stderr: '' };
    const listener = (stream: 'stdout' | 'stderr') => ({
      data: (chunk: Uint8Array) => (heard[stream] += Buffer.from(chunk).toString()),
      missed: (bytes: number) => {
        expect(bytes).toBe(0);
      },
    });
    await slot.run({ env: {}, listeners: { stdout: listener('stdout'), stderr: listener('stderr') } });
    expect(heard.stderr).toBe('err\n');
    expect(heard.stdout === ['1', '2', '3'].map((digit) => digit.repeat(700_000)).join('')).toBe(true);
  });

  test('keeps head and tail of what is too long, and counts all of it', async () => {
    slot = await open(specOf('echo first; head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last'));
    const { stdout } = await slot.run({ env: {} });
    expect(stdout.bytes).toBe(3_000_000 + 'first\n\nlast\n'.length);
    expect(stdout.head).toMatch(/^first\nx/);
    expect(stdout.tail).toMatch(/x\nlast\n$/);
    expect(stdout.head.length + stdout.tail.length).toBeLessThan(20_000);
  });

  test('kill ends the flow with its process group, and the slot runs the next one', async () => {
    slot = await open(
      specOf('if [ "$N" = 1 ]; then sleep 60 & echo $! > child; sleep 60; else echo again; fi'),
    );
    const running = slot.run({ env: { N: '1' } });
    await until(() => launched.length > 0);
    const file = join(scratch, 'child');
    await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
    const child = Number(readFileSync(file, 'utf8'));
    slot.kill();
    expect((await running).exit).toEqual({ code: null, signal: 'SIGKILL' });
    await until(() => !isAlive(child));
    expect((await slot.run({ env: { N: '2' } })).stdout.head).toBe('again\n');
  });

  test('goes on after a flow that killed its own process group', async () => {
    slot = await open(specOf('if [ "$N" = 1 ]; then kill -9 0; else echo again; fi'));
    expect((await slot.run({ env: { N: '1' } })).exit.signal).toBe('SIGKILL');
    expect((await slot.run({ env: { N: '2' } })).stdout.head).toBe('again\n');
  });

  test('a shell that does not exist is an exit status 127, as a shell says it', async () => {
    slot = await open({ ...specOf('true'), shell: '/nowhere/shell' });
    expect((await slot.run({ env: {} })).exit.code).toBe(127);
  });

  test('a working directory that does not exist ends the flow and hangs nothing', async () => {
    slot = await open({ ...specOf('true'), cwd: join(scratch, 'nowhere') });
    expect((await slot.run({ env: {} })).exit.code).toBe(127);
  });
});

posixOnly('the launcher', () => {
  test('is forked ahead: it waits before the first flow and is gone after close', async () => {
    slot = await openLauncher(specOf('true'));
    const [pid = 0] = launched;
    expect(isAlive(pid)).toBe(true);
    await slot.close();
    await until(() => !isAlive(pid));
  });

  test('tells the flow apart from itself: the flow is its child', async () => {
    slot = await openLauncher(specOf('echo $PPID'));
    const end = await slot.run({ env: {} });
    expect(Number(end.stdout.head)).toBe(launched[0]);
  });

  test('an output that grows without end is cut while the flow runs', async () => {
    slot = await openLauncher(
      specOf('for i in 1 2 3 4; do head -c 2000000 /dev/zero | tr "\\0" x; sleep 0.3; done; echo last'),
    );
    const { stdout } = await slot.run({ env: {} });
    expect(stdout.bytes).toBe(8_000_005);
    expect(stdout.tail).toMatch(/xlast\n$/);
  });
});

posixOnly('the start barrier', () => {
  let barrier: FifoBarrier;

  beforeEach(async () => {
    barrier = await FifoBarrier.make(join(scratch, 'barrier'));
  });

  const openAt = (spec: CommandSpec): Promise<CommandSlot> =>
    LauncherSlot.open(spec, { scratch, barrier, onLaunch });

  async function runBehindBarrier(flow: FlowCommand): Promise<FlowCommandEnd> {
    const go = await slot?.prepare(flow);
    if (go === undefined) throw new Error('there is no slot');
    barrier.release();
    return go();
  }

  test('holds back a second wave that comes right after the first has passed', async () => {
    slot = await openAt(specOf('true'));
    await runBehindBarrier({ env: {} });
    const second = await slot.prepare({ env: {} });
    await new Promise((resolve) => setTimeout(resolve, 100));
    barrier.release();
    const { startedAt, runningAt, endedAt } = await second();
    expect(runningAt).toBeGreaterThanOrEqual(startedAt);
    expect(endedAt).toBeGreaterThan(startedAt);
  });

  test.each([['bash -eo pipefail'], ['bash -x'], ['sh'], ['node -e']])(
    'a flow of %s waits there, and runs when it is released',
    async (shell) => {
      const file = join(scratch, 'ran');
      const command = shell.startsWith('node')
        ? `fs.writeFileSync('ran', process.env.N)`
        : `printf %s "$N" > ran`;
      slot = await openAt({ ...specOf(command), shell });
      const go = await slot.prepare({ env: { N: 'once' } });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(existsSync(file)).toBe(false);
      barrier.release();
      const { exit, startedAt, runningAt, endedAt } = await go();
      expect(exit).toEqual({ code: 0, signal: null });
      expect(readFileSync(file, 'utf8')).toBe('once');
      expect(runningAt).toBeGreaterThanOrEqual(startedAt);
      expect(endedAt).toBeGreaterThanOrEqual(runningAt ?? 0);
    },
  );

  test('a command finds the shell that has waited as it finds one that has not', async () => {
    slot = await openAt(
      specOf(
        [
          'echo "$0 $# $- $LINENO $PPID ${BASH_ENV-unset} $BASH_SUBSHELL"',
          'echo "$BASH_EXECUTION_STRING"; shopt; export -p; declare -F; trap',
          'for fd in 3 4 5 10; do if [ -e /dev/fd/$fd ]; then echo "has $fd"; fi; done; exit 3',
        ].join('\n'),
      ),
    );
    const waited = await runBehindBarrier({ env: { N: '1' } });
    expect(waited.stdout.head).toContain('bash 0 ehBc');
    expect(await slot.run({ env: { N: '1' } })).toMatchObject({
      exit: waited.exit,
      stdout: waited.stdout,
      stderr: waited.stderr,
    });
  });

  test('the only command of a shell that has waited takes its place, as it does without a barrier', async () => {
    slot = await openAt(specOf("sh -c 'echo $PPID'"));
    const waited = await runBehindBarrier({ env: {} });
    expect(waited.stdout).toEqual((await slot.run({ env: {} })).stdout);
    expect(Number(waited.stdout.head)).toBe(launched[0]);
  });

  test("a user's own startup file of bash is read", async () => {
    writeFileSync(join(scratch, 'own'), 'GREETING=own\n');
    const spec = specOf('echo $GREETING $BASH_ENV');
    slot = await openAt({ ...spec, env: { ...spec.env, BASH_ENV: join(scratch, 'own') } });
    const { stdout } = await runBehindBarrier({ env: {} });
    expect(stdout.head).toBe(`own ${join(scratch, 'own')}\n`);
  });

  test('a bash says itself when it began: before its command does anything', async () => {
    slot = await openAt(specOf('sleep 0.2; echo ${EPOCHREALTIME-}'));
    const { startedAt, runningAt = NaN, endedAt, stdout } = await runBehindBarrier({ env: {} });
    const seconds = Number(stdout.head.replace(',', '.'));
    // Nothing to compare with in a bash older than 5.
    const slept = seconds > 0 ? wallOnOurClock(seconds * 1000) : endedAt;
    expect(runningAt).toBeGreaterThanOrEqual(startedAt);
    expect(slept - runningAt).toBeGreaterThan(150);
  });

  test('a flow that is killed while it waits there ends with what it would have run', async () => {
    slot = await openAt(specOf('echo ran'));
    const go = await slot.prepare({ env: {} });
    slot.kill();
    barrier.release();
    const { exit, stdout } = await go();
    expect(exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(stdout.bytes).toBe(0);
    expect((await runBehindBarrier({ env: {} })).stdout.head).toBe('ran\n');
  });
});
