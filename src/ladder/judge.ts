import { summarize } from '../measure/summarize.js';
import { type ClimbLimit, type LadderFigures, type LadderResults, limitSentence } from '../model/ladder.js';
import { LADDER_METRICS } from '../model/metrics.js';
import type { ScenarioPlan } from '../model/plan.js';
import type { Record } from '../model/record.js';
import type { Concern, Threshold } from '../model/threshold.js';
import { thresholdConcerns } from '../verdict/decide.js';
import { judge } from '../verdict/judge.js';
import { recordOfRung } from './capacity.js';

type Judged = Pick<ScenarioPlan, 'thresholds' | 'ladder'>;

/** The gates that the figures of one rung alone break, in words. What it has no data for it does not break. */
function brokenGates(thresholds: readonly Threshold[], record: Record, flows: number): string[] {
  const ofRung = thresholds.filter(({ metric }) => !LADDER_METRICS.has(metric));
  const judged = judge(ofRung, summarize(recordOfRung(record, { flows })));
  const broken = judged.filter(({ level, outcome }) => level === 'fail' && outcome === 'fail');
  return thresholdConcerns(broken).map(({ reason }) => reason);
}

/** The ladder as results.json has it: every rung with the gates that it breaks, and the limit that this is. */
export function judgeClimb(plan: Judged, record: Record, ladder: LadderFigures): LadderResults {
  const rungs = ladder.rungs.map((rung) => ({
    ...rung,
    broken: brokenGates(plan.thresholds, record, rung.flows),
  }));
  const last = ladder.rungs.at(-1);
  const endedBy = last === undefined ? [] : endingGates(plan.thresholds, record, last.flows);
  const limit = limitOf(rungs, endedBy);
  return { planned: (plan.ladder ?? []).map(({ flows }) => flows), ...ladder, rungs, limit };
}

/** The gates with abort-on-fail that one rung breaks: it is the last one then. */
export function endingGates(thresholds: readonly Threshold[], record: Record, flows: number): string[] {
  return brokenGates(
    thresholds.filter(({ abort }) => abort !== undefined),
    record,
    flows,
  );
}

/** The rung that ended the climb, or else the first one that breaks a gate. */
function limitOf(rungs: LadderResults['rungs'], endedBy: readonly string[]): ClimbLimit | undefined {
  const stopped = endedBy.length > 0;
  const index = stopped ? rungs.length - 1 : rungs.findIndex(({ broken }) => broken.length > 0);
  const at = rungs[index];
  if (at === undefined) return undefined;
  const holds = rungs[index - 1]?.flows;
  return { holds, breaks: at.flows, reasons: stopped ? [...endedBy] : [...at.broken], stopped };
}

/** A gate with abort-on-fail is for every rung: one that breaks it fails the scenario. */
export function climbConcerns(ladder: LadderResults | undefined): Concern[] {
  const limit = ladder?.limit;
  return limit?.stopped === true ? [{ verdict: 'fail', reason: limitSentence(limit) }] : [];
}
