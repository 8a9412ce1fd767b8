import { describe, expect, test } from '@jest/globals';
import { retrying } from '../../src/flows/retry.js';
import { type FlowEnd, type FlowRunner, type FlowStart, NEVER_BROKEN } from '../../src/flows/runner.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

const START: FlowStart = {
  slot: 2,
  iteration: 7,
  token: 'fg-0123456789ab-7',
  traceparent: '',
  workspace: '/w',
  data: { email: 'a@x' },
};

/** Flows of 10 ms that end as the list says, one after another. */
function runnerOf(clock: SimulatedClock, outcomes: readonly FlowEnd['outcome'][]) {
  const released: { readonly at: number; readonly starts: readonly FlowStart[] }[] = [];
  const runner: FlowRunner = {
    release: (starts) => {
      const at = clock.now();
      const outcome = outcomes[released.length] ?? 'ok';
      released.push({ at, starts });
      return starts.map(async () => {
        await clock.sleep(10);
        return { outcome, startedAt: at, endedAt: clock.now(), bytesIn: 5, bytesOut: 3 };
      });
    },
    endAll: () => undefined,
    settle: () => Promise.resolve(),
    close: () => Promise.resolve(),
    broken: NEVER_BROKEN,
  };
  return { runner, released };
}

async function run(outcomes: readonly FlowEnd['outcome'][], haltAfter?: number) {
  const clock = new SimulatedClock(1000);
  const { runner, released } = runnerOf(clock, outcomes);
  const halt = new AbortController();
  if (haltAfter !== undefined)
    clock.timer(haltAfter, () => {
      halt.abort();
    });
  const [end] = retrying(runner, {
    retriesOf: () => ({ times: 2, backoff: 100 }),
    clock,
    halt: halt.signal,
  }).release([START]);
  return {
    end: await clock.run(end as Promise<FlowEnd>),
    released: released.map(({ at }) => at),
    starts: released,
  };
}

describe('flows that are tried again', () => {
  test('one that is ok at once is tried once, and says nothing of attempts', async () => {
    const { end, released } = await run(['ok']);
    expect(released).toEqual([1000]);
    expect(end).toEqual({ outcome: 'ok', startedAt: 1000, endedAt: 1010, bytesIn: 5, bytesOut: 3 });
  });

  test('one that fails is tried again after the wait, which doubles; its time is that of all attempts', async () => {
    const { end, released, starts } = await run(['failed', 'timed_out', 'ok']);
    expect(released).toEqual([1000, 1110, 1320]);
    expect(end).toEqual({
      outcome: 'ok',
      attempts: 3,
      startedAt: 1000,
      endedAt: 1330,
      bytesIn: 15,
      bytesOut: 9,
    });
    expect(starts.map((each) => each.starts)).toEqual([[START], [START], [START]]);
  });

  test('one that never comes right ends as its last attempt did', async () => {
    const { end, released } = await run(['failed', 'failed', 'timed_out', 'ok']);
    expect(released).toHaveLength(3);
    expect(end).toMatchObject({ outcome: 'timed_out', attempts: 3 });
  });

  test('one that was killed is not tried again', async () => {
    const { end, released } = await run(['killed', 'ok']);
    expect(released).toHaveLength(1);
    expect(end.outcome).toBe('killed');
  });

  test('a run that is halted does not wait for another attempt', async () => {
    const { end, released } = await run(['failed', 'ok'], 50);
    expect(released).toHaveLength(1);
    expect(end).toMatchObject({ outcome: 'failed', startedAt: 1000, endedAt: 1010 });
  });
});

test('what any attempt saw of other flows counts; of one that was given up nothing is known', async () => {
  const seen = (own: boolean, token: string) => ({
    own,
    others: [{ token, place: 'stdout', at: 0, context: '' } as const],
    count: 1,
    missed: false,
  });
  const attempts = [{ seen: seen(true, 'a') }, {}, { seen: seen(false, 'b') }];
  const clock = new SimulatedClock();
  const { runner } = runnerOf(clock, ['failed', 'timed_out', 'ok']);
  const looking: FlowRunner = {
    ...runner,
    release: (starts) => runner.release(starts).map(async (end) => ({ ...(await end), ...attempts.shift() })),
  };
  const again = retrying(looking, {
    retriesOf: () => ({ times: 2, backoff: 1 }),
    clock,
    halt: new AbortController().signal,
  });
  const [end] = await clock.run(Promise.all(again.release([START])));
  expect(end?.seen).toMatchObject({
    own: true,
    others: [{ token: 'a' }, { token: 'b' }],
    count: 2,
    missed: true,
  });
});

test('a flow that a fault has hit in one attempt stays hit, however a later one ends', async () => {
  const clock = new SimulatedClock(1000);
  const { runner } = runnerOf(clock, ['timed_out', 'ok']);
  const release = runner.release.bind(runner);
  const hit = { kind: 'kill', at: 1005 } as const;
  runner.release = (starts) =>
    release(starts).map(async (end) => {
      const { outcome, ...rest } = await end;
      return { outcome, ...rest, ...(outcome === 'timed_out' ? { hit } : {}) };
    });
  const retries = { times: 1, backoff: 100 };
  const [end] = retrying(runner, {
    retriesOf: () => retries,
    clock,
    halt: new AbortController().signal,
  }).release([START]);
  expect(await clock.run(end as Promise<FlowEnd>)).toMatchObject({ outcome: 'ok', attempts: 2, hit });
});

test('what a flow reported is the sum of what its attempts did', async () => {
  const tokens = (value: number) => ({ metrics: [{ name: 'tokens', value, unit: 'count' }] as const });
  const attempts = [
    tokens(400),
    {},
    { metrics: [...tokens(12).metrics, { name: 'size', value: 3, unit: 'bytes' }] as const },
  ];
  const clock = new SimulatedClock();
  const { runner } = runnerOf(clock, ['failed', 'timed_out', 'ok']);
  const reporting: FlowRunner = {
    ...runner,
    release: (starts) => runner.release(starts).map(async (end) => ({ ...(await end), ...attempts.shift() })),
  };
  const retries = { times: 2, backoff: 1 };
  const [end] = retrying(reporting, {
    retriesOf: () => retries,
    clock,
    halt: new AbortController().signal,
  }).release([START]);
  expect((await clock.run(end as Promise<FlowEnd>)).metrics).toEqual([
    { name: 'tokens', value: 412, unit: 'count' },
    { name: 'size', value: 3, unit: 'bytes' },
  ]);
});
