import { describe, expect, test } from '@jest/globals';
import { killOf } from '../../src/faults/injection.js';
import { runWaves } from '../../src/faults/injection.js';
import type { FlowEnd, FlowStart } from '../../src/flows/runner.js';
import { countOf } from '../../src/lib/statistics/distribution.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import { summarize } from '../../src/measure/summarize.js';
import type { FaultsPlan } from '../../src/model/faults.js';
import { type Load, loadOfWaves } from '../../src/model/plan.js';
import { FakeNetworkProxy } from '../fakes/network-proxy.js';
import { recordOf } from '../fakes/record.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';
import { SimulatedRunner, simulation } from '../fakes/simulation.js';

const LOAD: Load = { model: 'closed', flows: 4, iterations: 20 };
const TIME = 100;
const KILL: FaultsPlan = {
  seed: 3,
  waves: ['clean', 'clean', 'faulted', 'clean', 'faulted', 'clean'],
  kill: { share: 0.3, after: { from: 20, to: 80 }, signal: 'SIGKILL' },
};
const NETWORK: FaultsPlan = {
  seed: 3,
  waves: ['clean', 'faulted', 'clean'],
  network: [
    {
      listen: { host: '127.0.0.1', port: 1 },
      upstream: { host: '127.0.0.1', port: 2 },
      toxics: [{ kind: 'reset', after: 0, probability: 1 }],
      outages: [],
    },
  ],
};

/** Kills what the plan says, as real runners do. */
class MortalRunner extends SimulatedRunner {
  constructor(private readonly now: SimulatedClock) {
    super(now, ({ kill }) => Math.min(TIME, kill?.after ?? TIME));
  }

  override release(starts: readonly FlowStart[]): readonly Promise<FlowEnd>[] {
    return super.release(starts).map(async (end, index): Promise<FlowEnd> => {
      const kill = starts[index]?.kill;
      const ended = await end;
      if (kill === undefined || kill.after >= TIME) return ended;
      return { ...ended, outcome: 'killed', hit: { kind: 'kill', at: this.now.now() } };
    });
  }
}

function simulate(faults: FaultsPlan, { onStart }: { onStart?: (start: FlowStart) => void } = {}) {
  const clock = new SimulatedClock();
  const { options, halt, problems } = simulation(LOAD, () => TIME, clock);
  const runner = new MortalRunner(clock);
  const log = new FlowLog({ model: 'closed', seed: 1 });
  const proxy = new FakeNetworkProxy();
  const looks: number[] = [];
  const monitor = {
    sampleNow: () => {
      looks.push(clock.now() - options.origin);
      return Promise.resolve();
    },
  };
  const release = runner.release.bind(runner);
  runner.release = (starts) => {
    for (const start of starts) onStart?.(start);
    return release(starts);
  };
  const network =
    faults.network === undefined
      ? undefined
      : { proxy, slotOf: (port: number) => (port > 50_000 ? port - 50_000 : undefined) };
  const run = async () => {
    const waved = await runWaves(faults, { ...options, runner, log }, { monitor, network });
    return recordOf({ load: loadOfWaves(LOAD, faults.waves), ...waved, ...log.recorded() });
  };
  return { clock, runner, options, halt, problems, proxy, looks, run };
}

