import { formatCount } from '../lib/format.js';
import { OUTCOMES, type Outcome, totalOf } from '../model/flow.js';
import type { Results, ScenarioResults } from '../model/results.js';

/** Of each outcome, the share of its flows that results hold: of very many flows there is a sample. */
export function keptShares({ flows, counts }: ScenarioResults): Readonly<Record<Outcome, number>> {
  const share = (outcome: Outcome): [Outcome, number] => {
    const kept = flows.reduce((sum, flow) => sum + (flow.outcome === outcome ? 1 : 0), 0);
    return [outcome, counts[outcome] > kept ? kept / counts[outcome] : 1];
  };
  return Object.fromEntries(OUTCOMES.map(share)) as Record<Outcome, number>;
}

/** What a file of flows lacks, in words; undefined if it has all of them. */
export function unkeptFlows({ scenarios }: Results): string | undefined {
  const lacking = scenarios
    .filter(({ flows, counts }) => flows.length < totalOf(counts))
    .map(
      ({ name, flows, counts }) =>
        `${formatCount(flows.length)} of the ${formatCount(totalOf(counts))} flows of ${name}`,
    );
  return lacking.length === 0 ? undefined : `it holds ${lacking.join(', ')}: of more flows a sample is kept`;
}
