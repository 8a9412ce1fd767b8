import {
  isOnlyUnresolved,
  unresolvedTally,
  type Results,
  type ScenarioResults,
  type Verdict,
} from '../model/results.js';
import { loadOf, machineOf, monitorNotes, runLinkOf, type RunLink } from './environment.js';
import { comparedView, type ComparedView } from './compared.js';
import { errorLines, errorSummary, failuresOf, retriedOf, type ErrorLine, type Failure } from './failure.js';
import { faultsView, type FaultsView } from './faults.js';
import { findingsOf, leftoversOf, verifyLine, type Finding } from './finding.js';
import { headlineOf, type Headline } from './headline.js';
import { historyNotes, historyView, type HistoryView } from './history.js';
import { ladderView, type LadderView } from './ladder.js';
import { limitLines, limitNotes } from './limits.js';
import { untoldProblems } from './problem.js';
import { allMetrics, rowsOf, type Row } from './row.js';
import { withComparison } from './row-compared.js';
import type { Sentence } from './sentence.js';
import { stepsOf, type StepLine } from './step.js';
import { stepGrowthOf } from './step-growth.js';

/*
 * What is shown, in the order in which it is shown, with every number formatted: Markdown, terminal and HTML render
 * the same view. Texts are as they came; each renderer escapes them in its own way.
 */

export interface View {
  readonly verdict: Verdict;
  /** `1 of 3 scenarios fails`, for a report on several. */
  readonly tally: string;
  readonly scenarios: readonly ScenarioView[];
  readonly machine: string;
  readonly run?: RunLink;
  readonly reproduce: string;
}

export interface ScenarioView {
  readonly name: string;
  readonly verdict: Verdict;
  readonly headline: Headline;
  readonly load: string;
  readonly rows: readonly Row[];
  /** The default gates are in force, and it has to be said. */
  readonly defaultGates: boolean;
  readonly ladder?: LadderView;
  /** Head against base. */
  readonly compared?: ComparedView;
  /** Those of them that are left out, and why. */
  readonly omittedGates?: string;
  /** Of a run with faults. */
  readonly faults?: FaultsView;
  readonly findings: readonly Finding[];
  readonly errors: readonly ErrorLine[];
  readonly errorSummary: string;
  /** Kinds of error beyond those that are listed. */
  readonly moreErrors: number;
  readonly failures: readonly Failure[];
  /** Flows that were ok, but not at once. */
  readonly retried: readonly Failure[];
  readonly steps: readonly StepLine[];
  /** Which step grew over the run or the ladder. */
  readonly stepGrowth?: Sentence;
  /** Earlier runs of the default branch. */
  readonly history?: HistoryView;
  /** `holds: …`, `fails: …`. */
  readonly verify?: string;
  readonly leftovers: readonly string[];
  /** Setup, service or teardown that went wrong and that the headline does not tell. */
  readonly untold: readonly string[];
  /** What limits were in force, and what they did. */
  readonly limits: readonly string[];
  readonly notes: readonly string[];
  readonly metrics: readonly Row[];
  /** For charts. */
  readonly source: ScenarioResults;
}

/** The view of a results file; nothing but the results goes into it. */
export function viewOf(results: Results): View {
  const run = runLinkOf(results);
  return {
    verdict: results.verdict,
    tally: tallyOf(results),
    scenarios: results.scenarios.map((scenario) => scenarioView(scenario, results.environment.cores)),
    machine: machineOf(results),
    ...(run === undefined ? {} : { run }),
    reproduce: results.reproduce,
  };
}

function scenarioView(scenario: ScenarioResults, cores: number): ScenarioView {
  const verify = verifyLine(scenario);
  const errors = errorLines(scenario.errors);
  const headline = headlineOf(scenario, cores);
  const ladder = ladderView(scenario, cores);
  const compared = comparedView(scenario);
  const omittedGates = omittedGatesOf(scenario);
  const stepGrowth = stepGrowthOf(scenario);
  const faults = faultsView(scenario);
  const history = historyView(scenario, cores);
  return {
    name: scenario.name,
    verdict: scenario.verdict,
    headline,
    load: loadOf(scenario),
    rows: withComparison(rowsOf(scenario, cores), compared?.lines ?? []),
    defaultGates: scenario.defaultGates,
    ...(ladder === undefined ? {} : { ladder }),
    ...(compared === undefined ? {} : { compared }),
    ...(omittedGates === undefined ? {} : { omittedGates }),
    ...(faults === undefined ? {} : { faults }),
    findings: findingsOf(scenario),
    errors,
    errorSummary: errorSummary(scenario.errors),
    moreErrors: scenario.errors.length - errors.length,
    failures: failuresOf(scenario),
    retried: retriedOf(scenario),
    steps: stepsOf(scenario),
    ...(stepGrowth === undefined ? {} : { stepGrowth }),
    ...(history === undefined ? {} : { history }),
    ...(verify === undefined ? {} : { verify }),
    leftovers: leftoversOf(scenario),
    untold: untoldProblems(scenario, headline),
    limits: limitLines(scenario),
    notes: [...monitorNotes(scenario), ...limitNotes(scenario), ...historyNotes(scenario)],
    metrics: allMetrics(scenario, cores),
    source: scenario,
  };
}

function omittedGatesOf({ omittedGates = [] }: ScenarioResults): string | undefined {
  if (omittedGates.length === 0) return undefined;
  const groups = [...new Set(omittedGates.map(({ reason }) => reason))].map((reason) => {
    const gates = omittedGates.filter((gate) => gate.reason === reason);
    return `as ${reason}: ${gates.map(({ expression }) => expression).join(', ')}`;
  });
  return `left out, ${groups.join('; ')}`;
}

function tallyOf({ verdict, scenarios }: Results): string {
  const same = scenarios.filter((scenario) => scenario.verdict === verdict);
  const alike = same.filter((scenario) => !isOnlyUnresolved(scenario)).length;
  const open = same.length - alike;
  if (open > 0 && alike === 0) return unresolvedTally({ scenarios }) ?? '';
  const verb: Readonly<Record<Verdict, readonly [string, string]>> = {
    pass: ['holds', 'hold'],
    warn: ['holds, with alerts', 'hold, with alerts'],
    fail: ['fails', 'fail'],
    inconclusive: ['is inconclusive', 'are inconclusive'],
  };
  const [one, many] = verb[verdict];
  if (alike === scenarios.length && alike > 1) return `all ${alike} scenarios ${many}`;
  const rest = open === 0 ? '' : `; ${open} ${open === 1 ? 'is' : 'are'} unresolved`;
  return `${alike} of ${scenarios.length} scenarios ${alike === 1 ? one : many}${rest}`;
}
