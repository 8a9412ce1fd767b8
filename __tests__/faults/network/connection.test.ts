import { describe, expect, test } from '@jest/globals';
import { NetworkConnection } from '../../../src/faults/network/connection.js';
import { NetworkLog } from '../../../src/faults/network/log.js';
import type { Toxic } from '../../../src/model/network-fault.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';
import { met } from './lane-world.js';

const PLAN = { listen: { host: '127.0.0.1', port: 15432 }, upstream: { host: '::1', port: 5432 } };
const tokenOf = (iteration: number): string => `fg-0123456789ab-${iteration}`;

function connect(...toxics: Toxic[]) {
  let armed = true;
  const clock = new SimulatedClock(5000);
  const log = new NetworkLog();
  const events: string[] = [];
  const end = (side: string) => ({
    write: (chunk: Uint8Array) => {
      events.push(`${clock.now() - 5000} ${side} gets ${Buffer.from(chunk).toString()}`);
      return true;
    },
    end: () => void events.push(`${clock.now() - 5000} ${side} end`),
    pause: () => void events.push(`${side} paused`),
    resume: () => void events.push(`${side} resumed`),
    reset: () => void events.push(`${clock.now() - 5000} ${side} reset`),
  });
  const connection = new NetworkConnection(
    {
      plan: PLAN,
      number: 3,
      clientPort: 40_001,
      met: toxics.map((toxic) => met(toxic)),
      ends: { client: end('client'), upstream: end('upstream') },
    },
    { clock, at: () => (armed ? clock.now() - 5000 : undefined), log },
  );
  const say = (side: 'client' | 'upstream', text: string): void => {
    connection.receive(side, Buffer.from(text));
  };
  const disarm = (): void => {
    armed = false;
  };
  return { clock, connection, events, say, disarm, report: () => log.report() };
}

const latency: Toxic = {
  kind: 'latency',
  mean: 100,
  jitter: 0,
  direction: 'downstream',
  probability: 1,
};

describe('every exchange that a fault hits is in the record', () => {
  test('once, with its instant, the port of the client and the canary of its flow', async () => {
    const { clock, say, report, events } = connect(latency);
    for (const iteration of [7, 8]) {
      say('client', `GET ${tokenOf(iteration)}`);
      say('upstream', 'one ');
      say('upstream', 'two');
      await clock.run(clock.sleep(1000));
    }
    const common = {
      kind: 'latency',
      listen: '127.0.0.1:15432',
      upstream: '[::1]:5432',
      connection: 3,
      clientPort: 40_001,
      amount: 100,
    };
    expect(report().faults).toEqual([
      { ...common, at: 0, token: tokenOf(7) },
      { ...common, at: 1000, token: tokenOf(8) },
    ]);
    expect(report().counts).toEqual({ latency: { times: 2, connections: 1 } });
    expect(events.filter((event) => event.includes('client gets'))).toEqual([
      '100 client gets one ',
      '100 client gets two',
      '1100 client gets one ',
      '1100 client gets two',
    ]);
  });

  test('a canary that comes after the fault is still told', () => {
    const { say, report } = connect({ ...latency, direction: 'both' });
    say('client', 'POST /orders');
    say('client', `{"customer":"${tokenOf(5)}"}`);
    expect(report().faults).toMatchObject([{ kind: 'latency', token: tokenOf(5) }]);
  });
});

describe('a reset', () => {
  test('comes with the first bytes, which are not passed on', () => {
    const { say, events, report } = connect({ kind: 'reset', after: 0, probability: 1 });
    say('client', `GET ${tokenOf(1)}`);
    say('client', 'more');
    expect(events).toEqual(['0 client reset', '0 upstream reset']);
    expect(report().faults).toMatchObject([{ kind: 'reset', token: tokenOf(1) }]);
  });

  test('ends the connection for every other fault', () => {
    const always = { probability: 1 } as const;
    const { say, report } = connect({ kind: 'blackhole', ...always }, { kind: 'reset', after: 0, ...always });
    say('client', 'GET');
    expect(report().faults.map(({ kind }) => kind)).toEqual(['reset']);
  });

  test('or later, when the exchange is under way', async () => {
    const { clock, say, events } = connect({ kind: 'reset', after: 50, probability: 1 });
    say('client', 'GET');
    say('upstream', 'half');
    await clock.run(clock.sleep(100));
    expect(events).toEqual([
      '0 upstream gets GET',
      '0 client gets half',
      '50 client reset',
      '50 upstream reset',
    ]);
  });

  test('in a window hits a connection that was open before it', async () => {
    const { clock, say, events } = connect({
      kind: 'reset',
      after: 0,
      probability: 1,
      during: [{ from: 100, to: 200 }],
    });
    say('client', 'a');
    await clock.run(clock.sleep(150));
    say('client', 'b');
    expect(events).toEqual(['0 upstream gets a', '150 client reset', '150 upstream reset']);
  });
});

test('half a close is passed on, and the other half goes on', () => {
  const { connection, say, events } = connect();
  say('client', 'question');
  connection.ended('client');
  say('upstream', 'answer');
  connection.ended('upstream');
  expect(events).toEqual([
    '0 upstream gets question',
    '0 upstream end',
    '0 client gets answer',
    '0 client end',
  ]);
});

test('a connection that is left in a blackhole is not kept for ever', async () => {
  const { clock, connection, say, events, report } = connect({ kind: 'blackhole', probability: 1 });
  say('client', 'anybody there?');
  connection.ended('client');
  await clock.run(clock.sleep(29_000));
  expect(events).toEqual([]);
  await clock.run(clock.sleep(2000));
  expect(events).toEqual(['30000 client reset', '30000 upstream reset']);
  expect(report().counts).toEqual({ blackhole: { times: 1, connections: 1 } });
});

test('after its end nothing happens on it', async () => {
  const { clock, connection, say, events } = connect(latency, { kind: 'reset', after: 500, probability: 1 });
  say('upstream', 'late');
  connection.close();
  say('client', 'later');
  connection.cut('down');
  await clock.run(clock.sleep(1000));
  expect(events).toEqual([]);
});

test('a reset that is due once faults are over is none: the next wave is a clean one', async () => {
  const late: Toxic = { kind: 'reset', after: 100, probability: 1 };
  for (const over of [true, false]) {
    const { clock, say, disarm, events, report } = connect(late);
    say('client', 'x');
    if (over) disarm();
    await clock.run(clock.sleep(1000));
    expect(events.some((event) => event.endsWith('reset'))).toBe(!over);
    expect(report().faults).toHaveLength(over ? 0 : 1);
  }
});
