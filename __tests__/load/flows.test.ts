import { describe, expect, test } from '@jest/globals';
import { warmUp } from '../../src/load/flows.js';
import type { DataRow, Load } from '../../src/model/plan.js';
import { flowsRun, type SimulatedRunner, simulation } from '../fakes/simulation.js';

describe('runFlows', () => {
  test('closed with a fixed service time: every wave follows at once on the one before', async () => {
    const { clock, runner, options } = simulation({ model: 'closed', flows: 10, iterations: 240 }, () => 200);
    const flows = await clock.run(flowsRun(options));
    // 240 flows, 10 at once, 200 ms each: 24 waves, 4800 ms in all.
    expect(flows).toHaveLength(240);
    expect(Math.max(...flows.map(({ endedAt }) => endedAt))).toBe(4800);
    expect(runner.most).toBe(10);
    expect(flows.map(({ iteration }) => iteration)).toEqual(flows.map((_, index) => index + 1));
  });

  test('keeps exactly N in flight when flows take different times', async () => {
    const load: Load = { model: 'closed', flows: 7, iterations: 500 };
    const { clock, runner, options } = simulation(load, ({ iteration }) => 10 + ((iteration * 37) % 91));
    const flows = await clock.run(flowsRun(options));
    expect(runner.most).toBe(7);
    // A slot is never in two flows at once, and never idle between two of its flows.
    for (let slot = 1; slot <= 7; slot += 1) {
      const own = flows.filter((flow) => flow.slot === slot);
      own.slice(1).forEach((flow, index) => {
        expect(flow.startedAt).toBe(own[index]?.endedAt);
      });
    }
  });

  test('by duration: starts none after it, and waits for those in flight', async () => {
    const { clock, options } = simulation({ model: 'closed', flows: 2, duration: 1000 }, () => 300);
    const flows = await clock.run(flowsRun(options));
    // Starts at 0, 300, 600 and 900; the last end at 1200.
    expect(flows).toHaveLength(8);
    expect(Math.max(...flows.map(({ startedAt }) => startedAt))).toBe(900);
    expect(Math.max(...flows.map(({ endedAt }) => endedAt))).toBe(1200);
  });

  test('only the first wave leaves the barrier, all of it in one release', async () => {
    const { clock, runner, options } = simulation({ model: 'closed', flows: 5, iterations: 12 }, () => 10);
    const flows = await clock.run(flowsRun(options));
    expect(runner.released[0]).toHaveLength(5);
    expect(flows.filter(({ barrier }) => barrier === true).map(({ iteration }) => iteration)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  test('every flow has a workspace, a token and a trace of its own', async () => {
    const { clock, runner, options } = simulation({ model: 'closed', flows: 3, iterations: 30 }, () => 10);
    await clock.run(flowsRun(options));
    const starts = runner.released.flat();
    for (const key of ['workspace', 'token', 'traceparent'] as const) {
      expect(new Set(starts.map((start) => start[key])).size).toBe(30);
    }
    expect(starts[0]?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test('halted, it starts no more and waits for those in flight', async () => {
    const { clock, runner, options, halt } = simulation(
      { model: 'closed', flows: 2, iterations: 100 },
      () => 100,
    );
    clock.timer(250, () => {
      halt.abort('SIGINT');
    });
    const flows = await clock.run(flowsRun(options));
    expect(flows).toHaveLength(6);
    expect(runner.inFlight).toBe(0);
  });

  test('halted while flows wait for their folders, it does not start them', async () => {
    const { clock, runner, options, halt } = simulation(
      { model: 'closed', flows: 2, iterations: 2 },
      () => 100,
    );
    const { workspaces } = options;
    const take = workspaces.take.bind(workspaces);
    workspaces.take = () => {
      halt.abort('SIGINT');
      return take();
    };
    expect(await clock.run(flowsRun(options))).toEqual([]);
    expect(runner.released).toEqual([]);
  });

  test('a folder that can not be made halts the run, and what the other flows did is not lost', async () => {
    const { clock, options, problems } = simulation({ model: 'closed', flows: 2, iterations: 50 }, () => 100);
    const { workspaces } = options;
    const take = workspaces.take.bind(workspaces);
    let taken = 0;
    workspaces.take = () => {
      taken += 1;
      return taken === 6 ? Promise.reject(new Error('ENOSPC')) : take();
    };
    const flows = await clock.run(flowsRun(options));
    expect(flows.map(({ outcome }) => outcome)).toEqual(Array(5).fill('ok'));
    expect(problems).toEqual(['ENOSPC']);
  });

  test('a flow that can not be followed is a problem, and no unhandled rejection', async () => {
    const { clock, runner, options, problems } = simulation(
      { model: 'closed', flows: 2, iterations: 50 },
      () => 100,
    );
    const release = runner.release.bind(runner);
    runner.release = (starts) =>
      release(starts).map((end, index) =>
        starts[index]?.iteration === 3 ? end.then(() => Promise.reject(new Error('EACCES'))) : end,
      );
    const flows = await clock.run(flowsRun(options));
    expect(flows.map(({ iteration }) => iteration)).toEqual([1, 2, 4]);
    expect(problems).toEqual(['EACCES']);
  });

  test('warm-up flows run first, are told apart, and are not counted', async () => {
    const { clock, runner, options } = simulation({ model: 'closed', flows: 3, iterations: 3 }, () => 10);
    await clock.run(warmUp(options, 5));
    const flows = await clock.run(flowsRun({ ...options, origin: clock.now() }));
    expect(runner.released.flat().map(({ iteration }) => iteration)).toEqual([0, 0, 0, 0, 0, 1, 2, 3]);
    expect(runner.released.flat()[0]?.token).toBe('fg-0123456789ab-w1');
    expect(new Set(runner.released.flat().map(({ traceparent }) => traceparent)).size).toBe(8);
    expect(flows).toHaveLength(3);
    expect(flows[0]?.startedAt).toBe(0);
  });
});

describe('rows of data', () => {
  const rowOf = (n: number): DataRow => ({ n });
  const rowsOf = (runner: SimulatedRunner): unknown[] =>
    runner.released.flat().map(({ data }) => data?.['n']);

  test('each counted flow is given the one of its iteration, and warm-up flows those before the first', async () => {
    const { clock, runner, options } = simulation({ model: 'closed', flows: 2, iterations: 5 }, () => 10);
    await clock.run(warmUp({ ...options, rowOf }, 3));
    await clock.run(flowsRun({ ...options, rowOf }));
    expect(rowsOf(runner)).toEqual([0, -1, -2, 1, 2, 3, 4, 5]);
  });

  test('those of a flow that is dropped are given to nobody else', async () => {
    const load: Load = { model: 'open', flows: 1, rate: 100, duration: 50 };
    const { clock, runner, options } = simulation(load, () => 15);
    await clock.run(flowsRun({ ...options, rowOf }));
    // Due at 0, 10, 20, 30 and 40 ms, and each takes 15: the second and the fourth find no slot.
    expect(rowsOf(runner)).toEqual([1, 3, 5]);
  });

  test('rungs and waves go on where the one before has ended', async () => {
    const { clock, runner, options } = simulation({ model: 'closed', flows: 2, iterations: 2 }, () => 10);
    await clock.run(flowsRun({ ...options, rowOf, rung: 2 }));
    await clock.run(flowsRun({ ...options, rowOf, rung: 2 }));
    expect(rowsOf(runner)).toEqual([1, 2, 3, 4]);
  });

  test('each round of a comparison begins with the first, however many flows there were before', async () => {
    const { clock, runner, options } = simulation({ model: 'closed', flows: 2, iterations: 2 }, () => 10);
    await clock.run(flowsRun({ ...options, rowOf, before: 7 }));
    expect(runner.released.flat().map(({ iteration }) => iteration)).toEqual([8, 9]);
    expect(rowsOf(runner)).toEqual([1, 2]);
  });
});
