import { comparison } from '../compare/report/comparison.js';
import { limits } from '../faults/limits/report.js';
import { faults } from '../faults/report.js';
import { history } from '../history/report.js';
import { ladder } from '../ladder/report.js';
import {
  atTerminal,
  block,
  type Block,
  type Blocks,
  inMarkdown,
  inTiers,
  type Medium,
  onPage,
  own,
  type Reporter,
  right,
  type Section,
  type Sentence,
  type Standing,
  TIERS,
  words,
} from '../model/document.js';
import {
  isOnlyAdvice,
  isOnlyUnresolved,
  type Results,
  type ScenarioResults,
  unresolvedTally,
  type Verdict,
} from '../model/results.js';
import { checks } from './checks.js';
import { errors } from './errors.js';
import { gateChangesBlocks } from './gate-changes.js';
import { failing, figures, gates, metricsSection } from './gates.js';
import { headlineOf, problems } from './headline.js';
import { parts } from './parts.js';
import { figureRow } from './rows.js';
import { steps } from './steps.js';
import { dataNotes, loadOf, machineOf, monitorNotes, type RunLink, runLinkOf } from './surroundings.js';
import { flowTimes, timeline } from './timeline.js';

/*
 * What is reported, whatever it is printed in: Markdown, terminal and page print the same document. Nothing but the
 * results goes into it.
 */

export interface Document {
  readonly verdict: Verdict;
  /** Of one scenario its name and status, of several what they come to. */
  readonly title: Sentence;
  /** `1 of 3 scenarios fails`. */
  readonly tally: string;
  /** What comes before the scenarios. */
  readonly before: Blocks;
  readonly scenarios: readonly ScenarioDocument[];
  readonly machine: string;
  readonly run?: RunLink;
  readonly sha?: string;
  /** The command that gives the same verdict; may be empty. */
  readonly reproduce: string;
  readonly flowgate: string;
  readonly createdAt: string;
}

export interface ScenarioDocument {
  readonly name: string;
  readonly verdict: Verdict;
  /** Follows the name: `misses a gate`, `holds`. */
  readonly status: string;
  readonly title: Sentence;
  readonly lead: Sentence;
  readonly load: string;
  readonly sections: readonly Section[];
  /** Success rate, 95th percentile of flow time, peak memory; empty where there is none. */
  readonly figures: readonly string[];
}

/** All sections of a report, those of features by one line each. */
const SECTIONS: readonly Reporter[] = [
  problems,
  gates,
  figures,
  failing,
  parts,
  comparison,
  limits,
  ladder,
  timeline,
  flowTimes,
  checks,
  steps,
  history,
  faults,
  errors,
];

/** Sections as each medium has them one after the other; those that are not named here come last. */
const ORDER: Readonly<Record<Medium, string>> = {
  markdown:
    'problems gates failing parts comparison limits ladder rounds checks faults errors steps history timeline',
  page: 'problems gates figures parts comparison limits ladder timeline flow-times checks steps history faults errors',
  terminal: 'problems gates figures parts limits steps comparison ladder history checks faults errors',
};

export function documentOf(results: Results): Document {
  const scenarios = results.scenarios.map((scenario) =>
    scenarioDocument(scenario, scenario.leg?.cores ?? results.environment.cores),
  );
  const [only] = scenarios;
  const tally = tallyOf(results);
  return {
    verdict: results.verdict,
    title:
      scenarios.length === 1 && only !== undefined && results.faults === undefined
        ? only.title
        : [own(tally)],
    tally,
    before: [
      ...adviceBlocks(results),
      block.list(results.faults ?? [], { standing: 'inconclusive' }),
      ...gateChangesBlocks(results.gateChanges),
    ],
    scenarios,
    machine: machineOf(results),
    run: runLinkOf(results),
    sha: results.git.sha,
    reproduce: results.reproduce,
    flowgate: results.flowgate,
    createdAt: results.createdAt,
  };
}

const ADVICE = 'Advisory: on-fail is warn, so this verdict is reported and does not fail the step.';

function adviceBlocks(results: Results): Blocks {
  if (!isOnlyAdvice(results)) return [];
  const sentence = [own(ADVICE)];
  return [
    ...inTiers(TIERS, ...inMarkdown(block.text(sentence))),
    ...onPage(block.part('Advisory', [block.text(sentence)])),
    ...atTerminal(block.field('advisory', sentence, 500)),
  ];
}

function scenarioDocument(scenario: ScenarioResults, cores: number): ScenarioDocument {
  const { name, verdict } = scenario;
  const { status, sentence } = headlineOf(scenario, cores);
  const sections = SECTIONS.flatMap((report) => report(scenario, cores));
  const notes = [
    ...dataNotes(scenario),
    ...monitorNotes(scenario),
    ...sections.flatMap((section) => section.notes ?? []),
  ];
  return {
    name,
    verdict,
    status,
    title: [{ text: name, max: 80, bold: true }, own(' '), words(status, 200)],
    lead: sentence,
    load: loadOf(scenario),
    sections: [...sections, metricsSection(scenario, cores, notes)],
    figures: ['success_rate', 'flow_time.p95', 'peak_memory'].map((name) => {
      const metric = scenario.metrics[name];
      return metric === undefined ? '' : figureRow(name, metric, cores).value;
    }),
  };
}

/** The sections of a scenario in the order of a medium. */
export function sectionsOf({ sections }: ScenarioDocument, medium: Medium): readonly Section[] {
  const order = ORDER[medium].split(' ');
  const place = ({ id }: Section): number => (order.includes(id) ? order.indexOf(id) : order.length);
  return sections.toSorted((one, other) => place(one) - place(other));
}

export const STANDING_OF: Readonly<Record<Verdict, Standing>> = {
  pass: 'pass',
  warn: 'alert',
  fail: 'fail',
  inconclusive: 'inconclusive',
};

/** One line a scenario, before the scenarios themselves. */
export function overviewOf(scenarios: readonly ScenarioDocument[]): Block | undefined {
  const added = ({ sections }: ScenarioDocument) => sections.flatMap(({ overview }) => overview ?? []);
  const heads = [...new Set(scenarios.flatMap(added).map(({ head }) => head))];
  return block.table(
    ['Scenario', right('Success'), right('Flow time p95'), right('Peak memory'), ...heads, 'Load'],
    scenarios.map((scenario) => ({
      standing: STANDING_OF[scenario.verdict],
      cells: [
        scenario.title,
        ...scenario.figures.map((figure) => [own(figure)]),
        ...heads.map((head) => [own(added(scenario).find((one) => one.head === head)?.text ?? '')]),
        [own(scenario.load)],
      ],
    })),
  );
}

function tallyOf({ verdict, scenarios, faults = [] }: Results): string {
  if (faults.length > 0 && verdict === 'inconclusive') return 'not all runs are there that were to be joined';
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
