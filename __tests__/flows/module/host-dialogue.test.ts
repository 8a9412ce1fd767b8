import { describe, expect, test } from '@jest/globals';
import { type HostChannel, HostDialogue, within } from '../../../src/flows/module/dialogue.js';
import {
  type FromHost,
  type HostedFlowEnd,
  lineOf,
  type ToHost,
} from '../../../src/flows/module/protocol.js';
import { NOTHING_PRINTED } from '../../../src/lib/output.js';

const END: HostedFlowEnd = {
  startedAt: 10,
  endedAt: 20,
  steps: [],
  stdout: NOTHING_PRINTED,
  stderr: NOTHING_PRINTED,
};

const ended = (id: number): FromHost => ({ type: 'ended', id, flow: END });
const flow = (id: number) => ({ id, slot: 1, iteration: id, token: `fg-x-${id}`, workspace: '' });

function dialogue() {
  let say: (message: unknown) => void = () => undefined;
  const killed: string[] = [];
  const ends: number[] = [];
  const channel: HostChannel = {
    exited: new Promise(() => undefined),
    stderr: () => NOTHING_PRINTED,
    kill: (signal) => killed.push(signal),
    send: () => undefined,
    onMessage: (listener) => (say = listener),
  };
  const opened = new HostDialogue(channel, ({ id }) => ends.push(id));
  const tell = (...messages: readonly ToHost[]): void => {
    for (const message of messages) opened.send(message);
  };
  const hear = (...messages: readonly unknown[]): void => {
    for (const message of messages) say(message);
  };
  hear({ type: 'listening' });
  return { opened, tell, hear, killed, ends };
}

describe('what a host may say', () => {
  test('each answer once: flows that were started, hooks that were asked for, as many pongs as pings', () => {
    const { opened, tell, hear, killed, ends } = dialogue();
    tell({ type: 'load', module: 'm', options: {}, seed: 1 }, { type: 'start', flows: [flow(1), flow(2)] });
    tell({ type: 'ping' }, { type: 'ping' }, { type: 'teardown' });
    hear({ type: 'loaded', hooks: [] }, ended(2), { type: 'pong' }, ended(1), { type: 'pong' });
    hear({ type: 'done', hook: 'teardown' });
    expect(ends).toEqual([2, 1]);
    expect(killed).toEqual([]);
    expect(opened.broken).toBeUndefined();
  });

  test.each([
    { name: 'a flow that ends twice', messages: [ended(1), ended(1)] },
    { name: 'a flow that was not started', messages: [ended(7)] },
    { name: 'a pong to no ping', messages: [{ type: 'pong' }] },
    { name: 'a hook that nobody asked for', messages: [{ type: 'done', hook: 'verify' }] },
    { name: 'a second beginning', messages: [{ type: 'listening' }] },
    { name: 'what has not the shape of a message', messages: [{ type: 'ended', id: 1 }] },
    { name: 'no message at all', messages: [undefined] },
  ])('$name ends the host, and nothing that it says after counts', ({ messages }) => {
    const { opened, tell, hear, killed, ends } = dialogue();
    tell({ type: 'start', flows: [flow(1), flow(2)] });
    hear(...messages, ended(2));
    expect(killed).toEqual(['SIGKILL']);
    expect(ends).not.toContain(2);
    expect(opened.broken).toMatch(/its process was ended/);
  });
});

describe('the times that a host claims', () => {
  const step = { name: 's', startedAt: 0, endedAt: 1e9 };

  test.each([
    { name: 'as they are', claimed: [10, 20], known: [9, 21], held: [10, 20] },
    { name: 'a start before it was told', claimed: [-5, 20], known: [9, 21], held: [9, 20] },
    { name: 'an end that has yet to come', claimed: [10, 1e12], known: [9, 21], held: [10, 21] },
    { name: 'an end before the start', claimed: [20, 10], known: [9, 21], held: [20, 20] },
    { name: 'both before', claimed: [-9, -8], known: [9, 21], held: [9, 9] },
    { name: 'both after', claimed: [100, 90], known: [9, 21], held: [21, 21] },
  ])('are held to what was seen: $name', ({ claimed, known, held }) => {
    const [startedAt = 0, endedAt = 0] = claimed;
    const [from = 0, to = 0] = known;
    const [start, end] = held;
    expect(within({ ...END, startedAt, endedAt, steps: [step] }, from, to)).toMatchObject({
      startedAt: start,
      endedAt: end,
      steps: [{ name: 's', startedAt: start, endedAt: end }],
    });
  });

  test('and a step lasts no less than nothing', () => {
    const backwards = { name: 's', startedAt: 18, endedAt: 12 };
    expect(within({ ...END, steps: [backwards] }, 0, 99).steps).toEqual([
      { name: 's', startedAt: 18, endedAt: 18 },
    ]);
  });
});

describe('a message that is too long', () => {
  const huge = 'x'.repeat(70 * 1024 * 1024);

  test('fails its flow with a reason', () => {
    const line = lineOf({
      type: 'ended',
      id: 1,
      flow: { ...END, steps: [{ name: huge, startedAt: 1, endedAt: 2 }] },
    });
    expect(JSON.parse(line)).toMatchObject({
      type: 'ended',
      id: 1,
      flow: { startedAt: 10, endedAt: 20, steps: [], error: { message: expect.stringContaining('64 MB') } },
    });
  });

  test('fails its hook with a reason', () => {
    expect(JSON.parse(lineOf({ type: 'done', hook: 'setup', shared: huge }))).toEqual({
      type: 'done',
      hook: 'setup',
      error: { message: expect.stringContaining('load it in the module') },
    });
  });

  test('of a thread is that of its host', () => {
    const said = lineOf({ type: 'said', thread: 3, message: { type: 'done', hook: 'setup', shared: huge } });
    expect(JSON.parse(said)).toMatchObject({ type: 'said', thread: 3, message: { type: 'done', error: {} } });
  });

  test('and what is no data is nothing', () => {
    expect(JSON.parse(lineOf({ type: 'said', thread: 3, message: 1n }))).toEqual({ type: 'said', thread: 3 });
  });
});
