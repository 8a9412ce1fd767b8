import { expect, test } from '@jest/globals';
import { lineProgress } from '../../src/github/actions.js';
import type { Progress } from '../../src/system/ports.js';
import { recordingLogger } from '../fakes/runner.js';

const PROGRESS: Progress = {
  scenario: 'checkout',
  flows: 10,
  total: 200,
  elapsed: 12_400,
  done: 42,
  inFlight: 10,
  failed: 1,
  rate: 3.9,
  memory: 1,
  memoryHistory: [],
  cpu: 0.1,
  cpuHistory: [],
};

test('a long run says how far it is every ten seconds, a short one nothing', () => {
  const logger = recordingLogger();
  let now = 1000;
  const view = lineProgress({ now: () => now }, logger);
  for (; now < 32_000; now += 250) view.update(PROGRESS);
  expect(logger.at('info')).toEqual(
    Array(3).fill('checkout: 42 of 200 flows done, 10 in flight, 1 failed, 12 s'),
  );
});

test('a run by duration says how long it has to go', () => {
  const logger = recordingLogger();
  let now = 0;
  const view = lineProgress({ now: () => now }, logger);
  now = 10_000;
  const endless: Partial<Progress> = { ...PROGRESS };
  Reflect.deleteProperty(endless, 'total');
  view.update({ ...(endless as Progress), duration: 60_000 });
  expect(logger.at('info')).toEqual(['checkout: 42 flows done, 10 in flight, 1 failed, 12 of 60 s']);
});
