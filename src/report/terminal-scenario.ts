import { plain } from './escape.js';
import { holding, type Finding } from './finding.js';
import { formatCount, plural } from '../lib/format.js';
import { clipped, wrapped } from './lines.js';
import { historyLines } from './terminal-history.js';
import type { Row } from './row.js';
import { spoken } from './sentence.js';
import { comparedLines } from './terminal-compared.js';
import { ladderLines } from './terminal-ladder.js';
import type { Palette } from './terminal-block.js';
import type { ScenarioView } from './view.js';

/** One scenario: the verdict, the gates, the figures, and whatever does not hold. */
export function scenarioLines(scenario: ScenarioView, paint: Palette): readonly string[] {
  const { headline } = scenario;
  return [
    paint.verdict(
      scenario.verdict,
      `${plain(scenario.name, 40)} ${plain(headline.status, 60)}`,
      plain(spoken(headline.sentence), 500),
    ),
    ...section(problemLines(scenario, paint)),
    ...section(gateLines(scenario, paint)),
    ...section(figureLines(scenario, paint)),
    ...section(comparedLines(scenario.compared, paint)),
    ...section(ladderLines(scenario.ladder, paint)),
    ...section(historyLines(scenario.history, paint)),
    ...section(checkLines(scenario, paint)),
    ...section(faultLines(scenario, paint)),
    ...section(errorLines(scenario, paint)),
    ...section(scenario.notes.flatMap((note) => paint.titled('note', plain(note, 400)))),
  ];
}

/** With a blank line before it, if there is anything in it. */
function section(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

function problemLines({ untold }: ScenarioView, paint: Palette): readonly string[] {
  return untold.map((problem) => paint.marked('fail', plain(problem)));
}

function gateLines({ rows, defaultGates, omittedGates }: ScenarioView, paint: Palette): readonly string[] {
  const judged = rows.filter(({ expression }) => expression !== undefined);
  if (judged.length === 0) return [];
  const shown = judged.map((row) => ({ row, gate: plain(row.expression ?? '') }));
  const longest = shown.reduce((most, { gate }) => Math.max(most, gate.length), 0);
  const width = Math.max(12, Math.min(longest, paint.width - 40));
  const lines = shown.map(({ row, gate }) =>
    paint.marked(row.standing, `${clipped(gate, width).padEnd(width)}  ${measuredCell(row)}`),
  );
  const head = paint.dim(`${'gate'.padEnd(width)}  measured`);
  const note = defaultGates
    ? [paint.marked('plain', 'no thresholds were given: the default gates are in force')]
    : [];
  const omitted = wrapped(plain(omittedGates ?? ''), paint.width - 4).map((line) =>
    paint.marked('plain', line),
  );
  return [`    ${head}`, ...lines, ...note, ...omitted];
}

function measuredCell({ value, detail, level, against }: Row): string {
  const beside = against === undefined ? '' : `  from ${against.base}  ${against.change}`;
  const word = `${value}${beside}${detail === undefined ? '' : `  (${plain(detail, 60)})`}`;
  return level === 'warn' ? `${word.padEnd(22)} alert` : word;
}

function figureLines(scenario: ScenarioView, paint: Palette): readonly string[] {
  const value = (name: string): string | undefined => {
    const row = scenario.metrics.find(({ metric }) => metric === name);
    return row === undefined || scenario.source.metrics[name]?.value === null ? undefined : row.value;
  };
  const items = (names: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(names).flatMap(([name, title]) => {
      const shown = value(name);
      return shown === undefined ? [] : [title === '' ? shown : `${title} ${shown}`];
    });
  const steps = scenario.steps.flatMap(({ name, shareOfTime }) =>
    shareOfTime === undefined ? [] : [`${plain(name, 30)} ${shareOfTime}`],
  );
  return [
    ...paint.field('load', [scenario.load]),
    ...paint.field('flow time', items(FLOW_TIME)),
    ...paint.field('throughput', items(RATES)),
    ...paint.field('memory', items(MEMORY)),
    ...limitLines(scenario, paint),
    ...paint.field('steps', steps),
    ...growthLine(scenario, paint),
  ];
}

function growthLine({ stepGrowth }: ScenarioView, paint: Palette): readonly string[] {
  if (stepGrowth === undefined) return [];
  // A long name must not push the figures out of the line.
  const short = stepGrowth.map((part) =>
    part.style === 'code' ? { ...part, text: plain(part.text, 24) } : part,
  );
  return paint.field('', [plain(spoken(short))]);
}

/** Each line by itself: they are sentences, and too long to stand beside each other. */
function limitLines({ limits }: ScenarioView, paint: Palette): readonly string[] {
  return limits.flatMap((line, index) => paint.titled(index === 0 ? 'limits' : '', plain(line, 400)));
}

const FLOW_TIME = {
  'flow_time.min': 'min',
  'flow_time.med': 'median',
  'flow_time.p95': 'p95',
  'flow_time.p99': 'p99',
  'flow_time.max': 'max',
};
const RATES = { throughput: '', peak_cpu: 'peak cpu', cpu_per_flow: 'cpu per flow' };
const MEMORY = { peak_memory: 'peak', peak_threads: 'threads', peak_processes: 'processes' };

function checkLines({ findings, leftovers, verify }: ScenarioView, paint: Palette): readonly string[] {
  const listed = findings.some(({ id }) => id === 'invariants');
  return [
    ...(findings.length === 0 ? [] : paint.field('checks', [holding(findings)])),
    ...findings.filter(({ standing }) => standing !== 'pass').flatMap((finding) => checkLine(finding, paint)),
    ...(verify === undefined || listed ? [] : paint.titled('verify', plain(verify, 400))),
    ...leftovers.flatMap((process, index) => paint.field(index === 0 ? 'left behind' : '', [plain(process)])),
  ];
}

function checkLine({ standing, id, title, evidence }: Finding, paint: Palette): readonly string[] {
  const text = evidence === '' ? title : `${title}: ${evidence}`;
  return paint.found(standing, id, plain(text, 400));
}

function faultLines({ faults }: ScenarioView, paint: Palette): readonly string[] {
  if (faults === undefined) return [];
  const [first = '', ...rest] = [
    ...faults.summary,
    faults.lines.map(({ words }) => words).join(', '),
    ...faults.notes,
  ].filter((line) => line !== '');
  return [...paint.field('faults', [first]), ...rest.flatMap((line) => paint.titled('', plain(line, 400)))];
}

function errorLines(
  { errors, moreErrors, failures, retried }: ScenarioView,
  paint: Palette,
): readonly string[] {
  // Wrapped, not cut: what failed is often said at the end of the line.
  const listed = errors.map(({ count, sample, first }) => {
    const where = first === '' ? '' : ` (${count === 1 ? '' : 'first: '}${first})`;
    return `${formatCount(count)} × ${plain(sample, 400)}${where}`;
  });
  const more = moreErrors > 0 ? [`and ${plural(moreErrors, 'more kind')} of error`] : [];
  const ended = [...failures, ...retried].map(({ ending, flows }) => `${ending}: ${flows}`);
  return [
    ...[...listed, ...more].flatMap((line, index) => paint.titled(index === 0 ? 'errors' : '', line)),
    ...paint.field('ended', ended),
  ];
}
