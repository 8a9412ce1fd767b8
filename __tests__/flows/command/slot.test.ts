import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FifoBarrier } from '../../../src/flows/command/barrier.js';
import { LauncherSlot, SpawnedSlot } from '../../../src/flows/command/slot.js';
import type { CommandSlot, CommandSpec, LaunchedRoot } from '../../../src/system/ports.js';
import { isAlive, until } from '../../processes.js';

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

const onLaunch = ({ pid }: LaunchedRoot): void => {
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
    ['a FIFO', 'mkfifo "$f"'],
    ['a folder', 'mkdir "$f"'],
    ['a link to nowhere', 'ln -s "$f" "$f"'],
  ])('a flow that puts %s in place of its output ends like any other', async (_what, act) => {
    // A pipe without a name shows as "PATH (deleted)": both that and the path that it had are tried.
    const place = `f=$(readlink /proc/$$/fd/1 || true); case $f in /*) ;; *) exit 0 ;; esac`;
    const swap = `for f in "$f" "\${f% (deleted)}"; do rm -rf "$f"; ${act}; done; echo printed`;
    slot = await open(specOf(`${place}; ${swap}; sleep 0.25`));
    for (let flow = 1; flow <= 2; flow += 1) {
      const end = await slot.run({ env: {} });
      expect(end.exit.code).toBe(0);
      if (existsSync('/proc/self/fd')) expect(['', 'printed\n']).toContain(end.stdout.head);
    }
  });

  test('a flow that locks its output ends like any other, and so does the next', async () => {
    slot = await open(specOf('chmod 000 /proc/$$/fd/1 2>&- || true; echo printed'));
    expect((await slot.run({ env: {} })).stdout.head).toBe('printed\n');
    expect(await slot.run({ env: {} })).toMatchObject({ exit: { code: 0 }, stdout: { head: 'printed\n' } });
  });

  test('a link that a flow puts in place of its output is not followed, to read or to cut what it leads to', async () => {
    const long = join(scratch, 'long');
    writeFileSync(long, 'x'.repeat(2 * 1024 * 1024));
    slot = await open(
      specOf(
        `f=$(readlink /proc/$$/fd/1 || true); case $f in /*) ln -sfn ${long} "\${f% (deleted)}" ;; esac; sleep 0.25`,
      ),
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

  test('a kill that comes just when its flow has ended does not take the next one with it', async () => {
    slot = await open(specOf('echo "$N"'));
    for (const turn of ['1', '2', '3']) {
      const end = await slot.run({ env: { N: turn } });
      expect([end.exit, end.stdout.head]).toEqual([{ code: 0, signal: null }, `${turn}\n`]);
      slot.kill();
    }
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

  test('a flow can open its own output anew, by name and by descriptor', async () => {
    slot = await openLauncher(
      specOf('echo one; echo two >/dev/stdout; echo three | tee /dev/stderr; echo four >/dev/fd/1'),
    );
    const { exit, stdout, stderr } = await slot.run({ env: {} });
    expect({ exit, stdout: stdout.head, stderr: stderr.head }).toEqual({
      exit: { code: 0, signal: null },
      stdout: 'one\ntwo\nthree\nfour\n',
      stderr: 'three\n',
    });
  });

  test('an output that grows without end is read while the flow runs', async () => {
    slot = await openLauncher(
      specOf('for i in 1 2 3 4; do head -c 2000000 /dev/zero | tr "\\0" x; sleep 0.3; done; echo last'),
    );
    const { stdout } = await slot.run({ env: {} });
    expect(stdout.bytes).toBe(8_000_005);
    expect(stdout.tail).toMatch(/xlast\n$/);
  });
});
