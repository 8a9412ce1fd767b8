import { stringify } from 'yaml';
import type {
  CalibratedMetric,
  Calibration,
  CalibrationSeries,
  RunTally,
  ScenarioCalibration,
  TallyShare,
} from '../model/calibration.js';
import { formatQuantity, formatTime, plural } from '../lib/format.js';
import { parseMetricName } from '../model/metrics.js';

/** What a report of a calibration is made of, whatever it is written in. Texts are not escaped. */
export type CalibrationBlock =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly title: string;
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: 'code'; readonly title: string; readonly text: string };

export interface CalibrationSection {
  readonly title: string;
  readonly blocks: readonly CalibrationBlock[];
}

/** A section for each scenario, and the last for all of them: what to write into the config. */
export function calibrationView({ scenarios, interrupted }: Calibration): readonly CalibrationSection[] {
  const snippet = snippetOf(scenarios);
  const cut =
    interrupted === undefined ? [] : [text(`Interrupted by ${interrupted}: this is what there was by then.`)];
  return [
    ...scenarios.map((scenario) => ({ title: scenario.name, blocks: [...cut, ...blocksOf(scenario)] })),
    ...(snippet === undefined
      ? []
      : [
          { title: 'Suggested', blocks: [{ kind: 'code', title: 'for the config', text: snippet } as const] },
        ]),
  ];
}

function blocksOf(scenario: ScenarioCalibration): readonly CalibrationBlock[] {
  const { problem, same, slower, metrics, looks } = scenario;
  return [
    ...(problem === undefined ? [] : [text(`Ended before its time: ${problem}`)]),
    ...(same === undefined ? [] : [text(roundWords(scenario)), ...sameWords(same, scenario).map(text)]),
    ...(slower.length === 0 ? [] : [detectionTable(slower), text(HOW_SLOWED[scenario.slowed])]),
    ...(slower.length === 0 ? [] : [injectedTable(slower)]),
    ...(same === undefined ? [] : [noiseTable(metrics, scenario), looksTable(looks, metrics)]),
  ];
}

function text(words: string): CalibrationBlock {
  return { kind: 'text', text: words };
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

function detectionTable(slower: readonly CalibrationSeries[]): CalibrationBlock {
  return {
    kind: 'table',
    title: 'Head slowed on purpose: comparisons that found it',
    head: ['slowed by', 'found', 'of all, at least', 'replayed', 'pairs', 'time'],
    rows: slower.map(({ slowdown, runs, replays }) => [
      rate(slowdown),
      `${runs.regression.count} of ${runs.runs}`,
      runs.runs === 0 ? '' : rate(runs.regression.low),
      replays === undefined ? 'not replayed' : rate(replays.regression.count / replays.runs),
      runs.pairs === null ? '' : String(Math.round(runs.pairs)),
      runs.time === null ? '' : formatTime(runs.time),
    ]),
  };
}

const HOW_SLOWED = {
  command:
    'Slowed by work: when a flow is through, its bash burns so much of the CPU time that it took, and waits for what is missing to so much of its wall time. Both sides of these comparisons pay for being timed.',
  module:
    'Slowed by work: when a flow is through, its host burns so much of what it has worked, and the flow waits for what is missing to so much of its own time.',
  http: 'Slowed by waiting, in our client after the last answer: the server does no more work, so that nothing can be found by CPU.',
} as const;

/** Of rates nothing was slowed. */
function injectedTable(slower: readonly CalibrationSeries[]): CalibrationBlock {
  const names = (slower[0]?.injected ?? [])
    .map(({ metric }) => metric)
    .filter((name) => !name.endsWith('_rate'));
  return {
    kind: 'table',
    title: 'What the slowdown came to, over all pairs, ± half of its 99% interval',
    head: ['slowed by', ...names],
    rows: slower.map(({ slowdown, injected }) => [
      rate(slowdown),
      ...names.map((name) => changeWords(injected.find(({ metric }) => metric === name))),
    ]),
  };
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

function noiseTable(metrics: readonly CalibratedMetric[], { budget }: ScenarioCalibration): CalibrationBlock {
  return {
    kind: 'table',
    title: `Noise, and the smallest limit that a comparison of ${formatTime(budget)} can hold`,
    head: ['metric', 'pair SD', 'smallest limit', 'limit now', 'suggested'],
    rows: metrics.map((metric) => [
      metric.metric,
      amount(metric, metric.deviation),
      metric.scale === 'rate' ? 'by flows' : amount(metric, metric.smallest),
      metric.limit === 0 ? 'base' : amount(metric, metric.limit),
      suggestedWords(metric),
    ]),
  };
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
): CalibrationBlock {
  const held = metrics.filter(({ spread }) => spread !== null);
  return {
    kind: 'table',
    title: 'Smallest limits by budget',
    head: ['budget', 'pairs', ...held.map(({ metric }) => metric)],
    rows: looks.map(({ pairs, time, smallest }) => [
      formatTime(time),
      String(pairs),
      ...held.map((metric) =>
        amount(metric, smallest.find((each) => each.metric === metric.metric)?.limit ?? null),
      ),
    ]),
  };
}

/** Undefined if there is nothing to suggest. */
function snippetOf(scenarios: readonly ScenarioCalibration[]): string | undefined {
  const suggested = scenarios.flatMap(({ name, suggestion }) => (suggestion ? [{ name, suggestion }] : []));
  if (suggested.length === 0) return undefined;
  const budget = Math.max(...suggested.map(({ suggestion }) => suggestion.budget));
  return stringify({
    compare: 'base',
    budget: `${budget / 1000}s`,
    scenarios: Object.fromEntries(
      suggested.map(({ name, suggestion }) => [name, { thresholds: suggestion.thresholds }]),
    ),
  });
}
