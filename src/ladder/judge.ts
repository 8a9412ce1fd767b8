import { type Figure, figure, type LadderMeasures, noData } from '../measure/figures.js';
import {
  type ClimbLimit,
  kneeRange,
  type LadderFigures,
  type LadderResults,
  limitSentence,
  type ResourceLine,
  type Rung,
} from '../model/ladder.js';
import { LADDER_METRICS } from '../model/metrics.js';
import type { ScenarioPlan } from '../model/plan.js';
import type { BrokenGates, Record } from '../model/record.js';
import type { Concern } from '../model/threshold.js';
import { ladderOf, recordOfRung } from './capacity.js';

export interface Climbed {
  readonly plan: Pick<ScenarioPlan, 'thresholds' | 'ladder'>;
  readonly record: Record;
  readonly brokenGates: BrokenGates;
}

/**
 * The ladder as results.json has it: every rung with the gates that it breaks, and the limit that this is. Undefined if
 * the record has no ladder.
 */
export function judgeClimb(climbed: Climbed): LadderResults | undefined {
  const { plan, record } = climbed;
  const ladder = ladderOf(record);
  if (ladder === undefined) return undefined;
  const rungs = ladder.rungs.map((rung) => ({ ...rung, broken: brokenBy(rung, plan.thresholds, climbed) }));
  const last = ladder.rungs.at(-1);
  const endedBy = last === undefined ? [] : endingGates(last, climbed);
  const limit = limitOf(rungs, endedBy);
  return { planned: (plan.ladder ?? []).map(({ flows }) => flows), ...ladder, rungs, limit };
}

/** The gates with abort-on-fail that one rung breaks, in words: it is the last one then. */
export function endingGates(rung: Pick<Rung, 'flows'>, climbed: Climbed): string[] {
  const ending = climbed.plan.thresholds.filter(({ abort }) => abort !== undefined);
  return brokenBy(rung, ending, climbed);
}

/** By the figures of the rung alone. */
function brokenBy(
  rung: Pick<Rung, 'flows'>,
  thresholds: Climbed['plan']['thresholds'],
  { record, brokenGates }: Pick<Climbed, 'record' | 'brokenGates'>,
): string[] {
  const ofRung = thresholds.filter(({ metric }) => !LADDER_METRICS.has(metric));
  return ofRung.length === 0 ? [] : brokenGates(ofRung, recordOfRung(record, rung));
}

/** The rung that ended the climb, or else the first one that breaks a gate. */
function limitOf(rungs: LadderResults['rungs'], endedBy: readonly string[]): ClimbLimit | undefined {
  const stopped = endedBy.length > 0;
  const index = stopped ? rungs.length - 1 : rungs.findIndex(({ broken }) => broken.length > 0);
  const at = rungs[index];
  if (at === undefined) return undefined;
  const holds = rungs[index - 1]?.flows;
  return { holds, breaks: at.flows, reasons: stopped ? endedBy : at.broken, stopped };
}

/** A gate with abort-on-fail is for every rung: one that breaks it fails the scenario. */
export function climbConcerns(ladder: LadderResults | undefined): Concern[] {
  const limit = ladder?.limit;
  return limit?.stopped === true ? [{ verdict: 'fail', reason: limitSentence(limit) }] : [];
}

const TOO_FEW = 'fewer than two rungs were measured';
/** Times the top rung: further away than this the fit says nothing. */
const FURTHEST_KNEE = 10;

/** What only a ladder tells, for gates and reports. */
export function ladderMeasures(ladder: LadderFigures): LadderMeasures {
  const { memory, cpu, threads } = ladder.model;
  return {
    scalars: {
      memory_per_flow: slope(memory),
      cpu_per_flow_share: slope(cpu),
      threads_per_flow: slope(threads),
      knee: knee(ladder),
    },
    rungs: ladder.rungs.map(({ flows }) => String(flows)),
    efficiency: (label) => efficiencyAt(ladder, label),
  };
}

/** Where a line does not fit, no one number is what a flow takes: a mean of two slopes would pass what the steeper fails. */
function slope(line: ResourceLine | undefined): Figure {
  if (line === undefined) return noData(TOO_FEW);
  const { bend } = line;
  return bend === undefined
    ? figure(line.b, line.note)
    : noData(`a line does not fit: it bends at ${bend.at} at once`);
}

/**
 * A knee beyond what can be seen is given as what is known: it is not below that. A gate is held against the estimate, as
 * that of any other metric; how sure it is stands beside it.
 */
function knee({ usl, rungs }: LadderFigures): Figure {
  const top = rungs.at(-1)?.flows;
  if (usl === undefined || top === undefined) return noData('it takes three rungs with a throughput');
  const furthest = FURTHEST_KNEE * top;
  if (usl.knee === null || usl.knee > furthest) {
    return figure(furthest, `at least: throughput does not fall up to ${FURTHEST_KNEE} times the top rung`);
  }
  const beyond = usl.knee > top ? 'beyond the top rung: from the fit alone' : undefined;
  const notes = [kneeRange(usl), beyond].filter((note) => note !== undefined);
  return figure(usl.knee, notes.length === 0 ? undefined : notes.join('; '));
}

/** `efficiency(50)`: of the rung with 50 at once. */
function efficiencyAt({ rungs }: LadderFigures, label: string): Figure {
  const rung = rungs.find(({ flows }) => String(flows) === label);
  if (rung === undefined) return noData(`no rung with ${label} at once was run`);
  return rung.efficiency === null
    ? noData('the first rung or this one has no throughput')
    : figure(rung.efficiency);
}
