import { groupErrors } from '../measure/errors.js';
import { countsKilled } from '../measure/figures.js';
import { stepGrowth } from '../measure/step-growth.js';
import { summarize } from '../measure/summarize.js';
import { tallyOf } from '../measure/tally.js';
import type { ScenarioResults, ThresholdResult } from '../model/results.js';
import type { AskedScenario } from '../model/shard.js';
import type { JoinedScenario } from '../shards/join.js';
import { concernsOfFeatures, metricsOf, takenOver } from './assemble.js';
import { decide } from './decide.js';
import { judge, judgeAlone } from './judge.js';

/**
 * Judges a scenario that several machines have shared: gates by all flows, checks by each machine. Pure.
 * @param faults why it is not the whole run that was joined: then nothing is judged, and it never passes
 */
export function assembleJoined(
  asked: AskedScenario,
  { record, machine, checks, shards }: JoinedScenario,
  faults: readonly string[],
): ScenarioResults {
  const measures = summarize(record, undefined, machine);
  const judged = (asked.comparesNothing === true ? judgeAlone : judge)(asked.thresholds, measures);
  const [fault] = faults;
  const thresholds = fault === undefined ? judged : judged.map((each) => notJudged(each, fault));
  const { name, kind, work, defaultGates, omittedGates } = asked;
  const decision =
    fault === undefined
      ? decide({
          thresholds,
          checks,
          record,
          ...concernsOfFeatures({ comparison: undefined, checks: [...checks] }),
        })
      : ({ verdict: 'inconclusive', reasons: [...faults] } as const);
  return {
    name,
    ...decision,
    startedAt: record.startedAt,
    kind,
    work,
    load: { ...record.load, timeout: record.timeout, warmup: record.warmup },
    defaultGates,
    omittedGates,
    metrics: metricsOf(asked, measures),
    thresholds,
    stepGrowth: stepGrowth(record.flows),
    checks,
    errors: groupErrors(tallyOf(record).errorKinds({ killed: countsKilled(record) })),
    ...takenOver(record),
    shards,
  };
}

function notJudged(threshold: ThresholdResult, fault: string): ThresholdResult {
  return { ...threshold, outcome: 'inconclusive', reason: fault };
}
