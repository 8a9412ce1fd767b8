import { applyAccepts } from '../accept/accept.js';
import { type CheckLevels, runChecks } from '../checks/index.js';
import {
  failureConcerns,
  growthConcerns,
  invalidConcerns,
  judgeAgainstBase,
  ofComparison,
  type ScenarioComparison,
} from '../compare/judge.js';
import { climbConcerns, judgeClimb, ladderMeasures } from '../ladder/judge.js';
import { groupErrors } from '../measure/errors.js';
import { countsKilled, type Measures } from '../measure/figures.js';
import { stepGrowth } from '../measure/step-growth.js';
import { measure, partRefs, standardRefs, summarize } from '../measure/summarize.js';
import { figuredWaves, tallyOf } from '../measure/tally.js';
import { type OutcomeCounts, totalOf } from '../model/flow.js';
import { metricName } from '../model/metrics.js';
import { type ScenarioPlan, type Work, workText } from '../model/plan.js';
import type { Environment, Record, recordedShape } from '../model/record.js';
import {
  type Results,
  RESULTS_SCHEMA,
  type ScenarioResults,
  type ThresholdResult,
} from '../model/results.js';
import { isAgainstBase } from '../model/threshold.js';
import { brokenGates, decide, type Judgement, overall } from './decide.js';
import { judge, judgeAlone } from './judge.js';
import { limitConcerns } from './limits.js';

/** Points of the curve of flows in flight, where it can not be drawn from the flows that are kept. */
const IN_FLIGHT_POINTS = 240;

/** What surrounds the scenarios in results.json. */
export interface ResultsContext {
  /** Version of flowgate. */
  readonly version: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly environment: Environment;
  readonly git: Results['git'];
  readonly run?: Results['run'];
  /** The command that reproduces the verdict at a terminal. */
  readonly reproduce: string;
  readonly advisory?: true;
  readonly scenarios: readonly ScenarioResults[];
}

/**
 * Measures, judges and decides one scenario. Pure: the same record and the same comparison give the same results again.
 * Thresholds that hang on the base are judged by the comparison; without one they lack data.
 */
export function assembleScenario(
  plan: ScenarioPlan,
  record: Record,
  comparison?: ScenarioComparison,
): ScenarioResults {
  const ladder = judgeClimb({ plan, record, brokenGates });
  const measures = summarize(record, ladder && ladderMeasures(ladder));
  const { thresholds, acceptances } = applyAccepts(judgeAll(plan, measures, comparison), plan.accept);
  const checks = runChecks(record, askedLevels(plan), plan.unaskedChecks);
  const parts = partsOf(plan.work, record);
  return {
    name: plan.name,
    ...decide({
      thresholds,
      checks,
      record,
      ...concernsOfFeatures({ comparison, ladder, limits: record.limits, checks }),
    }),
    startedAt: record.startedAt,
    kind: plan.work.kind,
    work: workText(plan.work),
    parts,
    load: { ...record.load, timeout: record.timeout, warmup: record.warmup },
    defaultGates: plan.defaultGates,
    omittedGates: plan.omittedGates,
    metrics: metricsOf(plan, measures, parts),
    thresholds,
    acceptances,
    comparison: comparison?.results,
    compared: comparison?.compared,
    ladder,
    stepGrowth: stepGrowth(record.flows),
    checks,
    errors: groupErrors(tallyOf(record).errorKinds({ killed: countsKilled(record) })),
    ...takenOver(record),
  };
}

interface FeatureResults extends Pick<ScenarioResults, 'ladder' | 'limits' | 'checks'> {
  readonly comparison: Pick<ScenarioComparison, 'results' | 'compared'> | undefined;
}

