import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeClock } from '../../../src/system/clock.js';
import { fate, Opened, tryToConnect } from './tcp-parties.js';

let opened: Opened;

beforeEach(() => {
  opened = new Opened();
});

afterEach(() => opened.close());

describe('faults of a run that has begun before', () => {
  test('have the times of the record, and are taken once', async () => {
    const { port, proxy } = await opened.proxy(await opened.echo(), {
      toxics: [{ kind: 'reset', after: 0, probability: 1 }],
    });
    const origin = nodeClock.now() - 60_000;
    const zero = nodeClock.now();
    await proxy.arm(zero, origin);
    const client = await opened.connect(port);
    const { localPort } = client;
    client.write('x');
    await fate(client);
    const [fault] = await proxy.take();
    expect(fault).toMatchObject({ kind: 'reset', connection: 1, clientPort: localPort });
    expect(fault?.at).toBeGreaterThanOrEqual(zero - origin);
    expect(fault?.at).toBeLessThanOrEqual(nodeClock.now() - origin);
    expect(await proxy.take()).toEqual([]);
    expect((await proxy.report()).faults).toEqual([fault]);
  });

  test('an outage that is over says until when it was', async () => {
    const outages = [{ kind: 'down' as const, during: [{ from: 0 }] }];
    const { port, proxy } = await opened.proxy(await opened.echo(), { outages });
    const origin = nodeClock.now() - 60_000;
    await proxy.arm(nodeClock.now(), origin);
    expect(await tryToConnect(port)).toBe('ECONNREFUSED');
    const refusedAt = nodeClock.now() - origin;
    await proxy.disarm();
    const [outage] = await proxy.take();
    expect(outage?.at).toBeGreaterThanOrEqual(60_000);
    expect(outage?.until).toBeGreaterThanOrEqual(refusedAt);
    expect(await tryToConnect(port)).toBe('connected');
  });
});
