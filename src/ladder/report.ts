import { CHART, label, line, niceTop, square, svg, xyChart } from '../lib/charts.js';
import {
  formatBytes,
  formatCores,
  formatCount,
  formatQuantity,
  formatRate,
  formatRatio,
  formatTime,
  NO_DATA,
} from '../lib/format.js';
import { sparkline } from '../lib/text.js';
import {
  atTerminal,
  block,
  type Block,
  type Blocks,
  inMarkdown,
  onPage,
  own,
  type Reporter,
  right,
  type Sentence,
  words,
} from '../model/document.js';
import {
  kneeRange,
  type LadderResults,
  limitSentence,
  type Provision,
  type ResourceLine,
  type RungResults,
  type UslInterval,
  type UslIntervals,
  type UslResults,
  uslThroughput,
} from '../model/ladder.js';

/** The rungs of a ladder, the laws that follow from them, and what other sizes would take. */
export const ladder: Reporter = ({ ladder: climbed }, cores) =>
  climbed === undefined || climbed.rungs.length === 0
    ? []
    : [{ id: 'ladder', blocks: ladderBlocks(climbed, cores) }];

function ladderBlocks(climbed: LadderResults, cores: number): Blocks {
  const { rungs, provisioning } = climbed;
  const limit = climbed.limit && limitSentence(climbed.limit);
  const law = lawSentence(climbed);
  const resources = resourceSentence(climbed, cores);
  const intervals = intervalLines(climbed);
  const predicted = resources === undefined ? [] : predictedColumns(provisioning, cores);
  const spark = sparkOf(climbed);
  const short = (sentence: string | undefined) =>
    sentence === undefined ? undefined : [words(sentence, 200)];
  return [
    ...inMarkdown(
      block.text([own('Ladder', true), ...(limit === undefined ? [] : [own(': '), words(limit)])]),
      rungTable(rungs),
      block.note([own(OVER_ALL)]),
      resources === undefined ? undefined : block.text([own(AT_N, true), own(': '), words(resources)]),
      predictedTable(predicted),
      block.text(law),
      block.part(
        [own('Ladder', true), own(', drawn, and how sure it is')],
        [chartOf(climbed), block.text(spark && [own('Throughput '), ...spark]), block.note(...intervals)],
      ),
    ),
    ...onPage(
      block.part('Ladder', [
        block.drawing(() => ladderPlot(climbed)),
        rungTable(rungs),
        block.text(limit),
        resources === undefined ? undefined : block.text(`${AT_N}: ${resources}`),
        block.text(law),
        block.note(...intervals, OVER_ALL),
        predictedTable(predicted),
      ]),
    ),
    ...atTerminal(
      narrowTable(rungs),
      block.list(['gates and figures above this table are over all rungs']),
      block.field('limit', short(limit)),
      spark && block.items('climb', [spark]),
      block.field('law', short(law)),
      block.field('at N', short(resources)),
      ...predictedLines(predicted),
    ),
  ];
}

const OVER_ALL = 'The metrics and gates of the scenario are over all rungs together.';
const AT_N = 'At N flows at once';

const RUNG_COLUMNS: readonly (readonly [head: string, cell: (rung: RungResults) => string])[] = [
  ['At once', ({ flows }) => formatCount(flows)],
  ['Throughput', ({ throughput }) => formatRate(throughput)],
  ['Efficiency', ({ efficiency }) => formatRatio(efficiency)],
  ['Median', ({ flowTimeMed }) => formatTime(flowTimeMed)],
  ['p95', ({ flowTimeP95 }) => formatTime(flowTimeP95)],
  ['Ok', ({ successRate }) => formatRatio(successRate)],
  ['Memory', ({ peakMemory }) => formatBytes(peakMemory)],
  [
    'CPU (peak)',
    ({ avgCpu, peakCpu }) => (avgCpu === null ? NO_DATA : `${formatRatio(avgCpu)} (${formatRatio(peakCpu)})`),
  ],
  ['Threads', ({ peakThreads }) => formatCount(peakThreads)],
];

