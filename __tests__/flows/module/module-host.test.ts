import { describe, expect, test } from '@jest/globals';
import { ModuleHost } from '../../../src/flows/module/host.js';
import type { FromHost, HostedFlow, HostedFlowEnd } from '../../../src/flows/module/protocol.js';
import { FlowOutputs } from '../../../src/flows/output.js';
import { countsOf } from '../../fakes/counts.js';

function hostWith(module: unknown) {
  const sent: FromHost[] = [];
  const outputs = new FlowOutputs();
  let time = 0;
  const host = new ModuleHost({
    now: () => (time += 1),
    after: (_, callback) => setImmediate(callback),
    send: (message) => sent.push(message),
    forModule: (data) => structuredClone(data),
    contextFor: (context) => context,
    importModule: (name) =>
      name === '/broken.mjs' ? Promise.reject(new Error('it broke')) : Promise.resolve(module),
    outputs,
  });
  return { host, sent, outputs };
}

const flow = (iteration: number): HostedFlow => ({
  id: iteration,
  slot: iteration,
  iteration,
  token: `fg-x-${iteration}`,
  workspace: `/w/${iteration}`,
});

const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function load(host: ModuleHost): Promise<void> {
  host.handle({ type: 'load', module: '/m.mjs', options: { bug: 'none' }, seed: 7 });
  await quiet();
}

function endsOf(sent: readonly FromHost[]): Map<string, HostedFlowEnd> {
  return new Map(
    sent.flatMap((message) => (message.type === 'ended' ? [[`fg-x-${message.id}`, message.flow]] : [])),
  );
}

describe('loading', () => {
  test('says which hooks there are', async () => {
    const { host, sent } = hostWith({ default: () => undefined, verify: () => undefined });
    await load(host);
    expect(sent).toEqual([{ type: 'loaded', hooks: ['verify'] }]);
  });

  test('a CommonJS module is taken for what it exports', async () => {
    const { host, sent } = hostWith({ default: { default: () => undefined, setup: () => 1 } });
    await load(host);
    expect(sent).toEqual([{ type: 'loaded', hooks: ['setup'] }]);
  });

  test.each([
    ['the flow', { default: function* () {} }],
    ['the flow', { default: async function* () {} }],
    ['verify', { default: () => undefined, verify: function* () {} }],
    ['setup', { default: { default: () => undefined, setup: async function* () {} } }],
  ])('%s must not be a generator, whose body never runs', async (what, module) => {
    const { host, sent } = hostWith(module);
    await load(host);
    expect(sent).toMatchObject([
      { type: 'loaded', error: { message: expect.stringContaining(`${what} is a generator function`) } },
    ]);
  });

  test.each([
    [() => false, 'verify returned false'],
    [() => Promise.resolve(false), 'verify returned false'],
    [() => true, undefined],
    [() => undefined, undefined],
    [() => 0, undefined],
  ])('a verify that is %s', async (verify, message) => {
    const { host, sent } = hostWith({ default: () => undefined, verify });
    await load(host);
    host.handle({ type: 'verify', run: { flows: [], counts: countsOf([]), warmup: 0 } });
    await quiet();
    const answer = sent.find(({ type }) => type === 'done');
    expect(answer).toMatchObject({ type: 'done', hook: 'verify' });
    expect(answer?.type === 'done' ? answer.error?.message : 'none').toBe(message);
  });

  test('a module without a default export says what to write', async () => {
    const { host, sent } = hostWith({ flow: () => undefined });
    await load(host);
    expect(sent[0]).toMatchObject({
      type: 'loaded',
      error: { message: expect.stringContaining('export default') },
    });
  });

  test('a module that throws on import says what it threw', async () => {
    const { host, sent } = hostWith({});
    host.handle({ type: 'load', module: '/broken.mjs', options: {}, seed: 1 });
    await quiet();
    expect(sent[0]).toMatchObject({ error: { message: 'it broke' } });
  });
});

