import { requestLines } from '../model/http.js';
import { metricName } from '../model/metrics.js';
import { limitsResult } from '../model/limits-record.js';
import type { ScenarioPlan, Work } from '../model/plan.js';
import type { Environment, Flow, Record } from '../model/record.js';
import {
  RESULTS_SCHEMA,
  type Results,
  type ScenarioResults,
  type ThresholdResult,
} from '../model/results.js';
import { assertNever } from '../errors.js';
import { type CheckLevels, runChecks } from '../checks/index.js';
import { countsKilled } from '../stats/counted.js';
import { groupErrors } from '../stats/errors.js';
import { totalOf } from '../model/tally.js';
import type { Measures } from '../stats/measures.js';
import { tallyOf } from '../stats/tally.js';
import { figuredWaves } from '../stats/waves/figures.js';
import { stepGrowth } from '../stats/step-growth.js';
import { measure, standardRefs, summarize } from '../stats/summarize.js';
import { climbConcerns, judgeClimb } from './climb.js';
import { decide, overall } from './decide.js';
import { limitConcerns } from './limits.js';
import { judge, judgeAlone } from './judge.js';
import { failureConcerns } from './compared-failures.js';
import { growthConcerns } from './compared-growth.js';
import { isAgainstBase } from '../model/threshold.js';
import { invalidConcerns, ofComparison, judgeAgainstBase, type ScenarioComparison } from './judge-base.js';

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
  const measures = summarize(record);
  const thresholds = judgeAll(plan, measures, comparison);
  const checks = runChecks(record, askedLevels(plan), plan.unaskedChecks);
  const { ladder: figures } = measures;
  const ladder = figures === undefined ? undefined : judgeClimb(plan, record, figures);
  const grown = stepGrowth(record.flows);
  return {
    name: plan.name,
    ...decide({
      thresholds,
      checks,
      record,
      more: [
        ...invalidConcerns(comparison),
        ...climbConcerns(ladder),
        ...limitConcerns(record.limits),
        ...growthConcerns(comparison?.compared, checks),
        ...failureConcerns(comparison),
      ],
      ...ofComparison(comparison),
    }),
    startedAt: record.startedAt,
    kind: plan.work.kind,
    work: workText(plan.work),
    load: { ...record.load, timeout: record.timeout, warmup: record.warmup },
    defaultGates: plan.defaultGates,
    ...(plan.omittedGates === undefined
      ? {}
      : { omittedGates: plan.omittedGates.map((gate) => ({ ...gate })) }),
    metrics: metricsOf(plan, measures),
    thresholds,
    ...(comparison === undefined
      ? {}
      : { comparison: [...comparison.results], compared: comparison.compared }),
    ...(ladder === undefined ? {} : { ladder }),
    ...(grown === undefined ? {} : { stepGrowth: grown }),
    checks,
    errors: groupErrors(tallyOf(record).errorKinds({ killed: countsKilled(record) })),
    ...whatHappened(record),
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

function workText(work: Work): string {
  switch (work.kind) {
    case 'command':
      return work.run;
    case 'module':
      return work.module;
    case 'http':
      return requestLines(work.requests);
    default:
      return assertNever(work);
  }
}

/** Joins the scenarios; the verdict is the worst of theirs. */
export function assembleResults(context: ResultsContext): Results {
  const { version, createdAt, environment, git, run, reproduce, scenarios } = context;
  return {
    schema: RESULTS_SCHEMA,
    flowgate: version,
    createdAt,
    verdict: overall(scenarios),
    environment: { ...environment },
    git: { ...git },
    ...(run === undefined ? {} : { run: { ...run } }),
    reproduce,
    scenarios: [...scenarios],
  };
}

/** Whoever plans a verify command asks for the check: it must not vanish when the command was never reached. */
function askedLevels(plan: ScenarioPlan): CheckLevels {
  return plan.verify === undefined ? plan.checks : { invariants: 'fail', ...plan.checks };
}

/** The standard metrics, and every one that a threshold names. */
function metricsOf(plan: ScenarioPlan, measures: Measures): ScenarioResults['metrics'] {
  const refs = [...standardRefs(measures), ...plan.thresholds];
  return Object.fromEntries(refs.map((ref) => [metricName(ref), measure(measures, ref)]));
}

type Happened = Pick<
  ScenarioResults,
  | 'limits'
  | 'verify'
  | 'contamination'
  | 'leftovers'
  | 'leftBehind'
  | 'interrupted'
  | 'aborted'
  | 'problems'
  | 'cut'
  | 'counts'
  | 'hits'
  | 'waves'
  | 'injected'
  | 'inFlight'
  | 'flows'
  | 'monitor'
>;

/** What is taken over from the record as it is. */
function whatHappened(record: Record): Happened {
  const { monitor, contamination } = record;
  const tally = tallyOf(record);
  return {
    ...(record.limits === undefined ? {} : { limits: limitsResult(record.limits) }),
    ...(record.verify === undefined ? {} : { verify: { ...record.verify } }),
    ...(contamination === undefined
      ? {}
      : { contamination: { ...contamination, sightings: [...contamination.sightings] } }),
    leftovers: record.leftovers.map((leftover) => ({ ...leftover })),
    ...(record.leftBehind === undefined ? {} : { leftBehind: { ...record.leftBehind } }),
    ...(record.interrupted === undefined ? {} : { interrupted: record.interrupted }),
    ...(record.aborted === undefined ? {} : { aborted: { ...record.aborted } }),
    problems: [...record.problems],
    ...(record.cut === undefined ? {} : { cut: [...record.cut] }),
    counts: { ...tally.counts },
    ...faultsOf(record),
    ...(totalOf(tally.counts) === record.flows.length
      ? {}
      : { inFlight: [...tally.inFlightOver(IN_FLIGHT_POINTS)] }),
    flows: record.flows.map(copyOf),
    monitor: {
      source: monitor.source,
      samples: [...monitor.samples],
      processes: [...monitor.processes],
      ...(monitor.largestProcess === undefined ? {} : { largestProcess: monitor.largestProcess }),
      cost: { ...monitor.cost },
      ...(monitor.failures === undefined ? {} : { failures: monitor.failures }),
      ...(monitor.unwatched === undefined ? {} : { unwatched: monitor.unwatched }),
      notes: [...monitor.notes],
    },
  };
}

/** Of a run with faults. */
function faultsOf(record: Record): Pick<ScenarioResults, 'hits' | 'waves' | 'injected'> {
  const { waves, injected } = record;
  if (waves === undefined) return {};
  const figures = new Map(figuredWaves(record).map((wave) => [wave.wave, wave.flows]));
  const { hits, untracedHits } = tallyOf(record);
  return {
    hits: { ...hits, untraced: untracedHits },
    waves: waves.map((wave) => {
      const flows = figures.get(wave.wave);
      return { ...wave, ...(flows === undefined ? {} : { flows }) };
    }),
    ...(injected === undefined
      ? {}
      : {
          injected: {
            ...injected,
            faults: [...injected.faults],
            counts: [...injected.counts],
            notes: [...injected.notes],
          },
        }),
  };
}

type FlowResult = ScenarioResults['flows'][number];

function copyOf({ steps, error, ttfb, ...flow }: Flow): FlowResult {
  return {
    ...flow,
    ...(error === undefined ? {} : { error: { ...error } }),
    ...(steps === undefined ? {} : { steps: [...steps] }),
    ...(ttfb === undefined ? {} : { ttfb: [...ttfb] }),
  };
}
