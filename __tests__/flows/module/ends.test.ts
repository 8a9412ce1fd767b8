import { expect, test } from '@jest/globals';
import type { HostChannel } from '../../../src/flows/module/dialogue.js';
import type { HostedFlow, HostedFlowEnd, ToHost } from '../../../src/flows/module/protocol.js';
import { Host, type HostOptions } from '../../../src/flows/module/runner.js';
import type { Report } from '../../../src/flows/reported.js';
import type { FlowStart } from '../../../src/flows/runner.js';
import { NOTHING_PRINTED } from '../../../src/lib/output.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

const TIMEOUT = 100;

/** A host whose flows end when the test says so, and that answers every ping. */
function hostOf() {
  const clock = new SimulatedClock();
  const started: HostedFlow[] = [];
  let say: (message: unknown) => void = () => undefined;
  const channel: HostChannel = {
    exited: new Promise(() => undefined),
    stderr: () => NOTHING_PRINTED,
    kill: () => undefined,
    send: (message) => {
      const told = message as ToHost;
      if (told.type === 'start') started.push(...told.flows);
      if (told.type === 'ping') say({ type: 'pong' });
    },
    onMessage: (listener) => (say = listener),
  };
  const options: Partial<HostOptions> = {
    clock,
    timeout: TIMEOUT,
    spec: { cwd: '/', env: {} },
    watch: { released: () => undefined } as never,
  };
  const host = new Host(options as HostOptions, channel);
  const endWith = (id: number, told: Partial<HostedFlowEnd>): void => {
    const silent = { steps: [], stdout: NOTHING_PRINTED, stderr: NOTHING_PRINTED };
    say({ type: 'ended', id, flow: { startedAt: 0, endedAt: 0, ...silent, ...told } });
  };
  const end = (id: number, startedAt: number, endedAt: number): void => {
    endWith(id, { startedAt, endedAt });
  };
  return { clock, host, started, end, endWith };
}

const start: FlowStart = {
  slot: 1,
  iteration: 1,
  token: 'fg-x-1',
  traceparent: '',
  workspace: '/w',
  data: { email: 'a@x' },
};

test('the late end of an attempt that was given up is not the end of the next one of the same flow', async () => {
  const { clock, host, started, end } = hostOf();
  const [first] = host.release([start]);
  expect(await clock.run(first as Promise<unknown>)).toMatchObject({ outcome: 'timed_out' });
  const [second] = host.release([start]);
  const [one, two] = started.map(({ id }) => id) as [number, number];
  expect(one).not.toBe(two);
  expect(started.map(({ data }) => data)).toEqual([start.data, start.data]);
  const at = clock.now();
  end(one, at, at);
  clock.timer(50, () => {
    end(two, at, at + 50);
  });
  expect(await clock.run(second as Promise<unknown>)).toMatchObject({
    outcome: 'ok',
    startedAt: at,
    endedAt: at + 50,
  });
});

test('a flow can not have started before its host was told to, nor end later than was heard', async () => {
  const { clock, host, started, end } = hostOf();
  const at = clock.now();
  const [flow] = host.release([start]);
  clock.timer(60, () => {
    end(started[0]?.id ?? 0, at + 59, at - 1000);
  });
  expect(await clock.run(flow as Promise<unknown>)).toMatchObject({ startedAt: at + 59, endedAt: at + 59 });
});

test('what a flow reported is in base units; a unit that is none fails the flow, whatever its host let pass', async () => {
  const reports = [
    { name: 'size', value: 1, unit: 'MB' },
    { name: 'size', value: 0.5, unit: 'KB' },
  ];
  const ended = async (metrics: readonly Report[]) => {
    const { clock, host, started, endWith } = hostOf();
    const [flow] = host.release([start]);
    endWith(started[0]?.id ?? 0, { metrics });
    return clock.run(flow as Promise<unknown>);
  };
  const metrics = [{ name: 'size', value: 1_000_500, unit: 'bytes' }];
  expect(await ended(reports)).toMatchObject({ outcome: 'ok', metrics });
  expect(await ended([...reports, { name: 'wait', value: 1, unit: 'parsec' }])).toMatchObject({
    outcome: 'failed',
    error: { message: expect.stringMatching(/^metric\(wait\): there is no unit parsec/) },
    metrics,
  });
  expect(await ended([])).not.toHaveProperty('metrics');
});