describe('flows', () => {
  test('all flows of a start run at once, each with what is its own', async () => {
    const seen: unknown[] = [];
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { host, sent } = hostWith({
      default: async (ctx: { flow: number; token: string; options: unknown }) => {
        seen.push([ctx.flow, ctx.token, ctx.options]);
        await gate;
      },
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1), flow(2)] });
    expect(seen).toEqual([
      [1, 'fg-x-1', { bug: 'none' }],
      [2, 'fg-x-2', { bug: 'none' }],
    ]);
    expect(endsOf(sent).size).toBe(0);
    open?.();
    await quiet();
    expect(endsOf(sent).size).toBe(2);
  });

  test('what a flow reports is added up by name and unit, also of one that fails', async () => {
    type Metric = (name: unknown, value: unknown, unit?: unknown) => void;
    const { host, sent } = hostWith({
      default: ({ flow, metric }: { flow: number; metric: Metric }) => {
        for (let call = 0; call < 3; call += 1) metric('tokens', 100 * flow);
        metric('size', 3, 'MB');
        if (flow === 2) throw new Error('out of stock');
      },
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1), flow(2)] });
    await quiet();
    const size = { name: 'size', value: 3, unit: 'MB' };
    expect(endsOf(sent).get('fg-x-1')?.metrics).toEqual([{ name: 'tokens', value: 300 }, size]);
    expect(endsOf(sent).get('fg-x-2')).toMatchObject({
      metrics: [{ name: 'tokens', value: 600 }, size],
      error: { message: 'out of stock' },
    });
  });

  test('a report that is none throws in the flow, where it was made', async () => {
    const { host, sent } = hostWith({
      default: (ctx: { metric: (name: unknown, value: unknown, unit?: unknown) => void }) => {
        ctx.metric('size', 3, 'Mb');
      },
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1)] });
    await quiet();
    const end = endsOf(sent).get('fg-x-1');
    expect(end?.error?.message).toBe(
      'metric(size): there is no unit Mb; units are none, %, ratio, ns us ms s m h, B KB MB GB KiB MiB GiB',
    );
    expect(end?.error?.stack).toContain('module-host.test');
    expect(end?.metrics).toBeUndefined();
  });

  test('each is given a copy of its row, and none where there is no data', async () => {
    const seen: unknown[] = [];
    const { host } = hostWith({ default: (ctx: { data: unknown }) => seen.push(ctx.data) });
    await load(host);
    const data = { email: 'a@x' };
    host.handle({ type: 'start', flows: [{ ...flow(1), data }, flow(2)] });
    expect(seen).toEqual([{ email: 'a@x' }, undefined]);
    expect(seen[0]).not.toBe(data);
  });

  test('a step that is a generator, whose body never runs, fails its flow', async () => {
    const { host, sent } = hostWith({
      default: (ctx: { step: (name: string, body: unknown) => unknown }) => ctx.step('pay', function* () {}),
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1)] });
    await quiet();
    expect(endsOf(sent).get('fg-x-1')?.error?.message).toContain('the step pay is a generator function');
  });

  test('flows that have an instant to start at wait for it', async () => {
    const started: number[] = [];
    const { host } = hostWith({ default: (ctx: { flow: number }) => started.push(ctx.flow) });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1), flow(2)], at: 1e6 });
    expect(started).toEqual([]);
    await quiet();
    expect(started).toEqual([1, 2]);
  });

  test('what a flow throws is its error, one line of it, with the stack beside', async () => {
    const { host, sent } = hostWith({
      default: () => {
        throw new Error('no stock\nsecond line');
      },
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1)] });
    await quiet();
    const end = endsOf(sent).get('fg-x-1');
    expect(end?.error?.message).toBe('no stock');
    expect(end?.error?.stack).toContain('second line');
  });

  test('whatever a flow throws, and however it names a step, is told in text', async () => {
    const { host, sent } = hostWith({
      default: async (ctx: {
        iteration: number;
        step: (name: unknown, body: () => void) => Promise<void>;
      }) => {
        if (ctx.iteration === 1) throw Object.create(null);
        await ctx.step(42, () => undefined);
        throw Object.assign(new Error('odd'), { stack: { no: 'text' } });
      },
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1), flow(2)] });
    await quiet();
    await quiet();
    const ends = endsOf(sent);
    expect(ends.get('fg-x-1')?.error).toMatchObject({ message: 'what was thrown has no text' });
    expect(ends.get('fg-x-2')?.error).toEqual({ message: 'odd' });
    expect(ends.get('fg-x-2')?.steps.map(({ name }) => name)).toEqual(['42']);
  });

  test('steps are timed, also one that throws', async () => {
    const { host, sent } = hostWith({
      default: async (ctx: { step: (name: string, body: () => unknown) => Promise<unknown> }) => {
        await ctx.step('order', () => 1);
        await ctx.step('pay', () => Promise.reject(new Error('declined')));
      },
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1)] });
    await quiet();
    const end = endsOf(sent).get('fg-x-1');
    expect(end?.steps.map(({ name }) => name)).toEqual(['order', 'pay']);
    expect(end?.error?.message).toBe('declined');
  });

  test('random numbers are the same for the same seed and iteration, and differ between flows', async () => {
    const drawn = async (): Promise<number[]> => {
      const numbers: number[] = [];
      const { host } = hostWith({ default: (ctx: { random: () => number }) => numbers.push(ctx.random()) });
      await load(host);
      host.handle({ type: 'start', flows: [flow(1), flow(2), flow(3)] });
      return numbers;
    };
    const first = await drawn();
    expect(await drawn()).toEqual(first);
    expect(new Set(first).size).toBe(3);
  });

  test("an abort reaches the flow's signal with its reason", async () => {
    const { host, sent } = hostWith({
      default: (ctx: { signal: AbortSignal }) =>
        new Promise((_, reject) => {
          ctx.signal.addEventListener('abort', () => {
            reject(ctx.signal.reason as Error);
          });
        }),
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1)] });
    host.handle({ type: 'abort', id: 1, reason: 'timed out after 1 s' });
    await quiet();
    expect(endsOf(sent).get('fg-x-1')?.error?.message).toBe('timed out after 1 s');
  });

  test('what each flow prints is told apart, however they interleave', async () => {
    const { host, sent, outputs } = hostWith({
      default: async (ctx: { token: string }) => {
        outputs.take('stdout', `a ${ctx.token}\n`);
        await quiet();
        outputs.take('stdout', `b ${ctx.token}\n`);
      },
    });
    await load(host);
    host.handle({ type: 'start', flows: [flow(1), flow(2)] });
    await quiet();
    await quiet();
    const ends = endsOf(sent);
    expect(ends.get('fg-x-1')?.stdout.head).toBe('a fg-x-1\nb fg-x-1\n');
    expect(ends.get('fg-x-2')?.stdout.head).toBe('a fg-x-2\nb fg-x-2\n');
    expect(outputs.take('stdout', 'of no flow')).toBe(false);
  });
});

