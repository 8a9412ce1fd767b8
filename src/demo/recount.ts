import type { FlowSummary } from '../flows/module/api.js';
import type { OutcomeCounts } from '../model/flow.js';
import type { Alerts, Snapshot } from './shared.js';

/** What the desk knows after the run, beside what flowgate saw. */
export interface Books {
  readonly snapshot: Snapshot;
  readonly alerts: Alerts;
  /** Articles that the quality gate reviewed. */
  readonly reviewed: number;
  readonly flows: readonly FlowSummary[];
  readonly counts: OutcomeCounts;
  readonly warmup: number;
}

/** Counts everything again; one sentence for each thing that does not add up, none if all does. */
export function recount(books: Books): readonly string[] {
  return [...entriesOf(books), ...sumsOf(books), ...alertsOf(books)];
}

/** Each ok flow stands in the collector exactly once, and no flow that failed does. */
function entriesOf({ snapshot, flows }: Books): readonly string[] {
  const times = new Map<string, number>();
  for (const { token } of snapshot.entries) {
    times.set(token, (times.get(token) ?? 0) + 1);
  }
  return flows.flatMap(({ iteration, token, outcome }) => {
    const count = times.get(token) ?? 0;
    if (outcome === 'ok' && count !== 1) {
      return [`flow ${iteration} was ok and is in the metrics collector ${timesInWords(count)}`];
    }
    return outcome === 'failed' && count > 0 ? [`flow ${iteration} failed and is counted as finished`] : [];
  });
}

/** The collector's sums are the sums of its entries, and every flow was counted when it started. */
function sumsOf({ snapshot, reviewed, counts, warmup }: Books): readonly string[] {
  const { entries } = snapshot;
  const words = entries.reduce((sum, entry) => sum + entry.words, 0);
  // Added up here: the model's own sum would bring its schemas into the host of module flows.
  const begun = counts.ok + counts.failed + counts.timed_out + counts.killed + warmup;
  return [
    difference('flows started', snapshot.started, begun),
    difference('flows finished', snapshot.finished, entries.length),
    difference('words', snapshot.words, words),
    ...(reviewed < entries.length ? [difference('reviews', reviewed, entries.length)] : []),
  ].filter((sentence) => sentence !== undefined);
}

function difference(what: string, counted: number, expected: number): string | undefined {
  return counted === expected
    ? undefined
    : `${what}: the metrics collector has ${counted}, the recount gives ${expected}`;
}

/** Each failed flow raised an alert, and no ok flow did. A flow that was ended from outside may have or not. */
function alertsOf({ alerts, flows }: Books): readonly string[] {
  const raised = alerts.raisedBy('flow failed');
  return flows.flatMap(({ iteration, token, outcome }) => {
    if (outcome === 'failed' && !raised.has(token)) {
      return [`flow ${iteration} failed without an alert`];
    }
    return outcome === 'ok' && raised.has(token) ? [`flow ${iteration} was ok and raised an alert`] : [];
  });
}

function timesInWords(count: number): string {
  return count === 0 ? 'not at all' : `${count} times`;
}