/** What beside thresholds and checks counts for the verdict: each feature says it of its own results. */
export function concernsOfFeatures({
  comparison,
  ladder,
  limits,
  checks,
}: FeatureResults): Pick<Judgement, 'more' | 'onUnresolved' | 'remarks'> {
  return {
    more: [
      ...invalidConcerns(comparison),
      ...climbConcerns(ladder),
      ...limitConcerns(limits),
      ...growthConcerns(comparison?.compared, checks),
      ...failureConcerns(comparison),
    ],
    ...ofComparison(comparison),
  };
}

/** The default gates of a comparison stand behind those that were given. */
function judgeAll(
  { thresholds: given, comparesNothing }: ScenarioPlan,
  measures: Measures,
  comparison: ScenarioComparison | undefined,
): ThresholdResult[] {
  if (comparison === undefined) return (comparesNothing === true ? judgeAlone : judge)(given, measures);
  return [...given, ...comparison.defaultGates].flatMap((threshold) =>
    isAgainstBase(threshold) ? judgeAgainstBase(threshold, comparison) : judge([threshold], measures),
  );
}

const NONE: OutcomeCounts = { ok: 0, failed: 0, timed_out: 0, killed: 0, dropped: 0 };

function partsOf(work: Work, record: Record): ScenarioResults['parts'] {
  if (work.kind !== 'mix') return undefined;
  const { parts } = tallyOf(record);
  return work.parts.map(({ name, share, work: { kind } }) => ({
    name,
    share,
    kind,
    counts: parts?.get(name)?.counts ?? NONE,
  }));
}

/** Joins the scenarios; the verdict is the worst of theirs. */
export function assembleResults(context: ResultsContext): Results {
  const { version, createdAt, advisory, environment, git, run, reproduce, scenarios } = context;
  return {
    schema: RESULTS_SCHEMA,
    flowgate: version,
    createdAt,
    verdict: overall(scenarios),
    ...(advisory === undefined ? {} : { advisory }),
    environment,
    git,
    run,
    reproduce,
    scenarios,
  };
}

/** Whoever plans a verify command asks for the check: it must not vanish when the command was never reached. */
export function askedLevels(plan: ScenarioPlan): CheckLevels {
  return plan.verify === undefined ? plan.checks : { invariants: 'fail', ...plan.checks };
}

/** The standard metrics, and every one that a threshold names. */
export function metricsOf(
  { thresholds }: Pick<ScenarioPlan, 'thresholds'>,
  measures: Measures,
  parts: ScenarioResults['parts'] = [],
): ScenarioResults['metrics'] {
  const ofParts = partRefs(parts.map(({ name }) => name));
  const refs = [...standardRefs(measures), ...ofParts, ...thresholds];
  return Object.fromEntries(refs.map((ref) => [metricName(ref), measure(measures, ref)]));
}

type Recorded = Pick<
  ScenarioResults,
  | 'limits'
  | keyof typeof recordedShape
  | 'counts'
  | 'hits'
  | 'waves'
  | 'injected'
  | 'inFlight'
  | 'flows'
  | 'monitor'
>;

/** What is taken over from the record as it is. */
export function takenOver(record: Record): Recorded {
  const {
    limits,
    data,
    verify,
    contamination,
    leftovers,
    leftBehind,
    interrupted,
    aborted,
    problems,
    runtime,
    imported,
    cut,
  } = record;
  const { waves, injected, flows, monitor } = record;
  const tally = tallyOf(record);
  const figures = new Map(figuredWaves(record).map((wave) => [wave.wave, wave.flows]));
  return {
    limits,
    data,
    verify,
    contamination,
    leftovers,
    leftBehind,
    interrupted,
    aborted,
    problems,
    runtime,
    imported,
    cut,
    counts: tally.counts,
    hits: waves === undefined ? undefined : { ...tally.hits, untraced: tally.untracedHits },
    waves: waves?.map((wave) => ({ ...wave, flows: figures.get(wave.wave) })),
    injected,
    inFlight: totalOf(tally.counts) === flows.length ? undefined : tally.inFlightOver(IN_FLIGHT_POINTS),
    flows,
    monitor,
  };
}
