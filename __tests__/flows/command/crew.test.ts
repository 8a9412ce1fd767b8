import { expect, test } from '@jest/globals';
import { openCommandRunner } from '../../../src/flows/command/runner.js';
import type { FlowRunner, FlowStart } from '../../../src/flows/runner.js';
import type { CommandSlot, Spawner } from '../../../src/system/ports.js';
import { fakeFiles } from '../../fakes/files.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

const NOTHING = { head: '', tail: '', bytes: 0 };
const OPENING = 30;

/** Slots that take 30 ms to open, for flows of 10 ms. */
class SlowSlots {
  readonly clock = new SimulatedClock();
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  ran = 0;

  open(slots: number): Promise<FlowRunner> {
    const spawner: Pick<Spawner, 'openBarrier' | 'openSlot' | 'killPids'> = {
      openBarrier: () => Promise.resolve({ release: () => undefined }),
      openSlot: async ({ env }) => {
        await this.clock.sleep(OPENING);
        const slot = env['FLOWGATE_FLOW'] ?? '';
        this.opened.push(slot);
        return this.#slot(slot);
      },
      killPids: () => undefined,
    };
    return openCommandRunner({
      spawner: spawner as Spawner,
      clock: this.clock,
      watch: {
        addRoot: () => undefined,
        removeRoot: () => undefined,
        released: () => undefined,
        hostBelow: () => Promise.resolve(),
        pidsOfFlow: () => Promise.resolve([]),
      },
      spec: { shell: 'bash', command: 'work', cwd: '/', env: {} },
      slots,
      timeout: 1000,
      scratch: '/scratch',
      files: fakeFiles(),
    });
  }

  #slot(slot: string): CommandSlot {
    const run: CommandSlot['run'] = async () => {
      this.ran += 1;
      const startedAt = this.clock.now();
      await this.clock.sleep(10);
      const endedAt = this.clock.now();
      return {
        exit: { code: 0, signal: null },
        startedAt,
        runningAt: startedAt,
        endedAt,
        stdout: NOTHING,
        stderr: NOTHING,
      };
    };
    return {
      run,
      prepare: (flow) => Promise.resolve(() => run(flow)),
      kill: () => undefined,
      close: () => {
        this.closed.push(slot);
        return Promise.resolve();
      },
    };
  }
}

const startOf = (slot: number, iteration: number): FlowStart => ({
  slot,
  iteration,
  token: `fg-${iteration}`,
  traceparent: '',
  workspace: '/w',
});

test('a slot beyond those opened ahead is opened by its first flow, once, and closed at the end', async () => {
  const slots = new SlowSlots();
  const ends = await slots.clock.run(
    (async () => {
      const runner = await slots.open(2);
      expect(slots.opened).toEqual(['1', '2']);
      const flows = [startOf(3, 1), startOf(1, 2)].flatMap((start) => runner.release([start]));
      const first = await Promise.all(flows);
      const again = await Promise.all(runner.release([startOf(3, 3)]));
      await runner.close();
      return [...first, ...again];
    })(),
  );
  expect(ends.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  expect(slots.opened).toEqual(['1', '2', '3']);
  expect(slots.closed.sort()).toEqual(['1', '2', '3']);
});

test('a flow whose slot is still being opened when all are ended never runs', async () => {
  const slots = new SlowSlots();
  const ends = await slots.clock.run(
    (async () => {
      const runner = await slots.open(1);
      const flows = runner.release([startOf(2, 1)]);
      runner.endAll('interrupted by SIGINT');
      return Promise.all(flows);
    })(),
  );
  expect(ends).toEqual([
    expect.objectContaining({ outcome: 'killed', error: { message: 'interrupted by SIGINT' } }),
  ]);
  expect(slots.ran).toBe(0);
});
