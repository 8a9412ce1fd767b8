import { stringify } from 'yaml';
import { html, plain } from '../lib/escape.js';
import { formatQuantity, formatTime, plural } from '../lib/format.js';
import type {
  CalibratedMetric,
  Calibration,
  CalibrationSeries,
  RunTally,
  ScenarioCalibration,
  StartCalibration,
  TallyShare,
} from '../model/calibration.js';
import { block, type Block, type Blocks, right, shown, words } from '../model/document.js';
import { parseMetricName } from '../model/metrics.js';
import { paragraphs, printed } from './markdown.js';
import { machineOf } from './surroundings.js';
import { terminalPrinter } from './terminal.js';

/** The report in GitHub's Markdown, with a newline at the end. */
export function renderCalibrationMarkdown(calibration: Calibration): string {
  return `${paragraphs(['# Calibration', ...printed(calibrationBlocks(calibration)), html(machineOf(calibration))])}\n`;
}

/** The report for a terminal, in lines of at most `width` characters (40 … 120) but for tables; no newline at the end. */
export function renderCalibrationTerminal(
  calibration: Calibration,
  options: { color: boolean; width: number },
): string {
  const { lines, dim } = terminalPrinter(options);
  return [
    ...shown(calibrationBlocks(calibration), 'terminal').flatMap((block) => ['', ...lines([block])]),
    '',
    `    ${dim(plain(machineOf(calibration), 300))}`,
  ].join('\n');
}

/** A heading and blocks for each scenario, and the last for all of them: what to write into the config. */
export function calibrationBlocks({ scenarios, interrupted }: Calibration): Blocks {
  const snippet = snippetOf(scenarios);
  const cut =
    interrupted === undefined
      ? []
      : [paragraph(`Interrupted by ${interrupted}: this is what there was by then.`)];
  const suggested: Blocks =
    snippet === undefined ? [] : [heading('Suggested'), { kind: 'code', language: 'yaml', text: snippet }];
  return [
    ...scenarios.flatMap((scenario) => [heading(scenario.name), ...cut, ...blocksOf(scenario)]),
    ...suggested,
  ];
}

function heading(title: string): Block {
  return { kind: 'heading', title };
}

/** The sentences are long, and there are few of them. */
function paragraph(words: string): Block | undefined {
  return block.text(words, 1000);
}

function blocksOf(scenario: ScenarioCalibration): Blocks {
  const { problem, same, slower, metrics, looks, starts } = scenario;
  return [
    problem === undefined ? undefined : paragraph(`Ended before its time: ${problem}`),
    ...(same === undefined
      ? []
      : [paragraph(roundWords(scenario)), ...sameWords(same, scenario).map(paragraph)]),
    ...(starts === undefined ? [] : [startsTable(starts), paragraph(keepWords(starts, scenario))]),
    ...(slower.length === 0
      ? []
      : [detectionTable(slower), paragraph(HOW_SLOWED[scenario.slowed]), injectedTable(slower)]),
    ...(same === undefined ? [] : [noiseTable(metrics, scenario), looksTable(looks, metrics)]),
  ];
}

function roundWords({ flows, pairTime, pairs, budget, dropped, time }: ScenarioCalibration): string {
  const lost = dropped === 0 ? '' : `; ${plural(dropped, 'pair')} disturbed from outside and dropped`;
  return (
    `A round is ${plural(flows ?? 0, 'flow')}, a pair of rounds takes ${formatTime(pairTime)}: a comparison has ` +
    `${plural(pairs ?? 0, 'pair')} within its budget of ${formatTime(budget)}. Measured for ${formatTime(time)}${lost}.`
  );
}

function sameWords(
  { runs, replays }: CalibrationSeries,
  { metrics }: ScenarioCalibration,
): readonly string[] {
  const limits = metrics.map(({ metric }) => metric).join(', ');
  const real =
    `The same code, ${plural(runs.runs, 'comparison')} (${limits}): ${foundWords(runs)}; ` +
    `${runs.resolved.count} knew all gates at the end.`;
  if (replays === undefined) return [real];
  return [
    real,
    `Replayed from their pairs, ${plural(replays.runs, 'comparison')}: ${foundWords(replays)}; ` +
      `${rate(replays.resolved.count / replays.runs)} knew all gates. Replays know no more than the pairs they are drawn from.`,
  ];
}

