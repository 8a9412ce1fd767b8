import { expect, test } from '@jest/globals';
import { type Books, recount } from '../../src/demo/recount.js';
import { Alerts, type Entry, type Snapshot } from '../../src/demo/shared.js';
import type { FlowSummary } from '../../src/flows/module/api.js';
import { countsOf } from '../fakes/counts.js';

const entry = (iteration: number): Entry => ({
  token: `t${iteration}`,
  iteration,
  words: 100,
});

const flow = (iteration: number, outcome: FlowSummary['outcome'] = 'ok'): FlowSummary => ({
  flow: iteration,
  iteration,
  token: `t${iteration}`,
  outcome,
  time: 1,
});

/** Two flows that were ok, and one that failed. */
function books(change: Partial<Omit<Books, 'counts'>> = {}, snapshot: Partial<Snapshot> = {}): Books {
  const { flows = [flow(1), flow(2), flow(3, 'failed')] } = change;
  const alerts = new Alerts();
  alerts.raise('flow failed', 't3');
  return {
    alerts,
    reviewed: 2,
    flows,
    counts: countsOf(flows),
    warmup: 0,
    snapshot: {
      started: 3,
      failed: 1,
      finished: 2,
      words: 200,
      answers: {},
      entries: [entry(1), entry(2)],
      ...snapshot,
    },
    ...change,
  };
}

test('books that add up have nothing to say', () => {
  expect(recount(books())).toEqual([]);
});

test('an entry that is missing or double is named by its flow', () => {
  expect(recount(books({}, { entries: [entry(1)], finished: 1, words: 100 }))).toEqual([
    'flow 2 was ok and is in the metrics collector not at all',
  ]);
  expect(
    recount(books({ reviewed: 3 }, { entries: [entry(1), entry(1), entry(2)], finished: 3, words: 300 })),
  ).toEqual(['flow 1 was ok and is in the metrics collector 2 times']);
});

test('sums that differ from their entries are told with both numbers', () => {
  expect(recount(books({ reviewed: 1 }, { started: 2, finished: 1, words: 100 }))).toEqual([
    'flows started: the metrics collector has 2, the recount gives 3',
    'flows finished: the metrics collector has 1, the recount gives 2',
    'words: the metrics collector has 100, the recount gives 200',
    'reviews: the metrics collector has 1, the recount gives 2',
  ]);
});

test('a failed flow without an alert, and an ok flow with one, are told', () => {
  const alerts = new Alerts();
  alerts.raise('flow failed', 't1');
  expect(recount(books({ alerts }))).toEqual([
    'flow 1 was ok and raised an alert',
    'flow 3 failed without an alert',
  ]);
});

test('a flow that failed and is counted as finished is told', () => {
  const entries = [entry(1), entry(2), entry(3)];
  expect(recount(books({ reviewed: 3 }, { entries, finished: 3, words: 300 }))).toEqual([
    'flow 3 failed and is counted as finished',
  ]);
});

test('a flow that was ended from outside may have an alert or not, an entry or not', () => {
  const flows = [flow(1, 'timed_out'), flow(2), flow(3, 'killed')];
  expect(recount(books({ flows }))).toEqual([]);
});

test('warm-up flows are counted with the others', () => {
  const entries = [{ ...entry(0), token: 'w1' }, entry(1), entry(2)];
  const snapshot = { started: 4, finished: 3, words: 300, entries };
  expect(recount(books({ warmup: 1, reviewed: 3 }, snapshot))).toEqual([]);
});
