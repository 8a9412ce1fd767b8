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
import {
  limitSentence,
  type LadderResults,
  type Provision,
  type ResourceLine,
  type RungResults,
} from '../model/ladder.js';
import type { ScenarioResults } from '../model/results.js';

/** A ladder as it is read: cells of the tables and the sentences under them. */
export interface LadderView {
  readonly rungs: readonly RungLine[];
  /** `holds up to 20 at once; at 50 …`; undefined if no rung breaks a gate. */
  readonly limit?: string;
  /** The Universal Scalability Law in one sentence. */
  readonly law?: string;
  /** `memory = 45 MB + 9.8 MB·N, CPU = 0.4% + 0.36%·N of 2 cores, threads = 11 + 1·N`. */
  readonly resources?: string;
  /** What the ladder is not. */
  readonly note: string;
  /** How sure that is. */
  readonly intervals: readonly string[];
  /** What other sizes would take, a column for each resource that is predicted; none if none is. */
  readonly predicted: readonly PredictedColumn[];
  readonly source: LadderResults;
}

export interface RungLine {
  readonly holds: boolean;
  readonly flows: string;
  readonly throughput: string;
  readonly efficiency: string;
  readonly median: string;
  readonly p95: string;
  readonly success: string;
  readonly memory: string;
  readonly cpu: string;
  readonly threads: string;
}

export interface PredictedColumn {
  readonly of: 'flows' | 'memory' | 'cpu' | 'threads';
  readonly head: string;
  /** One for each size. */
  readonly cells: readonly string[];
}

const OVER_ALL = 'The metrics and gates of the scenario are over all rungs together.';

export function ladderView({ ladder }: ScenarioResults, cores: number): LadderView | undefined {
  if (ladder === undefined || ladder.rungs.length === 0) return undefined;
  const { rungs, limit, provisioning } = ladder;
  const law = lawSentence(ladder);
  const resources = resourceSentence(ladder, cores);
  return {
    rungs: rungs.map(rungLine),
    ...(limit === undefined ? {} : { limit: limitSentence(limit) }),
    ...(law === undefined ? {} : { law }),
    ...(resources === undefined ? {} : { resources }),
    note: OVER_ALL,
    intervals: intervalLines(ladder),
    predicted: resources === undefined ? [] : predictedColumns(provisioning, cores),
    source: ladder,
  };
}

function rungLine(rung: RungResults): RungLine {
  const { avgCpu, peakCpu } = rung;
  return {
    holds: rung.broken.length === 0,
    flows: formatCount(rung.flows),
    throughput: formatRate(rung.throughput),
    efficiency: formatRatio(rung.efficiency),
    median: formatTime(rung.flowTimeMed),
    p95: formatTime(rung.flowTimeP95),
    success: formatRatio(rung.successRate),
    memory: formatBytes(rung.peakMemory),
    cpu: avgCpu === null ? NO_DATA : `${formatRatio(avgCpu)} (${formatRatio(peakCpu)})`,
    threads: formatCount(rung.peakThreads),
  };
}

function lawSentence({ usl }: LadderResults): string | undefined {
  if (usl === undefined) return undefined;
  const { lambda, sigma, kappa, knee, rSquared } = usl;
  const highest =
    knee === null
      ? 'throughput does not fall'
      : `highest at ${formatQuantity(Math.round(knee), 'count')} at once`;
  return `throughput = ${formatRate(lambda)}·N ÷ (1 + σ(N − 1) + κN(N − 1)) with σ = ${coefficient(sigma)}, κ = ${coefficient(kappa)}: ${highest} (R² ${rSquared.toFixed(3)})`;
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

function intervalLines({ model }: LadderResults): readonly string[] {
  return RESOURCES.flatMap((resource) => {
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
}

/** `threads: a line does not fit (1 per flow up to 4 at once, 0 beyond), so nothing is predicted`. */
function bendClause({ at, below, above }: NonNullable<ResourceLine['bend']>, resource: Resource): string {
  const [low, high] = [below, above].map((slope) => amount(slope, UNITS[resource]));
  return `${NAMES[resource]}: a line does not fit (${low ?? ''} per flow up to ${formatCount(at)} at once, ${high ?? ''} beyond), so nothing is predicted`;
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
