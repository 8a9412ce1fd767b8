import { describe, expect, test } from '@jest/globals';
import { parseThresholds } from '../../src/config/thresholds.js';
import { type FlowEnd, type FlowRunner, type FlowStart, NEVER_BROKEN } from '../../src/flows/runner.js';
import { ladderOf } from '../../src/ladder/capacity.js';
import { climb } from '../../src/ladder/climb.js';
import type { FlowsOptions } from '../../src/load/flows.js';
import { Workspaces } from '../../src/load/workspaces.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import { uslThroughput } from '../../src/model/ladder.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import type { Record } from '../../src/model/record.js';
import type { Stage } from '../../src/run/stage.js';
import { startMonitor } from '../../src/watch/sampler.js';
import { fakeFiles } from '../fakes/files.js';
import { endingGates, flowTimeAt, ladderPlanOf, RUNGS, TRUTH } from '../fakes/ladder.js';
import { aReading, FakeProcessTable } from '../fakes/process-table.js';
import { recordOf } from '../fakes/record.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

/** Runs flows as a system does that follows the Universal Scalability Law: the more in flight, the longer each takes. */
class ScalingRunner implements FlowRunner {
  readonly broken = NEVER_BROKEN;
  readonly waves: number[] = [];
  readonly starts: FlowStart[] = [];
  inFlight = 0;

  constructor(private readonly clock: SimulatedClock) {}

  release(starts: readonly FlowStart[]): readonly Promise<FlowEnd>[] {
    this.waves.push(starts.length);
    this.starts.push(...starts);
    this.inFlight += starts.length;
    return starts.map(async (): Promise<FlowEnd> => {
      const startedAt = this.clock.now();
      await this.clock.sleep(flowTimeAt(this.inFlight));
      this.inFlight -= 1;
      return { outcome: 'ok', startedAt, endedAt: this.clock.now() };
    });
  }

  endAll(): void {
    throw new Error('nobody ends these');
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function simulation(plan: ScenarioPlan) {
  const clock = new SimulatedClock();
  const runner = new ScalingRunner(clock);
  const table = new FakeProcessTable(() => [
    aReading({ pid: 7, memory: TRUTH.memory.a + TRUTH.memory.b * runner.inFlight, threads: 7 }),
  ]);
  const halt = new AbortController();
  const origin = clock.now();
  const { environment } = recordOf();
  const stage: Pick<Stage, 'plan' | 'environment' | 'problems'> = { plan, environment, problems: [] };
  const log = new FlowLog({ model: 'closed', seed: 1 });
  const options: FlowsOptions & { log: FlowLog } = {
    load: plan.load,
    runner,
    identity: { run: '0123456789ab' },
    workspaces: new Workspaces(fakeFiles(), '/scratch/work'),
    clock,
    log,
    halt: halt.signal,
    origin,
    onProblem: (message) => stage.problems.push(message),
  };
  const run = async (): Promise<Record> => {
    const monitor = startMonitor({ clock, table, origin });
    const climbed = await climb(stage as Stage, options, monitor);
    return recordOf({ load: plan.load, ...climbed, ...log.recorded(), monitor: await monitor.stop() });
  };
  return { clock, runner, halt, run };
}

describe('a climb', () => {
  test('runs each rung with as many in flight, three flows in every slot, and finds the law', async () => {
    const { clock, runner, run } = simulation(ladderPlanOf());
    const record = await clock.run(run());
    const ladder = ladderOf(record);
    expect(ladder?.rungs.map(({ flows, started }) => [flows, started])).toEqual(
      RUNGS.map((flows) => [flows, 3 * flows]),
    );
    for (const { flows, throughput } of ladder?.rungs ?? []) {
      expect((throughput ?? 0) / uslThroughput(TRUTH.law, flows)).toBeCloseTo(1, 6);
    }
    expect(ladder?.usl?.sigma).toBeCloseTo(TRUTH.law.sigma, 6);
    expect(ladder?.usl?.kappa).toBeCloseTo(TRUTH.law.kappa, 8);
    expect((ladder?.model.memory?.b ?? 0) / TRUTH.memory.b).toBeCloseTo(1, 6);
    expect(runner.inFlight).toBe(0);
  });

  test('has one start barrier a rung, and goes on counting iterations over all of them', async () => {
    const { clock, runner, run } = simulation(ladderPlanOf([2, 3, 5]));
    const { flows } = await clock.run(run());
    expect(runner.waves.filter((count) => count > 1)).toEqual([2, 3, 5]);
    expect(flows.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    expect(new Set(flows.map(({ token }) => token)).size).toBe(30);
    for (const rung of [2, 3, 5]) {
      const own = flows.filter((flow) => flow.rung === rung);
      expect(own.filter(({ barrier }) => barrier === true)).toHaveLength(rung);
      expect(Math.max(...own.map(({ slot }) => slot))).toBe(rung);
    }
  });

  test('with abort-on-fail ends at the first rung that breaks a gate by its own figures', async () => {
    // One of 20 at once takes 459 ms; over all rungs the median would hold.
    const { clock, run } = simulation(
      ladderPlanOf(RUNGS, { thresholds: endingGates('flow_time.min < 400ms') }),
    );
    const record = await clock.run(run());
    expect(record.rungs?.map(({ flows }) => flows)).toEqual([1, 2, 5, 10, 20]);
    expect(record.load).toEqual({ model: 'closed', flows: 20, iterations: 3 * (1 + 2 + 5 + 10 + 20) });
  });

  test('without it goes to the top, and an alert never ends it', async () => {
    const gates = parseThresholds(['flow_time.min < 400ms'], 'fail').thresholds;
    const alerts = parseThresholds(['flow_time.min < 400ms'], 'warn').thresholds;
    for (const thresholds of [gates, alerts]) {
      const { clock, run } = simulation(ladderPlanOf(RUNGS, { thresholds }));
      const record = await clock.run(run());
      expect(record.rungs?.map(({ flows }) => flows)).toEqual(RUNGS);
    }
  });

  test('halted on a rung, it goes to none after it and keeps what ran', async () => {
    const plan = ladderPlanOf(RUNGS, {
      thresholds: endingGates('throughput > 0/s'),
    });
    const { clock, halt, run } = simulation(plan);
    clock.timer(3 * flowTimeAt(1) + 1, () => {
      halt.abort('SIGINT');
    });
    const record = await clock.run(run());
    expect(record.rungs?.map(({ flows }) => flows)).toEqual([1, 2]);
    expect(record.flows.map(({ rung }) => rung)).toEqual([1, 1, 1, 2, 2]);
    expect(record.load).toEqual(plan.load);
  });
});
