import { describe, expect, test } from '@jest/globals';
import { comparingOf, compareStarting } from '../../fakes/starting-sides.js';

describe('services that are started anew', () => {
  test('each round is on a start of its own, warmed up like that of the trial, one side at a time', async () => {
    const { compared, events } = await compareStarting({ starting: 100 });
    const { pairs } = comparingOf(compared);
    // Four flows at once of 25 ms: one wave, and what fills 200 ms.
    expect(events.slice(0, 4)).toEqual(['base starts', 'base runs 4', 'base runs 32', 'base stops']);
    const first = pairs[0]?.order === 'base_first' ? 'base' : 'head';
    const ofRounds = events.slice(8);
    expect(ofRounds.slice(0, 4)).toEqual(
      ['starts', 'warms up by 36', 'runs 60', 'stops'].map((what) => `${first} ${what}`),
    );
    const starts = events.filter((event) => event.endsWith('starts'));
    expect(starts).toHaveLength(2 + 2 * pairs.length);
    const upOrDown = events.filter((event) => /starts$|stops$/u.test(event));
    expect(upOrDown).toEqual(
      upOrDown.map((event, at) => (at % 2 === 0 ? event : event.replace('starts', 'stops'))),
    );
    expect(upOrDown.filter((_, at) => at % 2 === 1)).toEqual(
      starts.map((start) => start.replace('starts', 'stops')),
    );
    expect(compared?.rounds).toMatchObject({ warmup: 36, startTime: 375 });
  });

  test('a scenario that says how many flows warm it up has as many on each start', async () => {
    const { events } = await compareStarting({ starting: 100, plan: { warmup: 12 } });
    expect(events.slice(0, 2)).toEqual(['base starts', 'base warms up by 12']);
    expect(new Set(events.filter((event) => event.startsWith('head warms')))).toEqual(
      new Set(['head warms up by 12']),
    );
  });

  test('how long it takes is told before the first pair, with its arithmetic', async () => {
    const { plans, progress } = await compareStarting({ starting: 400 });
    const plan =
      'comparing with main: 10 pairs at least, each a start and a round of either side: ' +
      '2 × (825 ms to start + 825 ms of flows) = 3.3 s a pair, 33 s to the first look; up to 2 min';
    expect(plans).toEqual([plan]);
    expect(progress[0]).toMatchObject({ pairs: 0, nextLook: 10, plan });
  });

  test('what takes longer to start has a larger budget, up to six minutes, and is hopeless beyond', async () => {
    const long = await compareStarting({ starting: 3000 });
    expect(long.compared?.rounds.budget).toBeGreaterThan(200_000);
    expect(long.compared?.rounds.budget).toBeLessThan(300_000);
    expect(comparingOf(long.compared).pairs.length).toBeGreaterThanOrEqual(10);
    const longer = await compareStarting({ starting: 20_000 });
    expect(longer.compared).toMatchObject({
      rounds: { budget: 360_000 },
      hopeless: {
        headIsWhy: false,
        reason: expect.stringMatching(
          /take about 6\d\d s \(30\.\d s each .* starting takes 30\.2 s\), and the budget is 360 s; .*services: keep/u,
        ),
      },
    });
  });

  test('a budget that somebody asked for stays what it is', async () => {
    const { compared } = await compareStarting({ starting: 8000, options: { budget: 60_000 } });
    expect(compared).toMatchObject({ rounds: { budget: 60_000 }, hopeless: {} });
  });
});
