import { plain } from '../lib/escape.js';
import type { Flow, Outcome } from '../model/flow.js';
import type { Results, ScenarioResults } from '../model/results.js';
import { keptShares } from './kept.js';

/*
 * One row a flow that is kept (RFC 4180, lines end with LF). Times are ms, from the start of the scenario but for
 * `started`; an empty field was not measured.
 */

interface Row {
  readonly scenario: ScenarioResults;
  readonly flow: Flow;
  /** Of each outcome, the share of its flows that have a row. */
  readonly kept: Readonly<Record<Outcome, number>>;
}

type Value = string | number | undefined;

const COLUMNS: Readonly<Record<string, (row: Row) => Value>> = {
  scenario: ({ scenario }) => scenario.name,
  part: ({ flow }) => flow.part,
  iteration: ({ flow }) => flow.iteration,
  slot: ({ flow }) => flow.slot,
  outcome: ({ flow }) => flow.outcome,
  kept: ({ flow, kept }) => kept[flow.outcome],
  started: ({ scenario, flow }) => isoTime(Date.parse(scenario.startedAt) + flow.startedAt),
  scheduled_ms: ({ flow }) => flow.scheduledAt,
  started_ms: ({ flow }) => flow.startedAt,
  running_ms: ({ flow }) => flow.runningAt,
  ended_ms: ({ flow }) => flow.endedAt,
  time_ms: ({ scenario, flow }) => timeOf(flow, scenario),
  attempts: ({ flow }) => flow.attempts ?? (flow.outcome === 'dropped' ? 0 : 1),
  rung: ({ flow }) => flow.rung,
  wave: ({ flow }) => flow.wave,
  fault: ({ flow }) => flow.hit?.kind,
  ttfb_ms: ({ flow }) => flow.ttfb?.[0],
  bytes_received: ({ flow }) => flow.bytesIn,
  bytes_sent: ({ flow }) => flow.bytesOut,
  exit_status: ({ flow }) => flow.error?.exitStatus,
  error: ({ flow }) => flow.error?.message,
  token: ({ flow }) => flow.token,
};

/** Columns of steps, and of reported metrics; a table of more is no table. */
const MOST_NAMES = 200;

export function renderCsv({ scenarios }: Results): string {
  const flows = scenarios.flatMap(({ flows: of }) => of);
  const steps = namesIn(flows.map(({ steps: of = [] }) => of));
  const metrics = namesIn(flows.map(({ metrics: of = [] }) => of));
  const head = [
    ...Object.keys(COLUMNS),
    ...steps.map((name) => `step(${name})_ms`),
    ...metrics.map((name) => `metric(${name})`),
  ];
  const lines = scenarios.flatMap((scenario) => {
    const kept = keptShares(scenario);
    return scenario.flows.map((flow) => {
      const values = Object.values(COLUMNS).map((value) => value({ scenario, flow, kept }));
      return line([
        ...values,
        ...steps.map((name) => stepTime(flow, name)),
        ...metrics.map((name) => flow.metrics?.find((each) => each.name === name)?.value),
      ]);
    });
  });
  return `${[line(head), ...lines].join('\n')}\n`;
}

/** In order of appearance. */
function namesIn(lists: readonly (readonly { readonly name: string }[])[]): readonly string[] {
  const names = new Set<string>();
  for (const list of lists) for (const { name } of list) if (names.size < MOST_NAMES) names.add(name);
  return [...names];
}

/** As the metric `flow_time` counts it: in the open model from when it was due. */
function timeOf({ outcome, scheduledAt, startedAt, endedAt }: Flow, { load }: ScenarioResults): Value {
  if (outcome === 'dropped') return undefined;
  return endedAt - (load.model === 'open' ? scheduledAt : startedAt);
}

/** A step that ran twice counts with both times. */
function stepTime({ steps = [] }: Flow, name: string): Value {
  const own = steps.filter((step) => step.name === name);
  return own.length === 0 ? undefined : own.reduce((sum, step) => sum + step.endedAt - step.startedAt, 0);
}

function isoTime(ms: number): Value {
  // Of a file from outside, whatever it says.
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

function line(values: readonly Value[]): string {
  return values.map((value) => (typeof value === 'string' ? field(value) : number(value))).join(',');
}

/** To the ns. */
function number(value: number | undefined): string {
  return value === undefined ? '' : String(Math.round(value * 1e6) / 1e6);
}

/** What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), in its wide forms too. */
const FORMULA = /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;
const LONGEST = 1000;

/** One line, whatever a flow has printed. An apostrophe in front says to spreadsheets that it is a text. */
function field(text: string): string {
  const clean = plain(text, LONGEST);
  const safe = FORMULA.test(clean) ? `'${clean}` : clean;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