describe('waves', () => {
  test('are the whole load each, with a start barrier of its own, and iterations go on', async () => {
    const { clock, runner, run } = simulate(KILL);
    const { flows, waves = [] } = await clock.run(run());
    expect(flows.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    expect(flows.map(({ wave }) => wave)).toEqual(
      Array.from({ length: 120 }, (_, i) => 1 + Math.floor(i / 20)),
    );
    expect(runner.released.filter((starts) => starts.length > 1)).toHaveLength(6);
    expect(waves.map(({ wave, kind }) => [wave, kind])).toEqual([
      [1, 'clean'],
      [2, 'clean'],
      [3, 'faulted'],
      [4, 'clean'],
      [5, 'faulted'],
      [6, 'clean'],
    ]);
    for (const flow of flows) {
      const wave = waves[(flow.wave ?? 0) - 1];
      expect(flow.startedAt).toBeGreaterThanOrEqual(wave?.from ?? Infinity);
      expect(flow.endedAt).toBeLessThanOrEqual(wave?.to ?? -Infinity);
    }
  });

  test('kill exactly the flows that the plan draws, in faulted waves alone', async () => {
    const { clock, run } = simulate(KILL);
    const record = await clock.run(run());
    const faulted = record.flows.filter(({ wave }) => wave === 3 || wave === 5);
    const planned = faulted.filter(({ iteration }) => killOf(KILL, iteration) !== undefined);
    expect(planned.length).toBeGreaterThan(5);
    expect(record.flows.filter(({ hit }) => hit !== undefined)).toEqual(planned);
    for (const { iteration, startedAt, hit } of planned) {
      expect((hit?.at ?? 0) - startedAt).toBeCloseTo(killOf(KILL, iteration)?.after ?? 0, 6);
    }
    expect(record.injected?.counts).toEqual([{ kind: 'kill', times: planned.length, flows: planned.length }]);
    expect(record.injected?.faults.map(({ iteration }) => iteration).sort((a = 0, b = 0) => a - b)).toEqual(
      planned.map(({ iteration }) => iteration),
    );
  });

  test('bystanders are judged, and not the flows that were hit', async () => {
    const { clock, run } = simulate(KILL);
    const record = await clock.run(run());
    const killed = record.flows.filter(({ outcome }) => outcome === 'killed').length;
    const { scalars, flowTime } = summarize(record);
    expect(scalars.success_rate).toEqual({ value: 1, note: `${120 - killed} of ${120 - killed}` });
    expect(scalars.error_rate.value).toBe(0);
    expect(scalars.error_types.value).toBe(0);
    expect(flowTime && countOf(flowTime)).toBe(120 - killed);
    expect(record.tally?.hits.killed).toBe(killed);
    expect(record.waveTallies?.get(3)?.counts.ok).toBe(
      record.flows.filter(({ wave, outcome }) => wave === 3 && outcome === 'ok').length,
    );
  });

  test('one that is too quick for its kill is spared, and counted', async () => {
    const late: FaultsPlan = { ...KILL, kill: { share: 1, after: { from: 50, to: 150 }, signal: 'SIGTERM' } };
    const { clock, run } = simulate(late);
    const { injected, flows } = await clock.run(run());
    const killed = flows.filter(({ hit }) => hit !== undefined).length;
    expect(killed).toBeGreaterThan(5);
    expect(injected?.spared).toBe(40 - killed);
  });

  test('halted in one, there is none after it', async () => {
    const { clock, halt, run } = simulate(KILL);
    clock.timer(250, () => {
      halt.abort('SIGINT');
    });
    const record = await clock.run(run());
    expect(record.waves?.map(({ wave }) => wave)).toEqual([1]);
    expect(record.flows.every(({ wave }) => wave === 1)).toBe(true);
  });

  test('the monitor looks before and after each', async () => {
    const { clock, looks, run } = simulate(KILL);
    const { waves = [] } = await clock.run(run());
    expect(looks).toEqual(waves.flatMap(({ from, to }) => [from, to]));
  });
});

describe('waves with network faults', () => {
  /** A fault in the middle of every flow, which names whom `name` makes of it. */
  function withFaults(name: (start: FlowStart) => { token?: string; clientPort?: number }) {
    const simulated = simulate(NETWORK, {
      onStart: (start) => {
        const { clock, options, proxy } = simulated;
        clock.timer(TIME / 2, () => {
          if (start.iteration % 4 === 0)
            proxy.fault({ at: clock.now() - options.origin, connection: 1, ...name(start) });
        });
      },
    });
    return simulated;
  }

  test('arm the proxies in the faulted wave alone, at its start, on the clock of the record', async () => {
    const { clock, options, proxy, run } = simulate(NETWORK);
    const { waves = [] } = await clock.run(run());
    expect(proxy.armed).toEqual([{ zero: options.origin + (waves[1]?.from ?? 0), origin: options.origin }]);
    expect(proxy.isArmed).toBe(false);
  });

  test.each([
    ['the canary in its bytes', ({ token }: FlowStart) => ({ token })],
    ['the port of its slot', ({ slot }: FlowStart) => ({ clientPort: 50_000 + slot })],
  ])('find the flow that a fault hit by %s', async (_, name) => {
    const { clock, run, problems } = withFaults(name);
    const { flows, injected } = await clock.run(run());
    const hit = flows.filter((flow) => flow.hit !== undefined);
    expect(hit.map(({ iteration }) => iteration)).toEqual([24, 28, 32, 36, 40]);
    for (const flow of hit) expect(flow.hit).toEqual({ kind: 'reset', at: flow.startedAt + TIME / 2 });
    expect(injected).toMatchObject({ counts: [{ kind: 'reset', times: 5, flows: 5 }], untraced: 0 });
    expect(injected?.faults.map(({ iteration }) => iteration)).toEqual([24, 28, 32, 36, 40]);
    expect(problems).toEqual([]);
  });

  test('take all in flight for hit where nobody can tell whom', async () => {
    const { clock, run } = withFaults(() => ({ clientPort: 9 }));
    const record = await clock.run(run());
    const hit = record.flows.filter((flow) => flow.hit !== undefined);
    expect(hit.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 20 }, (_, i) => 21 + i));
    expect(hit.every((flow) => flow.hit?.untraced === true)).toBe(true);
    expect(record.injected).toMatchObject({ untraced: 5, counts: [{ kind: 'reset', times: 5, flows: 0 }] });
    expect(record.tally?.untracedHits).toBe(20);
  });

  test('an outage may have hit all that were in flight during it', async () => {
    const simulated = simulate(NETWORK, {
      onStart: ({ iteration }) => {
        const { clock, options, proxy } = simulated;
        const at = clock.now() - options.origin;
        if (iteration === 21) proxy.fault({ kind: 'down', at: at + 120, until: at + 180 });
      },
    });
    const { flows } = await simulated.clock.run(simulated.run());
    const hit = flows.filter((flow) => flow.hit !== undefined);
    expect(hit.map(({ iteration }) => iteration)).toEqual([25, 26, 27, 28]);
    expect(hit[0]?.hit).toMatchObject({ kind: 'down', untraced: true });
  });

  test('a proxy that is gone is a problem, and no flow is lost', async () => {
    const { clock, run, problems, proxy } = withFaults(({ token }) => ({ token }));
    proxy.take = () => Promise.reject(new Error('it is gone'));
    const { flows } = await clock.run(run());
    expect(flows).toHaveLength(60);
    expect(problems).toEqual(['injecting faults: it is gone']);
  });
});
