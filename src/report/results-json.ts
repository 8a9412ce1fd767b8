import { withoutDetails } from '../measure/flow-log.js';
import type { Results, ScenarioResults } from '../model/results.js';

/** From all of it to what the verdict needs; each with what is said of it. */
const PARTS: readonly (readonly [
  cut: string | undefined,
  part: (scenario: ScenarioResults) => ScenarioResults,
])[] = [
  [undefined, (scenario) => scenario],
  ['what flows printed, and their steps, are left out: the file would be too large', withoutTexts],
  ['all flows and samples are left out: the file would be too large', withoutFlows],
];

/** results.json. What is too long for one text in memory is left out, and the file says so: whatever flows said, it is written. */
export function resultsJson(results: Results): string {
  let refused: unknown;
  for (const [cut, part] of PARTS) {
    const scenarios = results.scenarios.map((scenario) => said(part(scenario), cut));
    try {
      return `${JSON.stringify({ ...results, scenarios }, undefined, 2)}\n`;
    } catch (thrown) {
      // A text longer than V8 can hold; anything else is a defect.
      if (!(thrown instanceof RangeError)) throw thrown;
      refused = thrown;
    }
  }
  throw refused;
}

function said(scenario: ScenarioResults, cut: string | undefined): ScenarioResults {
  return cut === undefined ? scenario : { ...scenario, cut: [...(scenario.cut ?? []), cut] };
}

function withoutTexts(scenario: ScenarioResults): ScenarioResults {
  return { ...scenario, flows: scenario.flows.map(withoutDetails) };
}

function withoutFlows(scenario: ScenarioResults): ScenarioResults {
  return { ...scenario, flows: [], monitor: { ...scenario.monitor, samples: [] } };
}
