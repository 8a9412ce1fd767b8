import { describe, expect, test } from '@jest/globals';
import { startServices } from '../../src/services/services.js';
import { servicePlanOf, ServiceWorld } from '../fakes/service-world.js';

const app = servicePlanOf('app', { after: ['db', 'cache'] });
const db = servicePlanOf('db');
const cache = servicePlanOf('cache');
const front = servicePlanOf('front', { after: ['app'] });

describe('the start', () => {
  test('independent services start at once, the others when those that they are after are ready', async () => {
    const world = new ServiceWorld({
      db: { readyAfter: 300 },
      cache: { readyAfter: 100 },
      app: { readyAfter: 50 },
      front: { readyAfter: 10 },
    });
    await world.clock.run(startServices([db, cache, app, front], world.options()));
    expect(world.log).toEqual([
      '0 start db',
      '0 start cache',
      '100 ready cache',
      '300 ready db',
      '300 start app',
      '350 ready app',
      '350 start front',
      '360 ready front',
    ]);
  });

  test('one that never gets ready is named with its last output; those that stand are stopped, no other is started', async () => {
    const world = new ServiceWorld({ db: { says: 'cannot bind' }, cache: { readyAfter: 100 } });
    const slow = servicePlanOf('db', { readyTimeout: 2000 });
    await expect(world.clock.run(startServices([slow, cache, app], world.options()))).rejects.toThrow(
      'the service db was not ready after 2 s (no line of its output matched /^ready$/; correct ready, or raise its timeout); its last output: cannot bind',
    );
    expect(world.log).toEqual([
      '0 start db',
      '0 start cache',
      '100 ready cache',
      '2000 SIGTERM db',
      '2000 gone db',
      '2000 SIGTERM cache',
      '2000 gone cache',
    ]);
  });

  test('one that dies while another starts is the reason, and the other is given up at once', async () => {
    const world = new ServiceWorld({
      db: { readyAfter: 50, diesAfter: 400, says: 'out of disk' },
      cache: { readyAfter: 100 },
      app: {},
    });
    await expect(world.clock.run(startServices([db, cache, app], world.options()))).rejects.toThrow(
      'the service db ended by itself (exit status 7); its last output: out of disk',
    );
    expect(world.log).toContain('400 SIGTERM app');
    expect(world.log.filter((event) => event.includes('gone'))).toHaveLength(3);
  });

  test('an interrupt ends the start, and everything that was started', async () => {
    const world = new ServiceWorld({ db: {}, cache: { readyAfter: 100 } });
    world.clock.timer(500, () => {
      world.interrupt.abort('SIGINT');
    });
    await expect(world.clock.run(startServices([db, cache, app], world.options()))).rejects.toThrow(
      'interrupted while the service db was starting',
    );
    expect(world.log).toEqual(expect.arrayContaining(['500 gone db', '500 gone cache']));
    expect(world.log.join()).not.toContain('start app');
  });

  test('one whose port is taken is not started: who answers there would be taken for it', async () => {
    const world = new ServiceWorld({});
    const answered = () => Promise.resolve(undefined);
    const options = { ...world.options(), http: { probe: answered, connect: answered } };
    const taken = servicePlanOf('db', { ready: { kind: 'tcp', host: '127.0.0.1', port: 5432 } });
    await expect(world.clock.run(startServices([taken], options))).rejects.toThrow(
      '127.0.0.1:5432 answers before the service db was started: another process has its port',
    );
    expect(world.log).toEqual([]);
  });

  test('without any service there is nothing to start, to die or to stop', async () => {
    const world = new ServiceWorld({});
    const services = await startServices([], world.options());
    await services.stop();
    expect(world.log).toEqual([]);
  });
});

describe('the stop', () => {
  test('comes in reverse: each after those that depend on it, independent ones at once', async () => {
    const world = new ServiceWorld({
      db: { readyAfter: 1, stopsIn: 30 },
      cache: { readyAfter: 1, stopsIn: 10 },
      app: { readyAfter: 1, stopsIn: 200 },
    });
    const services = await world.clock.run(startServices([db, cache, app], world.options()));
    world.log.length = 0;
    const before = world.clock.now();
    await world.clock.run(services.stop());
    expect(world.log).toEqual(
      [
        [0, 'SIGTERM app'],
        [200, 'gone app'],
        [200, 'SIGTERM cache'],
        [200, 'SIGTERM db'],
        [210, 'gone cache'],
        [230, 'gone db'],
      ].map(([at, event]) => `${before + Number(at)} ${event}`),
    );
  });

  test('one that ignores the signal is killed after its grace', async () => {
    const world = new ServiceWorld({ db: { readyAfter: 0, stopsIn: Infinity } });
    const stubborn = servicePlanOf('db', { grace: 700 });
    const services = await world.clock.run(startServices([stubborn], world.options()));
    await world.clock.run(services.stop());
    expect(world.log.slice(2)).toEqual(['0 SIGTERM db', '700 SIGKILL db', '700 gone db']);
  });
});

describe('the run', () => {
  test('a service that dies in mid-run is named with its last output, once', async () => {
    const world = new ServiceWorld({
      db: { readyAfter: 10 },
      cache: { readyAfter: 10, diesAfter: 1000, says: 'segmentation fault' },
    });
    const services = await world.clock.run(startServices([db, cache], world.options()));
    await expect(world.clock.run(services.died)).resolves.toBe(
      'the service cache ended by itself (exit status 7); its last output: segmentation fault',
    );
    await world.clock.run(services.stop());
    expect(world.log.at(-1)).toBe('1000 gone db');
  });

  test('one that we stop has not died', async () => {
    const world = new ServiceWorld({ db: { readyAfter: 10 } });
    const services = await world.clock.run(startServices([db], world.options()));
    await world.clock.run(services.stop());
    const died = await Promise.race([services.died, Promise.resolve('nobody died')]);
    expect(died).toBe('nobody died');
  });
});