function rungTable(
  rungs: readonly RungResults[],
  columns = RUNG_COLUMNS,
  narrow?: 'leave out',
): Block | undefined {
  const rows = rungs.map((rung) => ({
    standing: rung.broken.length === 0 ? ('pass' as const) : ('fail' as const),
    cells: columns.map(([, cell]) => [own(cell(rung))]),
  }));
  return block.table(
    columns.map(([head]) => right(head)),
    rows,
    { narrow },
  );
}

/** Efficiency is what a narrow terminal leaves out first: the throughput tells of it. */
function narrowTable(rungs: readonly RungResults[]): Block | undefined {
  const isLast = ([head]: (typeof RUNG_COLUMNS)[number]): number => Number(head === 'Efficiency');
  const columns = RUNG_COLUMNS.toSorted((one, other) => isLast(one) - isLast(other));
  return rungTable(
    rungs,
    columns.map(([head, cell]) => [head.toLowerCase(), cell]),
    'leave out',
  );
}

function lawSentence({ usl }: LadderResults): string | undefined {
  if (usl === undefined) return undefined;
  const { lambda, sigma, kappa, knee, rSquared } = usl;
  const range = kneeRange(usl);
  const highest =
    knee === null
      ? 'throughput does not fall'
      : `highest at ${formatQuantity(Math.round(knee), 'count')} at once`;
  const sure = range === undefined ? '' : `${range}, `;
  return `throughput = ${formatRate(lambda)}·N ÷ (1 + σ(N − 1) + κN(N − 1)) with σ = ${coefficient(sigma)}, κ = ${coefficient(kappa)}: ${highest} (${sure}R² ${rSquared.toFixed(3)})`;
}

