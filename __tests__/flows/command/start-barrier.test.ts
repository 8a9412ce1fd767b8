import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FifoBarrier } from '../../../src/flows/command/barrier.js';
import { LauncherSlot } from '../../../src/flows/command/slot.js';
import { wallOnOurClock } from '../../../src/system/clock.js';
import type {
  CommandSlot,
  CommandSpec,
  FlowCommand,
  FlowCommandEnd,
  LaunchedRoot,
} from '../../../src/system/ports.js';

const NEEDS_POSIX = process.platform === 'win32' ? 'a POSIX shell to launch from' : undefined;
const posixOnly = NEEDS_POSIX === undefined ? describe : describe.skip;

let scratch: string;
let launched: number[];
let slot: CommandSlot | undefined;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'flowgate-barrier-'));
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

  test.each([['bash -eo pipefail'], ['bash -x'], ['bash --posix'], ['bash -l'], ['sh'], ['node -e']])(
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

  test.each([['POSIXLY_CORRECT'], ['POSIX_PEDANTIC'], ['BASH_COMPAT'], ['SHELLOPTS']])(
    'a bash that the user has given %s waits there too, with it',
    async (name) => {
      const spec = specOf(`echo $${name}; sleep 0.2`);
      const value = { BASH_COMPAT: '4.4', SHELLOPTS: 'posix' }[name] ?? '1';
      slot = await openAt({ ...spec, env: { ...spec.env, [name]: value } });
      const end = await runBehindBarrier({ env: {} });
      expect(end.stdout.head).toContain(value);
      // It sleeps after the release, not before.
      expect(end.endedAt - end.startedAt).toBeGreaterThan(150);
      expect(end.runningAt).toBeGreaterThanOrEqual(end.startedAt);
    },
  );

  test('what is called bash and reads no startup file waits there: it is tried out', async () => {
    const path = join(scratch, 'bash');
    writeFileSync(path, '#!/bin/sh\nexec sh "$@"\n', { mode: 0o755 });
    slot = await openAt({ ...specOf('sleep 0.2; echo ran'), shell: path });
    const { startedAt, endedAt, stdout } = await runBehindBarrier({ env: {} });
    expect(stdout.head).toBe('ran\n');
    expect(endedAt - startedAt).toBeGreaterThan(150);
  });

  test.each([['/nowhere/bash'], ['/nowhere/sh']])(
    '%s, which is not there, ends after it has started',
    async (shell) => {
      slot = await openAt({ ...specOf('true'), shell });
      const { exit, startedAt, endedAt } = await runBehindBarrier({ env: {} });
      expect(exit.code).toBe(127);
      expect(endedAt).toBeGreaterThanOrEqual(startedAt);
    },
  );

  test.each([['bash'], ['sh']])(
    'the time of a flow of %s that another process lets through early counts from there',
    async (shell) => {
      slot = await openAt({ ...specOf('sleep 0.2'), shell });
      const go = await slot.prepare({ env: {} });
      const intruder = openSync(barrier.path, constants.O_WRONLY | constants.O_NONBLOCK);
      await new Promise((resolve) => setTimeout(resolve, 400));
      closeSync(intruder);
      barrier.release();
      const { startedAt, endedAt } = await go();
      expect(endedAt - startedAt).toBeGreaterThan(150);
      expect(startedAt).toBeLessThan(barrier.releasedAt ?? 0);
    },
  );

  test.each([['bash -eo pipefail'], ['sh']])(
    'whatever a flow writes to our folders, a flow of %s that comes after it fails as it would',
    async (shell) => {
      const spec = specOf('if [ "$N" = 1 ]; then sh ./attack; else exit 3; fi');
      const files = 'find . -type f ! -name attack ! -name "*.txt"; find . -name "*barrier*"';
      writeFileSync(join(scratch, 'attack'), `for f in $(${files}); do echo 'exit 0' >"$f"; done`);
      slot = await openAt({ ...spec, shell });
      expect((await runBehindBarrier({ env: { N: '1' } })).exit.code).toBe(0);
      expect((await runBehindBarrier({ env: { N: '2' } })).exit.code).toBe(3);
    },
  );

  test('a flow can not say for its launcher how it ended, nor when it began', async () => {
    slot = await openAt(
      specOf(
        'for fd in /proc/$PPID/fd/4 /proc/$$/fd/4; do for w in "E 0" "W 1" "S 1 1" "E 1 0"; do echo "$w" 2>&- >$fd || true; done; done; exit 3',
      ),
    );
    const { exit, startedAt, runningAt, endedAt } = await runBehindBarrier({ env: {} });
    expect(exit.code).toBe(3);
    expect(runningAt).toBeGreaterThanOrEqual(startedAt);
    expect(endedAt).toBeGreaterThanOrEqual(runningAt ?? NaN);
  });
});
