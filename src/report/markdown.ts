import type { Results } from '../model/results.js';
import { cell, html } from './escape.js';
import { gateChangesMarkdown } from './gate-changes.js';
import { blocks, table, VERDICT_MARKS } from './markdown-block.js';
import { scenarioBody } from './markdown-scenario.js';
import { fullestThatFits, TIERS, type Tier } from './tiers.js';
import { viewOf, type ScenarioView, type View } from './view.js';

/** GitHub refuses a comment of more characters. */
const COMMENT_LIMIT = 65_536;
/** GitHub refuses a job summary of more bytes in one step. */
const SUMMARY_LIMIT = 1024 * 1024;
/** Scenarios of a shortened report: those that do not hold come first. */
const SCENARIOS_SHOWN = 20;

/**
 * The comment on a pull request. Its first line is `marker`, an HTML comment of the caller's by which it is found
 * again. At most `limit` characters, by telling less: never cut within a table.
 */
export function renderComment(results: Results, options: { marker: string; limit?: number }): string {
  const { marker, limit = COMMENT_LIMIT } = options;
  const render = renderer(results, 'the whole report is in the summary of the job');
  return fullestThatFits((tier) => `${marker}\n${render(tier)}`, limit);
}

/**
 * The same for the summary of a job: at most `limit` bytes, 1 MiB if nothing is said. Without `charts` no line of it is
 * Mermaid, whose fences and quotes a shell would take for its own.
 */
export function renderSummary(
  results: Results,
  { limit = SUMMARY_LIMIT, charts = true }: { limit?: number; charts?: boolean } = {},
): string {
  const render = renderer(results, 'the whole report is in results.json');
  return fullestThatFits(render, limit, charts ? TIERS : TIERS.slice(1));
}

function renderer(results: Results, whole: string): (tier: Tier) => string {
  const view = viewOf(results);
  const { cores } = results.environment;
  return (tier) => {
    const gates = gateChangesMarkdown(results.gateChanges, tier);
    if (tier === 'verdict') return blocks(heading(view), gates, footer(view, whole)) + '\n';
    const told = tier === 'failing rows' ? shortList(view.scenarios) : view.scenarios;
    const several = view.scenarios.length > 1;
    return (
      blocks(
        heading(view),
        gates,
        several ? overview(told) : undefined,
        ...told.flatMap((scenario) => [
          several ? `#### ${title(scenario)}` : undefined,
          scenarioBody(scenario, cores, tier),
        ]),
        footer(view, tier === 'everything' ? undefined : whole),
      ) + '\n'
    );
  };
}

function heading(view: View): string {
  const mark = VERDICT_MARKS[view.verdict];
  const [only] = view.scenarios;
  if (view.scenarios.length === 1 && only !== undefined) return `### ${mark} flowgate: ${named(only)}`;
  return `### ${mark} flowgate: ${view.tally}`;
}

function title(scenario: ScenarioView): string {
  return `${VERDICT_MARKS[scenario.verdict]} ${named(scenario)}`;
}

function named({ name, headline }: ScenarioView): string {
  return `<b>${html(name, 80)}</b> ${html(headline.status)}`;
}

/** One line a scenario, before the scenarios themselves. */
function overview(scenarios: readonly ScenarioView[]): string {
  const compared = scenarios.some((scenario) => scenario.compared !== undefined);
  return table(
    [
      { head: '', align: 'center' },
      { head: 'Scenario', align: 'left' },
      { head: 'Success', align: 'right' },
      { head: 'Flow time p95', align: 'right' },
      { head: 'Peak memory', align: 'right' },
      ...(compared ? [{ head: 'Against base', align: 'left' } as const] : []),
      { head: 'Load', align: 'left' },
    ],
    scenarios.map((scenario) => [
      VERDICT_MARKS[scenario.verdict],
      named(scenario),
      figure(scenario, 'success_rate'),
      figure(scenario, 'flow_time.p95'),
      figure(scenario, 'peak_memory'),
      ...(compared ? [scenario.compared?.answer.short ?? ''] : []),
      scenario.load,
    ]),
  );
}

function figure({ metrics }: ScenarioView, name: string): string {
  return metrics.find(({ metric }) => metric === name)?.value ?? '';
}

function shortList(scenarios: readonly ScenarioView[]): readonly ScenarioView[] {
  const holding = scenarios.filter(({ verdict }) => verdict === 'pass');
  const rest = scenarios.filter(({ verdict }) => verdict !== 'pass');
  return [...rest, ...holding].slice(0, SCENARIOS_SHOWN);
}

/** The machine, the run, and the line that reproduces the verdict. */
function footer(view: View, shortened: string | undefined): string {
  const parts = [
    html(view.machine),
    runLink(view),
    view.reproduce === '' ? undefined : `reproduce: ${cell(view.reproduce, 1000)}`,
    shortened === undefined ? undefined : `shortened to fit: ${shortened}`,
  ];
  return `<sub>${parts.filter((part) => part !== undefined).join(' · ')}</sub>`;
}

function runLink({ run }: View): string | undefined {
  if (run === undefined) return undefined;
  return `${run.prefix} ${run.url === undefined ? html(run.label) : `[${run.label}](${run.url})`}`;
}
