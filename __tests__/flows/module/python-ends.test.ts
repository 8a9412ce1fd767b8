import { expect, test } from '@jest/globals';
import type { HostChannel } from '../../../src/flows/module/dialogue.js';
import type { HostedFlow, ToHost } from '../../../src/flows/module/protocol.js';
import { Host, type HostOptions } from '../../../src/flows/module/runner.js';
import type { FlowStart } from '../../../src/flows/runner.js';
import { NOTHING_PRINTED } from '../../../src/lib/output.js';
import type { Exit } from '../../../src/system/ports.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

const TIMEOUT = 100;
const GRACE = 2000;

/** A host of Python, whose flows end when the test says so. */
function hostOf() {
  const clock = new SimulatedClock();
  const started: HostedFlow[] = [];
  const signals: string[] = [];
  let say: (message: unknown) => void = () => undefined;
  let exit: (exit: Exit) => void = () => undefined;
  const channel: HostChannel = {
    exited: new Promise((resolve) => (exit = resolve)),
    stderr: () => NOTHING_PRINTED,
    kill: (signal) => {
      signals.push(signal);
      exit({ code: null, signal });
    },
    send: (message) => {
      const told = message as ToHost;
      if (told.type === 'start') started.push(...told.flows);
    },
    onMessage: (listener) => (say = listener),
  };
  const options: Partial<HostOptions> = {
    clock,
    timeout: TIMEOUT,
    spec: { cwd: '/', env: {}, python: ['python3'] },
    watch: { released: () => undefined } as never,
  };
  const host = new Host(options as HostOptions, channel);
  const end = (slot: number): void => {
    const id = started.findLast((flow) => flow.slot === slot)?.id;
    const flow = {
      startedAt: clock.now(),
      endedAt: clock.now(),
      steps: [],
      stdout: NOTHING_PRINTED,
      stderr: NOTHING_PRINTED,
    };
    say({ type: 'ended', id, flow });
  };
  return { clock, host, signals, end };
}

const startOf = (slot: number, kill?: FlowStart['kill']): FlowStart => ({
  slot,
  iteration: slot,
  token: `fg-x-${slot}`,
  traceparent: '',
  workspace: '/w',
  ...(kill === undefined ? {} : { kill }),
});

const REASON = 'flow 1 did not end within 2 s after its timeout';

test('a flow that does not end within the grace after its timeout takes its process with it, and says so', async () => {
  const { clock, host, signals, end } = hostOf();
  const [stuck] = host.release([startOf(1)]);
  expect(await clock.run(stuck as Promise<unknown>)).toMatchObject({ outcome: 'timed_out' });
  // Others come and go; one starts shortly before the grace is over.
  const late = new Promise((resolve) => {
    clock.timer(GRACE - TIMEOUT / 2, () => {
      resolve(host.release([startOf(2)])[0]);
    });
  });
  expect(await clock.run(late)).toMatchObject({
    outcome: 'killed',
    error: { message: expect.stringContaining(REASON) as unknown },
  });
  expect(signals).toEqual(['SIGKILL']);
  expect(await host.broken).toContain(REASON);
  end(1);
});

test('one that ends within the grace is timed out, and nothing else happens', async () => {
  const { clock, host, signals, end } = hostOf();
  const [polite] = host.release([startOf(1)]);
  expect(await clock.run(polite as Promise<unknown>)).toMatchObject({ outcome: 'timed_out' });
  clock.timer(GRACE - 1, () => {
    end(1);
  });
  await clock.run(host.settle());
  await clock.run(new Promise<void>((resolve) => void clock.timer(2 * GRACE, resolve)));
  expect(signals).toEqual([]);
});

test('one that a fault has killed may go on until the grace after its timeout', async () => {
  const { clock, host, signals } = hostOf();
  const from = clock.now();
  const [flow] = host.release([startOf(1, { after: 10, signal: 'SIGKILL' })]);
  expect(await clock.run(flow as Promise<unknown>)).toMatchObject({ outcome: 'killed' });
  await clock.run(host.settle());
  expect(signals).toEqual([]);
  await clock.run(host.broken);
  expect([signals, clock.now() - from]).toEqual([['SIGKILL'], TIMEOUT + GRACE]);
});
