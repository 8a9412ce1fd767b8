import type { ComparedPair, ComparedMetric, Pair } from '../model/comparison.js';
import { plural } from '../lib/format.js';
import { evidenceOf } from '../stats/compare/evidence.js';
import type { Concern } from '../model/threshold.js';
import type { ScenarioComparison } from './judge-base.js';

type Compared = Pick<ScenarioComparison, 'results' | 'compared'>;

const RATES: readonly string[] = ['success_rate', 'error_rate'];
const FAILURES: ComparedMetric = { metric: 'error_rate', worse: 'higher', scale: 'rate', limit: 0 };
/** With which sides that fail alike are told apart, on either side. */
const MISS = 0.005;

/**
 * Times are those of ok flows: where the slow ones fail, head looks faster. So if nobody asked for the rate of success
 * against base, more failures of head are a warning.
 */
export function failureConcerns(comparison: Compared | undefined): Concern[] {
  const sentence = comparison && moreFailures(comparison);
  return sentence === undefined ? [] : [{ verdict: 'warn', reason: sentence }];
}

/** `more flows of head failed than of main: 60 of 120 flows, and 0 of 120 flows; …`; undefined if that is not known, or judged. */
export function moreFailures({ results, compared }: Compared): string | undefined {
  if (compared.invalid !== undefined || results.some(({ metric }) => RATES.includes(metric)))
    return undefined;
  const pairs = compared.pairs.filter(({ dropped }) => dropped === undefined).map(flowsOf);
  const found = evidenceOf(pairs, FAILURES, { low: MISS, high: MISS });
  if (!('evidence' in found) || !found.evidence.worse) return undefined;
  return (
    `more flows of head failed than of ${compared.base.label}: ${failedIn(pairs, 'head')}, and ` +
    `${failedIn(pairs, 'base')}; times are those of ok flows alone: ask for success_rate >= base as well`
  );
}

function flowsOf({ order, base, head }: ComparedPair): Pair {
  return { order, base: { values: {}, flows: base.flows }, head: { values: {}, flows: head.flows } };
}

/** `60 of 120 flows`. */
function failedIn(pairs: readonly Pair[], side: 'base' | 'head'): string {
  const rounds = pairs.map((pair) => pair[side].flows);
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  const started = rounds.reduce((sum, round) => sum + round.started, 0);
  return `${failed} of ${plural(started, 'flow')}`;
}
