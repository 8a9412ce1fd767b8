import { expect, test } from '@jest/globals';
import { lineProgress } from '../../src/github/runner.js';
import { renderComparing } from '../../src/report/progress.js';
import type { ComparingProgress } from '../../src/system/ports.js';
import { recordingLogger } from '../fakes/runner.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

const PROGRESS: ComparingProgress = {
  scenario: 'checkout',
  base: 'main',
  pairs: 12,
  most: 80,
  nextLook: 20,
  elapsed: 9000,
  budget: 120_000,
  plan: `comparing with main: 12 pairs at least, each a round of either side${', and so on'.repeat(9)}`,
  known: ['flow_time.p95 is 9.8% slower than main (99% interval +7.1% … +12.6%, 12 pairs)'],
};

test('the live lines of a comparison: pair, next look, what is left, what is known', () => {
  expect(renderComparing(PROGRESS, { color: false, width: 100 })).toBe(
    [
      '  checkout   against main  0:00:09',
      '  pair 12 of at most 80, next look at 20, 1:51 left at most',
      '  flow_time.p95 is 9.8% slower than main (99% interval +7.1% … +12.6%, 12 pairs)',
    ].join('\n'),
  );
  const early = { ...PROGRESS, pairs: 3, nextLook: 12, known: [] };
  const lines = renderComparing(early, { color: false, width: 100 }).split('\n');
  expect(lines.slice(2).join(' ').replace(/ +/gu, ' ').trim()).toBe(PROGRESS.plan);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
});

test('no line is longer than the terminal is wide, whatever a base is called', () => {
  const lines = renderComparing({ ...PROGRESS, base: 'x'.repeat(300) }, { color: false, width: 50 }).split(
    '\n',
  );
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50);
});

test('in the log of a job it is a line every ten seconds', async () => {
  const clock = new SimulatedClock();
  const logger = recordingLogger();
  const view = lineProgress(clock, logger);
  view.update(PROGRESS);
  await clock.run(clock.sleep(10_000));
  view.update(PROGRESS);
  expect(logger.at('info')).toEqual([
    'checkout against main: pair 12 of at most 80, 9 of at most 120 s; flow_time.p95 is 9.8% slower than main (99% interval +7.1% … +12.6%, 12 pairs)',
  ]);
});