function foundWords({ runs, regression, improvement }: RunTally): string {
  return (
    `${plural(regression.count, 'false regression')}${atMost(regression, runs)}, ` +
    `${plural(improvement.count, 'false improvement')}${atMost(improvement, runs)}`
  );
}

/** With a confidence of 95%. */
function atMost({ high }: TallyShare, runs: number): string {
  return runs === 0 ? '' : ` (at most ${rate(high)} of comparisons)`;
}

function rate(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.1 ? 2 : 1))}%`;
}

function startsTable({ starts, rounds, metrics }: StartCalibration): Block | undefined {
  return tableOf(
    `How starts of the same code differ (SD): ${plural(starts, 'start')}, ${plural(rounds, 'round')} on each`,
    ['metric', 'between starts', 'at most (95%)', 'rounds of one start'],
    metrics.map(({ metric, between, atMost, within }) => [metric, ...[between, atMost, within].map(spread)]),
  );
}

/** A standard deviation of logarithms as a share. */
function spread(deviation: number): string {
  return `${Number((Math.expm1(deviation) * 100).toPrecision(2))}%`;
}

function keepWords({ keep, starts, metrics }: StartCalibration, { budget }: ScenarioCalibration): string {
  if (keep === undefined) {
    return `By how much starts differ is not known: it takes five that nobody disturbs, and there were ${starts}. Give calibrate more time (--for).`;
  }
  const known = metrics.filter(({ smallest }) => smallest !== null);
  const seen = known.map(({ metric, smallest }) => `${rate(smallest ?? 0)} in ${metric}`).join(', ');
  const changes = `A comparison of ${formatTime(budget)} then sees ${known.length === 0 ? 'nothing' : `changes above ${seen}`}.`;
  return keep.safe
    ? `services: keep is safe here without a start-spread: two starts of the same code hardly ever come as far apart as a limit. ${changes}`
    : `For services: keep the config needs start-spread: ${rate(keep.startSpread)}, as two starts of the same code can come as far apart as a limit. ${changes}`;
}

/** The first column names the rows, the others are figures. */
function tableOf(title: string, heads: readonly string[], rows: readonly (readonly string[])[]) {
  const columns = heads.map((head, index) =>
    index === 0 ? { head: [words(head, 200)] } : right([words(head, 200)]),
  );
  return block.table(
    columns,
    rows.map((cells) => ({ cells })),
    { title },
  );
}

function detectionTable(slower: readonly CalibrationSeries[]): Block | undefined {
  return tableOf(
    'Head slowed on purpose: comparisons that found it',
    ['slowed by', 'found', 'of all, at least', 'replayed', 'pairs', 'time'],
    slower.map(({ slowdown, runs, replays }) => [
      rate(slowdown),
      `${runs.regression.count} of ${runs.runs}`,
      runs.runs === 0 ? '' : rate(runs.regression.low),
      replays === undefined ? 'not replayed' : rate(replays.regression.count / replays.runs),
      runs.pairs === null ? '' : String(Math.round(runs.pairs)),
      runs.time === null ? '' : formatTime(runs.time),
    ]),
  );
}

const HOW_SLOWED = {
  command:
    'Slowed by work: when a flow is through, its bash burns so much of the CPU time that it took, and waits for what is missing to so much of its wall time. Both sides of these comparisons pay for being timed.',
  module:
    'Slowed by work: when a flow is through, its host burns so much of what it has worked, and the flow waits for what is missing to so much of its own time.',
  mix: 'Each part was slowed in the manner of its kind: commands and modules by work, requests by waiting in our client after the last answer.',
  http: 'Slowed by waiting, in our client after the last answer: the server does no more work, so that nothing can be found by CPU.',
} as const;

/** Of rates nothing was slowed. */
function injectedTable(slower: readonly CalibrationSeries[]): Block | undefined {
  const names = (slower[0]?.injected ?? [])
    .map(({ metric }) => metric)
    .filter((name) => !name.endsWith('_rate'));
  return tableOf(
    'What the slowdown came to, over all pairs, ± half of its 99% interval',
    ['slowed by', ...names],
    slower.map(({ slowdown, injected }) => [
      rate(slowdown),
      ...names.map((name) => changeWords(injected.find(({ metric }) => metric === name))),
    ]),
  );
}

/** `+4.9% ±1.1`, and of a change in the metric's own unit `+12 MB ±3 MB`. */
function changeWords(injected: CalibrationSeries['injected'][number] | undefined): string {
  if (injected === undefined) return 'no data';
  const { metric, scale, change, low, high } = injected;
  if (change === null || low === null || high === null) return 'no data';
  const sign = change < 0 ? '\u2212' : '+';
  const half = (high - low) / 2;
  if (scale === 'absolute') {
    return `${sign}${amount({ metric, scale }, Math.abs(change))} ±${amount({ metric, scale }, half)}`;
  }
  return `${sign}${(Math.abs(change) * 100).toFixed(1)}% ±${(half * 100).toFixed(1)}`;
}

function noiseTable(
  metrics: readonly CalibratedMetric[],
  { budget }: ScenarioCalibration,
): Block | undefined {
  return tableOf(
    `Noise, and the smallest limit that a comparison of ${formatTime(budget)} can hold`,
    ['metric', 'pair SD', 'smallest limit', 'limit now', 'suggested'],
    metrics.map((metric) => [
      metric.metric,
      amount(metric, metric.deviation),
      metric.scale === 'rate' ? 'by flows' : amount(metric, metric.smallest),
      metric.limit === 0 ? 'base' : amount(metric, metric.limit),
      suggestedWords(metric),
    ]),
  );
}

function suggestedWords({ scale, suggested, smallest }: CalibratedMetric): string {
  if (scale === 'rate') return 'base';
  if (scale === 'absolute') return 'as it is';
  if (suggested !== null) return rate(suggested);
  return smallest === null ? 'a larger budget' : 'none, too noisy';
}

function amount({ metric, scale }: Pick<CalibratedMetric, 'metric' | 'scale'>, value: number | null): string {
  if (value === null) return '\u2013';
  if (scale === 'relative' || scale === 'rate') return rate(value);
  return formatQuantity(value, parseMetricName(metric).definition?.unit ?? 'count');
}

function looksTable(
  looks: ScenarioCalibration['looks'],
  metrics: readonly CalibratedMetric[],
): Block | undefined {
  const held = metrics.filter(({ spread }) => spread !== null);
  return tableOf(
    'Smallest limits by budget',
    ['budget', 'pairs', ...held.map(({ metric }) => metric)],
    looks.map(({ pairs, time, smallest }) => [
      formatTime(time),
      String(pairs),
      ...held.map((metric) =>
        amount(metric, smallest.find((each) => each.metric === metric.metric)?.limit ?? null),
      ),
    ]),
  );
}

/** Undefined if there is nothing to suggest. */
function snippetOf(scenarios: readonly ScenarioCalibration[]): string | undefined {
  const suggested = scenarios.flatMap(({ name, suggestion }) => (suggestion ? [{ name, suggestion }] : []));
  if (suggested.length === 0) return undefined;
  const budget = Math.max(...suggested.map(({ suggestion }) => suggestion.budget));
  return stringify({
    compare: compareOf(scenarios),
    budget: `${budget / 1000}s`,
    scenarios: Object.fromEntries(
      suggested.map(({ name, suggestion }) => [name, { thresholds: suggestion.thresholds }]),
    ),
  });
}

/** As the config has it, with the largest start-spread that a scenario needs. */
function compareOf(scenarios: readonly ScenarioCalibration[]): unknown {
  if (!scenarios.some(({ services }) => services === 'keep')) return 'base';
  const needed = scenarios.flatMap(({ suggestion }) => suggestion?.startSpread ?? []);
  const widened = needed.length === 0 ? {} : { 'start-spread': rate(Math.max(...needed)) };
  return { ref: 'base', services: 'keep', ...widened };
}
