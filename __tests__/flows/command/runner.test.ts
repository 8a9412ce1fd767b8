import { describe, expect, test } from '@jest/globals';
import { openCommandRunner } from '../../../src/flows/command/runner.js';
import type { FlowRunner, FlowStart } from '../../../src/flows/runner.js';
import type { CommandSlot, FlowCommandEnd, LaunchedRoot, Spawner } from '../../../src/system/ports.js';
import { fakeFiles } from '../../fakes/files.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

const NOTHING = { head: '', tail: '', bytes: 0 };
const TIMEOUT = 100;

/** One slot as on Windows, where every flow is a process of its own, and a table that takes `reading` ms. */
class SpawnedFlows {
  readonly clock = new SimulatedClock();
  readonly roots = new Set<number>();
  readonly killed: number[] = [];
  #pid = 0;
  #kill: (() => void) | undefined;

  constructor(
    private readonly times: readonly number[],
    private readonly reading: number,
  ) {}

  open(): Promise<FlowRunner> {
    const spawner: Pick<Spawner, 'openBarrier' | 'openSlot' | 'killPids'> = {
      openBarrier: () => Promise.resolve({ release: () => undefined }),
      openSlot: (_, { onLaunch }) => Promise.resolve(this.#slot(onLaunch)),
      killPids: () => undefined,
    };
    return openCommandRunner({
      spawner: spawner as Spawner,
      clock: this.clock,
      watch: {
        addRoot: ({ pid }) => this.roots.add(pid),
        removeRoot: (pid) => this.roots.delete(pid),
        released: () => undefined,
        hostBelow: () => Promise.resolve(),
        pidsOfFlow: async (root) => {
          await this.clock.sleep(this.reading);
          return root === undefined ? [] : [root];
        },
      },
      spec: { shell: 'bash', command: 'work', cwd: '/', env: {} },
      slots: 1,
      timeout: TIMEOUT,
      scratch: '/scratch',
      files: fakeFiles(),
    });
  }

  #slot(onLaunch: (root: LaunchedRoot) => void): CommandSlot {
    return {
      run: () => this.#flow(onLaunch),
      prepare: () => Promise.resolve(() => this.#flow(onLaunch)),
      kill: () => this.#kill?.(),
      close: () => Promise.resolve(),
    };
  }

  async #flow(onLaunch: (root: LaunchedRoot) => void): Promise<FlowCommandEnd> {
    const pid = (this.#pid += 1);
    const startedAt = this.clock.now();
    onLaunch({ pid, launcher: false });
    const stop = new AbortController();
    this.#kill = () => {
      this.killed.push(pid);
      stop.abort();
    };
    await this.clock.sleep(this.times[pid - 1] ?? 0, stop.signal);
    const exit = stop.signal.aborted ? { code: null, signal: 'SIGKILL' } : { code: 0, signal: null };
    const endedAt = this.clock.now();
    return { exit, startedAt, runningAt: startedAt, endedAt, stdout: NOTHING, stderr: NOTHING };
  }
}

function startOf(iteration: number): FlowStart {
  return { slot: 1, iteration, token: `fg-${iteration}`, traceparent: '', workspace: '/w' };
}

async function runOneAfterAnother(flows: SpawnedFlows, count: number): Promise<string[]> {
  const runner = await flows.open();
  const outcomes: string[] = [];
  for (let iteration = 1; iteration <= count; iteration += 1) {
    const [end] = await Promise.all(runner.release([startOf(iteration)]));
    outcomes.push(end?.outcome ?? '');
  }
  return outcomes;
}

describe('command flows that are processes of their own', () => {
  test('a flow past its timeout is killed', async () => {
    const flows = new SpawnedFlows([10_000], 5);
    expect(await flows.clock.run(runOneAfterAnother(flows, 1))).toEqual(['timed_out']);
    expect(flows.killed).toEqual([1]);
  });

  test('one that ends by itself while the table is read does not take the next flow of the slot with it', async () => {
    const flows = new SpawnedFlows([TIMEOUT + 20, 90], 50);
    expect(await flows.clock.run(runOneAfterAnother(flows, 2))).toEqual(['timed_out', 'ok']);
    expect(flows.killed).toEqual([]);
  });

  test('a process that has ended is no root any more: its pid may be given to anybody', async () => {
    const flows = new SpawnedFlows([10, 10, 10], 5);
    await flows.clock.run(runOneAfterAnother(flows, 3));
    expect([...flows.roots]).toEqual([]);
  });
});