/** `0.0267`, `7.69e-4`, `0`. */
function coefficient(value: number): string {
  if (value < 1e-9) return '0';
  return value < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

const UNITS = { memory: 'bytes', cpu: 'ratio', threads: 'count' } as const;
const NAMES = { memory: 'memory', cpu: 'CPU', threads: 'threads' } as const;
type Resource = keyof typeof UNITS;
const RESOURCES: readonly Resource[] = ['memory', 'cpu', 'threads'];

function resourceSentence({ model }: LadderResults, cores: number): string | undefined {
  const parts = RESOURCES.flatMap((resource) => {
    const line = model[resource];
    if (line === undefined) return [];
    const of = resource === 'cpu' ? ` of ${formatCores(cores)}` : '';
    if (line.bend !== undefined) return [bendClause(line.bend, resource)];
    return [`${NAMES[resource]} = ${sum(line, resource)}${of}`];
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}

function sum({ a, b }: ResourceLine, resource: Resource): string {
  const unit = UNITS[resource];
  return `${amount(a, unit)} ${b < 0 ? '−' : '+'} ${amount(Math.abs(b), unit)}·N`;
}

function amount(value: number, unit: (typeof UNITS)[Resource]): string {
  // A part of a ratio or of a count is a difference, which is not kept from being rounded to all.
  return formatQuantity(Number(value.toPrecision(3)), unit);
}

function intervalLines({ model, usl }: LadderResults): readonly string[] {
  const resources = RESOURCES.flatMap((resource) => {
    const line = model[resource];
    if (line === undefined) return [];
    const { low, high, confidence, note, bend } = line;
    if (bend !== undefined) return [];
    const name = `${NAMES[resource]} per flow ${amount(line.b, UNITS[resource])}`;
    const between =
      low === undefined || high === undefined || confidence === undefined
        ? ', without an interval'
        : `, between ${amount(low, UNITS[resource])} and ${amount(high, UNITS[resource])} (${formatRatio(confidence)} confidence)`;
    return [`${name}${between}${note === undefined ? '' : `, ${note}`}`];
  });
  return [...resources, ...lawIntervals(usl?.intervals)];
}

/** `σ between 0.02 and 0.031, κ between 6e-4 and 8.1e-4 (95% confidence)`. */
function lawIntervals(intervals: UslIntervals | undefined): readonly string[] {
  if (intervals === undefined) return [];
  const between = ({ low, high }: UslInterval): string =>
    high === null ? `at least ${coefficient(low)}` : `between ${coefficient(low)} and ${coefficient(high)}`;
  return [`σ ${between(intervals.sigma)}, κ ${between(intervals.kappa)} (95% confidence)`];
}

/** `threads: a line does not fit (1 per flow up to 4 at once, 0 beyond), so nothing is predicted`. */
function bendClause({ at, below, above }: NonNullable<ResourceLine['bend']>, resource: Resource): string {
  const [low, high] = [below, above].map((slope) => amount(slope, UNITS[resource]));
  return `${NAMES[resource]}: a line does not fit (${low ?? ''} per flow up to ${formatCount(at)} at once, ${high ?? ''} beyond), so nothing is predicted`;
}

interface PredictedColumn {
  readonly of: 'flows' | 'memory' | 'cpu' | 'threads';
  readonly head: string;
  /** One for each size. */
  readonly cells: readonly string[];
}

/** CPU in cores: what has to be ordered, whatever machine measured. */
function predictedColumns(sizes: readonly Provision[], cores: number): readonly PredictedColumn[] {
  const inCores = (share: number | null): string => (share === null ? NO_DATA : formatCores(share * cores));
  const whole = (count: number | null): string => formatCount(count === null ? null : Math.ceil(count));
  const resources: readonly PredictedColumn[] = [
    { of: 'memory', head: 'Memory', cells: sizes.map(({ memory }) => formatBytes(memory)) },
    { of: 'cpu', head: 'CPU', cells: sizes.map(({ cpu }) => inCores(cpu)) },
    { of: 'threads', head: 'Threads', cells: sizes.map(({ threads }) => whole(threads)) },
  ];
  const known = resources.filter(({ cells }) => cells.some((cell) => cell !== NO_DATA));
  if (known.length === 0) return [];
  const flows = sizes.map((size) => formatCount(size.flows));
  return [{ of: 'flows', head: 'At once, predicted', cells: flows }, ...known];
}

function predictedTable(columns: readonly PredictedColumn[]): Block | undefined {
  return block.table(
    columns.map(({ head }) => right(head)),
    (columns[0]?.cells ?? []).map((_size, row) => ({
      cells: columns.map(({ cells }) => [own(cells[row] ?? '')]),
    })),
  );
}

/** `at 100: 1.07 GB, 0.558 cores, 11 threads`. */
function predictedLines([sizes, ...resources]: readonly PredictedColumn[]): Blocks {
  return (sizes?.cells ?? []).map((size, row) => {
    const parts = resources.map(
      ({ of, cells }) => `${cells[row] ?? ''}${of === 'threads' ? ' threads' : ''}`,
    );
    return block.items(row === 0 ? 'predicted' : '', [[own(`at ${size}: ${parts.join(', ')}`)]]);
  });
}

/** Fewer rungs with a throughput make no chart. */
const FEWEST = 2;

/** Throughput against flows at once: bars are measured, the line is the law. */
function chartOf({ rungs, usl }: LadderResults): Block | undefined {
  const bars = rungs.map(({ throughput }) => throughput ?? 0);
  if (bars.filter((value) => value > 0).length < FEWEST) return undefined;
  const chart = xyChart({
    title: 'Throughput, flows per second',
    x: `"flows at once" [${rungs.map(({ flows }) => flows).join(', ')}]`,
    y: 'flows/s',
    bars,
    line: usl === undefined ? [] : rungs.map(({ flows }) => uslThroughput(usl, flows)),
  });
  return { kind: 'code', language: 'mermaid', text: chart, tiers: ['everything'] };
}

/** The same in text: a block for each rung. */
function sparkOf({ rungs }: LadderResults): Sentence | undefined {
  const measured = rungs.map(({ throughput }) => throughput ?? 0);
  if (measured.length < FEWEST) return undefined;
  const span = `${formatRate(measured[0] ?? 0)} → ${formatRate(measured.at(-1) ?? 0)}`;
  return [{ text: sparkline(measured), style: 'spark' }, own(` ${span}`)];
}

const TOP = 34;
const HEIGHT = 200;
const BOTTOM = TOP + HEIGHT;
/** Points along the law's curve. */
const STEPS = 120;
/** Times the top rung: a knee up to there is drawn. */
const FURTHEST = 2;
const HALF = 4;

interface Scales {
  readonly x: (flows: number) => number;
  readonly y: (throughput: number) => number;
  /** Flows at once and throughput at the ends of the axes. */
  readonly right: number;
  readonly top: number;
}

/** Throughput against flows at once: squares are measured, the curve is the law; nothing without two rungs. */
function ladderPlot(source: LadderResults): string {
  const { rungs, usl } = source;
  const points = rungs.flatMap(({ flows, throughput }) =>
    throughput === null ? [] : [{ flows, throughput }],
  );
  if (points.length < 2) return '';
  const scales = scalesOf(source);
  const squares = points.map(({ flows, throughput }) => {
    const words = `${formatRate(throughput)} with ${formatCount(flows)} at once`;
    return square('bin', { x: scales.x(flows), y: scales.y(throughput), half: HALF }, words);
  });
  return svg({
    height: BOTTOM + 22,
    label: `Throughput against flows at once, ${points.length} rungs`,
    body: [
      axes(
        scales,
        points.map(({ flows }) => flows),
      ),
      ...(usl === undefined ? [] : [curve(usl, scales), kneeMark(usl, scales)]),
      ...squares,
    ].join('\n'),
  });
}

function scalesOf({ rungs, usl }: LadderResults): Scales {
  const top = rungs.reduce((most, { flows }) => Math.max(most, flows), 1);
  const knee = usl?.knee ?? null;
  const right = knee !== null && knee > top && knee <= FURTHEST * top ? 1.1 * knee : 1.05 * top;
  const predicted = usl === undefined ? [] : along(right).map((flows) => uslThroughput(usl, flows));
  const highest = [...rungs.map(({ throughput }) => throughput ?? 0), ...predicted].reduce(
    (most, value) => Math.max(most, value),
    0,
  );
  const ceiling = niceTop(highest);
  const width = CHART.width - CHART.left - CHART.right;
  return {
    x: (flows) => CHART.left + (flows / right) * width,
    y: (throughput) => BOTTOM - (throughput / ceiling) * HEIGHT,
    right,
    top: ceiling,
  };
}

/** The law is of one flow and more. */
function along(right: number): readonly number[] {
  return Array.from({ length: STEPS + 1 }, (_unused, step) => 1 + (step / STEPS) * (right - 1));
}

/** A line and a label at every rung that is not too near to the one before. */
function axes({ x, top }: Scales, flows: readonly number[]): string {
  let last = -Infinity;
  const ticks = flows.map((at) => {
    const left = x(at);
    const isNear = left - last < 24;
    if (!isNear) last = left;
    const place = left.toFixed(1);
    const mark = line('grid', { x1: place, x2: place, y1: TOP, y2: BOTTOM });
    return mark + label(isNear ? '' : formatCount(at), { x: place, y: BOTTOM + 14, anchor: 'middle' });
  });
  return [
    ...ticks,
    line('axis', { x1: CHART.left, x2: CHART.width - CHART.right, y1: BOTTOM, y2: BOTTOM }),
    label(formatRate(top), { x: CHART.left - 6, y: TOP + 6, anchor: 'end' }),
    label('at once', { x: CHART.left - 6, y: BOTTOM + 14, anchor: 'end', strong: true }),
  ].join('');
}

function curve(usl: UslResults, { x, y, right }: Scales): string {
  const places = along(right).map(
    (flows) => `${x(flows).toFixed(1)} ${y(uslThroughput(usl, flows)).toFixed(1)}`,
  );
  return `<g class="law"><path d="M${places.join('L')}"/></g>`;
}

function kneeMark({ knee }: UslResults, { x, right }: Scales): string {
  if (knee === null || knee > right) return '';
  const left = x(knee).toFixed(1);
  const anchor = knee > 0.9 * right ? 'end' : 'middle';
  const mark = line('marker', { x1: left, x2: left, y1: TOP - 5, y2: BOTTOM });
  return (
    mark + label(`knee ${formatCount(Math.round(knee))}`, { x: left, y: TOP - 10, anchor, strong: true })
  );
}