describe('hooks', () => {
  test('what setup returns is shared with flows, verify and teardown', async () => {
    const seen: unknown[] = [];
    const note = (ctx: { shared: unknown }): void => {
      seen.push(ctx.shared);
    };
    const { host, sent } = hostWith({
      default: note,
      setup: () => Promise.resolve({ stock: 3 }),
      verify: note,
      teardown: note,
    });
    await load(host);
    host.handle({ type: 'setup' });
    await quiet();
    host.handle({ type: 'start', flows: [flow(1)] });
    host.handle({ type: 'verify', run: { flows: [], counts: countsOf([]), warmup: 0 } });
    host.handle({ type: 'teardown' });
    await quiet();
    expect(seen).toEqual([{ stock: 3 }, { stock: 3 }, { stock: 3 }]);
    expect(sent.filter(({ type }) => type === 'done')).toHaveLength(3);
  });

  test('what setup returns is sent to other hosts as data, and is there what it was here', async () => {
    const shared = { stock: new Map([['nut', 3]]), opened: new Date(0) };
    const first = hostWith({ default: () => undefined, setup: () => shared });
    await load(first.host);
    first.host.handle({ type: 'setup', share: true });
    await quiet();
    const done = first.sent.at(-1);
    const packed = done?.type === 'done' ? (done.shared ?? '') : '';

    const seen: unknown[] = [];
    const second = hostWith({ default: (ctx: { shared: unknown }) => seen.push(ctx.shared) });
    await load(second.host);
    second.host.handle({ type: 'share', shared: packed });
    second.host.handle({ type: 'start', flows: [flow(1)] });
    expect(seen).toEqual([shared]);
    expect(seen[0]).not.toBe(shared);
  });

  test('what is no data can not be sent: the error says what to do instead', async () => {
    const { host, sent } = hostWith({ default: () => undefined, setup: () => ({ connect: () => 1 }) });
    await load(host);
    host.handle({ type: 'setup', share: true });
    await quiet();
    expect(sent.at(-1)).toMatchObject({
      type: 'done',
      hook: 'setup',
      error: {
        message: expect.stringMatching(
          /can not be handed to the other threads or processes: return data .* \(\(\) ?=> ?1 could not be cloned/,
        ),
      },
    });
  });

  test('a hook that throws says so', async () => {
    const { host, sent } = hostWith({
      default: () => undefined,
      verify: () => Promise.reject(new Error('3 sold, 2 in stock')),
    });
    await load(host);
    host.handle({ type: 'verify', run: { flows: [], counts: countsOf([]), warmup: 0 } });
    await quiet();
    expect(sent.at(-1)).toMatchObject({
      type: 'done',
      hook: 'verify',
      error: { message: '3 sold, 2 in stock' },
    });
  });

  test('a ping is answered, which a blocked event loop can not do', () => {
    const { host, sent } = hostWith({});
    host.handle({ type: 'ping' });
    expect(sent).toEqual([{ type: 'pong' }]);
  });
});
