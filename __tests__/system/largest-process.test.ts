import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FifoBarrier } from '../../src/flows/command/barrier.js';
import { Launcher } from '../../src/flows/command/launcher.js';
import { LauncherSlot } from '../../src/flows/command/slot.js';
import type { CommandSpec, LaunchedRoot } from '../../src/system/ports.js';
import { TELL_LARGEST } from '../../src/system/subreaper.js';
import { isAlive } from '../processes.js';

let scratch: string;
let slot: LauncherSlot | undefined;
let launched: LaunchedRoot | undefined;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'flowgate-largest-'));
});

afterEach(async () => {
  await slot?.close();
  slot = undefined;
  rmSync(scratch, { recursive: true });
});

function specOf(command: string): CommandSpec {
  return { command, shell: 'bash -eo pipefail', cwd: scratch, env: { PATH: process.env.PATH ?? '' } };
}

async function openSlot(command: string): Promise<LauncherSlot> {
  const barrier = await FifoBarrier.make(join(scratch, 'barrier'));
  return LauncherSlot.open(specOf(command), { scratch, barrier, onLaunch: (root) => (launched = root) });
}

async function openLauncher(): Promise<Launcher> {
  const launcher = new Launcher(specOf('true'));
  await launcher.ready;
  return launcher;
}

const whereTold = TELL_LARGEST === undefined ? test.skip : test;

(process.platform === 'win32' ? describe.skip : describe)('the launcher', () => {
  whereTold(
    'tells the largest process of its flows, also one that has ended at its peak below another',
    async () => {
      slot = await openSlot(`${process.execPath} -e "Buffer.alloc($SIZE, 1)"; true`);
      await slot.run({ env: { SIZE: '2e8' } });
      await slot.run({ env: { SIZE: '1e8' } });
      const largest = await launched?.largestProcess?.();
      expect(largest).toBeGreaterThan(2e8);
      expect(largest).toBeLessThan(3e8);
      const again = await slot.run({ env: { SIZE: '1e6' } });
      expect(again.exit.code).toBe(0);
      expect(await launched?.largestProcess?.()).toBeLessThan(1e8);
    },
  );

  whereTold('tells also of a flow whose shell had waited at the barrier', async () => {
    const barrier = await FifoBarrier.make(join(scratch, 'gate'));
    const launcher = new Launcher(specOf(`${process.execPath} -e "Buffer.alloc(2e8, 1)"; true`));
    await launcher.ready;
    await barrier.closed;
    const flow = launcher.start('', { barrier, inShell: true });
    barrier.expect(flow.passed);
    await flow.waiting;
    barrier.release();
    await flow.ended;
    expect(await launcher.largestProcess()).toBeGreaterThan(2e8);
  });

  whereTold('that no flow was given has none', async () => {
    expect(await (await openLauncher()).largestProcess()).toBeUndefined();
  });

  test('that was killed tells of no largest process, and hangs nothing', async () => {
    slot = await openSlot('sleep 60');
    const running = slot.run({ env: {} });
    expect(await launched?.largestProcess?.()).toBeUndefined();
    slot.kill();
    await running;
    expect(await launched?.largestProcess?.()).toBeUndefined();
  });

  test.each([
    ['takes too long', 'exec sleep 60'],
    ['is not there', 'exec /nowhere/perl'],
    ['fails', 'exec false'],
  ])('whose answering program %s tells nothing and is gone', async (_, question) => {
    const launcher = await openLauncher();
    expect(await launcher.largestProcess(question, 100)).toBeUndefined();
    expect(isAlive(launcher.pid ?? 0)).toBe(false);
  });

  test('is asked nothing where the kernel can not be asked, and can take a flow afterwards', async () => {
    const launcher = await openLauncher();
    expect(await launcher.largestProcess('')).toBeUndefined();
    const { exit } = await launcher.start('').ended;
    expect(exit.code).toBe(0);
    launcher.dismiss();
    await launcher.exited;
  });
});
