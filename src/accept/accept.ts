import { didYouMean } from '../lib/nearest.js';
import type { Acceptance, AcceptanceResult } from '../model/accept.js';
import { metricName } from '../model/metrics.js';
import type { Plan, ScenarioPlan } from '../model/plan.js';
import type { ThresholdResult } from '../model/results.js';
import { isAgainstBase } from '../model/threshold.js';

/** What is known of base's config before any code of the change under test runs. */
export type KnownBase =
  | { readonly label: string; readonly scenarios: readonly ScenarioPlan[] }
  /** Why nothing is; undefined where nobody has asked. */
  | { readonly unknown: string | undefined };

/** The plan with the standing of each acceptance: new if base's config was read and does not have the same entry. */
export function settleAccepts(plan: Plan, base: KnownBase): Plan {
  const scenarios = plan.scenarios.map((scenario) =>
    scenario.accept === undefined
      ? scenario
      : { ...scenario, accept: scenario.accept.map((entry) => settled(entry, scenario.name, base)) },
  );
  return { ...plan, scenarios };
}

function settled(entry: Acceptance, scenario: string, base: KnownBase): Acceptance {
  const { metric, reason } = entry;
  if ('unknown' in base) {
    const { unknown } = base;
    return unknown === undefined
      ? entry
      : { metric, reason, standing: 'unknown', note: `whether base has it already is not known: ${unknown}` };
  }
  const before = base.scenarios.find(({ name }) => name === scenario)?.accept ?? [];
  if (before.every((one) => !isSame(one, entry))) return { metric, reason, standing: 'new' };
  return {
    metric,
    reason,
    standing: 'stale',
    note: `${base.label} has it already; remove it from the config`,
  };
}

/** A new reason makes a new entry, which reviewers see in the diff. */
export function isSame(one: Acceptance, other: Acceptance): boolean {
  return one.metric === other.metric && one.reason === other.reason;
}

/**
 * Failed limits on base or history that the change accepts are `accepted`. Nothing else is ever changed: what was not
 * judged, absolute limits and checks are as they were.
 */
export function applyAccepts(
  judged: readonly ThresholdResult[],
  entries: readonly Acceptance[] = [],
): { readonly thresholds: ThresholdResult[]; readonly acceptances?: readonly AcceptanceResult[] } {
  const counting = entries.filter(({ standing }) => standing === 'new');
  const thresholds = judged.map((threshold): ThresholdResult => {
    if (threshold.outcome !== 'fail' || !isAcceptable(threshold)) return threshold;
    const entry = counting.find(({ metric }) => metric === metricName(threshold));
    return entry === undefined ? threshold : { ...threshold, outcome: 'accepted', accepted: entry.reason };
  });
  if (entries.length === 0) return { thresholds };
  return { thresholds, acceptances: entries.map((entry) => resultOf(entry, thresholds)) };
}

function isAcceptable(threshold: ThresholdResult): boolean {
  return isAgainstBase(threshold) || threshold.origin === 'history';
}

function resultOf(entry: Acceptance, thresholds: readonly ThresholdResult[]): AcceptanceResult {
  const { metric, reason, standing, note } = entry;
  if (standing !== 'new') return { metric, reason, outcome: standing, note };
  const acceptable = thresholds.filter(isAcceptable);
  const own = acceptable.filter((threshold) => metricName(threshold) === metric);
  if (own.some(({ outcome }) => outcome === 'accepted')) return { metric, reason, outcome: 'accepted' };
  return { metric, reason, outcome: 'unused', note: whyUnused(metric, own, acceptable) };
}

function whyUnused(
  metric: string,
  own: readonly ThresholdResult[],
  acceptable: readonly ThresholdResult[],
): string {
  if (own.length === 0) {
    const names = [...new Set(acceptable.map(metricName))];
    const known = names.length === 0 ? '' : `; those judged are ${names.join(', ')}`;
    return `no limit on base or history is of this metric${didYouMean(metric, names, known)}`;
  }
  return own.every(({ outcome }) => outcome === 'pass')
    ? 'its limits hold without it'
    : 'it was not judged, and only a judged regression can be accepted';
}
