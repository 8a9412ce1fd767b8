import { baseThenHead, Tachometer } from './alarms.mjs';
import { compareInside, isClaim, timesInOrder } from './comparison.mjs';
import { commandWork, httpWork } from './work.mjs';

/** Rounds of either tree that tachometer takes at most. */
const MOST = 200;
const ALARMS = 'alarms';
/** As by default. */
const HOW = { limit: 5 };

/** The comparison that runs in each round; all peers have its rounds. */
function table(kind, scenario) {
  const comparisons = [];
  const comparison = (round) =>
    (comparisons[round] ??= compareInside(scenario, scenario, { ...HOW, seed: round + 1 }));
  const tachometer = new Tachometer(MOST);
  const peer = (name, judge) => {
    let round = 0;
    return {
      name,
      run: async () => {
        const compared = await comparison(round++);
        return { ...judge(compared), rounds: 2 * compared.pairs.length, seconds: compared.time / 1000 };
      },
    };
  };
  const alarm = (is) => ({ [ALARMS]: [is ? 1 : 0, 1] });
  return {
    title: `The same code on both sides, ${kind}: comparisons that claim a difference`,
    unit: 'comparisons',
    target:
      'Target 1: at most 1% of comparisons, all metrics together (0 in 300). flowgate judges four metrics by its default limits of 5% and a margin of 2%; without the margin, any interval that leaves out 0 is an alarm. The others judge flow_time.med of the same rounds, tachometer those of several comparisons in a row.',
    rounds: 12,
    columns: [ALARMS, 'rounds', 'seconds'],
    peers: [
      peer('flowgate, any of four metrics', ({ results }) => alarm(results.some(isClaim))),
      peer('flowgate without its margin', ({ results }) =>
        alarm(results.some(({ low, high }) => (low ?? 0) > 0 || (high ?? 0) < 0)),
      ),
      peer('base, then head: Welch, 99%, beyond 2%', ({ pairs }) =>
        alarm(baseThenHead(timesInOrder(pairs), { miss: 0.005, margin: 0.02 })),
      ),
      peer('base, then head: Welch, 95%', ({ pairs }) =>
        alarm(baseThenHead(timesInOrder(pairs), { miss: 0.025 })),
      ),
      peer(`tachometer's rule, 50 to ${MOST} of each`, ({ pairs }) => ({
        [ALARMS]: tachometer.take(timesInOrder(pairs)),
      })),
    ],
  };
}

export default [table('commands', commandWork()), table('HTTP', httpWork())];
