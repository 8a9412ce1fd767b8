import type { Outcome } from '../../src/model/flow.js';
import type { ScenarioResults } from '../../src/model/results.js';

export function countsOf(flows: readonly { readonly outcome: Outcome }[]): ScenarioResults['counts'] {
  const counts = { ok: 0, failed: 0, timed_out: 0, killed: 0, dropped: 0 };
  for (const { outcome } of flows) counts[outcome] += 1;
  return counts;
}
