import { describe, expect, test } from '@jest/globals';
import type { HostChannel } from '../../../src/flows/module/dialogue.js';
import type { FromHost, ToHost } from '../../../src/flows/module/protocol.js';
import { Host, type HostOptions } from '../../../src/flows/module/runner.js';
import { NOTHING_PRINTED } from '../../../src/lib/output.js';
import type { Exit } from '../../../src/system/ports.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

/**
 * A host that takes `busy` ms to load its module, in which it answers nothing or, if it awaits, everything. Its clock is
 * `ahead` ms of ours; left out, it does not say.
 */
function loading(busy: number, awaits: boolean, ahead?: number) {
  const clock = new SimulatedClock();
  const killed: string[] = [];
  let say: (message: FromHost) => void = () => undefined;
  let exit: (exit: Exit) => void = () => undefined;
  const exited = new Promise<Exit>((resolve) => {
    exit = resolve;
  });
  const channel: HostChannel = {
    exited,
    stderr: () => NOTHING_PRINTED,
    kill: (signal) => {
      killed.push(signal);
      exit({ code: null, signal: 'SIGKILL' });
    },
    send: (message) => {
      const { type } = message as ToHost;
      if (type === 'load')
        clock.timer(busy, () => {
          say({ type: 'loaded', hooks: [] });
        });
      if (type === 'ping' && awaits) say({ type: 'pong' });
    },
    onMessage: (listener) => {
      say = listener;
      clock.timer(10, () => {
        listener({ type: 'listening', ...(ahead === undefined ? {} : { now: clock.now() + ahead }) });
      });
    },
  };
  const interrupt = new AbortController().signal;
  const spec = { cwd: '/', env: {} };
  const options: Partial<HostOptions> = { clock, interrupt, spec, module: '/m.mjs' };
  return { clock, killed, host: new Host(options as HostOptions, channel) };
}

describe('loading a module', () => {
  test('one whose import blocks the event loop is killed after half a minute, and says why', async () => {
    const { clock, killed, host } = loading(3600_000, false);
    const start = clock.now();
    expect(await clock.run(host.load())).toEqual({
      reason:
        'the module blocked its event loop for more than 30 s while it was loaded; its process was killed: let it await',
    });
    expect(killed).toEqual(['SIGKILL']);
    expect(clock.now() - start).toBe(10 + 30_000 + 2000);
  });

  test('one that awaits for a minute is waited for', async () => {
    const { clock, killed, host } = loading(60_000, true);
    expect(await clock.run(host.load())).toEqual({ hooks: new Set(), runtime: undefined });
    expect(killed).toEqual([]);
  });

  test.each([3_600_000, -3_600_000])(
    'one whose clock is %i ms from ours is not run: it could measure nothing',
    async (ahead) => {
      const { clock, host } = loading(10, true, ahead);
      expect(await clock.run(host.load())).toEqual({
        reason: expect.stringContaining('its host reads another clock than flowgate') as unknown,
      });
    },
  );

  test('one whose clock is ours is run', async () => {
    const { clock, host } = loading(10, true, 0);
    expect(await clock.run(host.load())).toMatchObject({ hooks: new Set() });
  });
});
