import { parseThresholds } from '../../src/config/thresholds.js';
import type { Results } from '../../src/model/results.js';
import { assembleScenario } from '../../src/verdict/assemble.js';
import { endingGates, ladderPlanOf, ladderRecordOf } from './ladder.js';
import { aResults } from './results.js';

const GATES = ['success_rate >= 99%', 'efficiency(20) >= 40%', 'knee >= 20', 'memory_per_flow < 12MB'];

/** A climb to the top. */
export function ladderResults(): Results {
  const thresholds = parseThresholds(GATES, 'fail').thresholds;
  return aResults({
    scenarios: [assembleScenario(ladderPlanOf(undefined, { thresholds }), ladderRecordOf())],
  });
}

/** A climb that a gate has ended at 20 at once. */
export function stoppedLadderResults(): Results {
  const plan = ladderPlanOf(undefined, { thresholds: endingGates('flow_time.p95 < 400ms') });
  const climbed = [1, 2, 5, 10, 20];
  const record = ladderRecordOf(climbed);
  return aResults({ verdict: 'fail', scenarios: [assembleScenario(plan, record)] });
}
