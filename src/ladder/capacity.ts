import { distributionOf, percentile, statOf } from '../lib/statistics/distribution.js';
import { type Point, slopeInterval, slopesOf } from '../lib/statistics/slopes.js';
import { flowFigures, startedFlows } from '../measure/figures.js';
import { machineFigures } from '../measure/machine.js';
import { tallyOf } from '../measure/tally.js';
import type {
  LadderFigures,
  Provision,
  ResourceLine,
  Rung,
  RungFigures,
  UslResults,
} from '../model/ladder.js';
import type { Record } from '../model/record.js';
import { bendOf } from './bend.js';
import { fitUsl, kneeOf } from './usl.js';
import { uslIntervals } from './usl-intervals.js';

/** Flows at once that are predicted, as multiples of the top rung. */
const PROVISIONED = [2, 5, 10];
/** A machine this busy can give no more, however many flows ask: its rungs say nothing of what a flow would take. */
const SATURATED = 0.9;

/** The record's ladder; undefined if it has none. Rungs of which no flow was started say nothing and are left out. */
export function ladderOf(record: Record): LadderFigures | undefined {
  if (record.rungs === undefined) return undefined;
  const climbed = record.rungs.map((rung) => figuresOf(record, rung)).filter(({ started }) => started > 0);
  const rungs = climbed.map((rung) => ({ ...rung, efficiency: efficiency(rung, climbed[0]) }));
  const usl = uslOf(rungs);
  const model = modelOf(rungs);
  return { rungs, usl, model, provisioning: provisioningOf(rungs.at(-1)?.flows, model) };
}

/** The part of a record that one rung is. */
export function recordOfRung(record: Record, { flows }: Pick<Rung, 'flows'>): Record {
  const own = record.flows.filter(({ rung }) => rung === flows);
  const load = { model: 'closed', flows, iterations: own.length } as const;
  const tally = record.rungTallies?.get(flows) ?? tallyOf({ flows: own, load });
  return { ...record, load: { ...load, iterations: startedFlows(tally) }, flows: own, tally };
}

function figuresOf(record: Record, rung: Rung): Omit<RungFigures, 'efficiency'> {
  const own = recordOfRung(record, rung);
  const tally = tallyOf(own);
  const flows = flowFigures(tally, own);
  const machine = machineFigures(tally, own);
  const times = tally.flowTimes();
  return {
    ...rung,
    started: startedFlows(tally),
    throughput: flows.throughput.value,
    flowTimeMed: times === undefined ? null : (statOf(times, 'med') ?? null),
    flowTimeP95: times === undefined ? null : (statOf(times, 'p95') ?? null),
    successRate: flows.success_rate.value,
    peakMemory: machine.peak_memory.value,
    avgCpu: machine.avg_cpu.value,
    peakCpu: machine.peak_cpu.value,
    peakThreads: machine.peak_threads.value,
  };
}

type Paced = Pick<RungFigures, 'flows' | 'throughput'>;

/** Throughput per flow against that of the first rung: 1 where as many flows do as many times the work. */
function efficiency(rung: Paced, first: Paced | undefined): number | null {
  if (rung.throughput === null || !first?.throughput) return null;
  return rung.throughput / rung.flows / (first.throughput / first.flows);
}

function uslOf(rungs: readonly RungFigures[]): UslResults | undefined {
  const points = rungs.map(({ flows, throughput }) => ({ flows, throughput: throughput ?? 0 }));
  const law = fitUsl(points);
  return law && { ...law, knee: kneeOf(law) ?? null, intervals: uslIntervals(points, law) };
}

function modelOf(rungs: readonly RungFigures[]): LadderFigures['model'] {
  const lineOf = (value: (rung: RungFigures) => number | null, of = rungs): ResourceLine | undefined =>
    lineWithBend(
      of.flatMap((rung) => {
        const y = value(rung);
        return y === null ? [] : [{ x: rung.flows, y }];
      }),
    );
  const memory = lineOf(({ peakMemory }) => peakMemory);
  const cpu = cpuLine(rungs, lineOf);
  const threads = lineOf(({ peakThreads }) => peakThreads);
  return { memory, cpu, threads };
}

/** From the rungs that left the machine room; from all, and saying so, if fewer than two did. */
function cpuLine(
  rungs: readonly RungFigures[],
  lineOf: (
    value: (rung: RungFigures) => number | null,
    of?: readonly RungFigures[],
  ) => ResourceLine | undefined,
): ResourceLine | undefined {
  const share = ({ avgCpu }: RungFigures): number | null => avgCpu;
  const roomy = rungs.filter(({ avgCpu }) => avgCpu !== null && avgCpu < SATURATED);
  if (roomy.length === rungs.length) return lineOf(share);
  const used = roomy.length >= 2 ? roomy : rungs;
  const line = lineOf(share, used);
  const saturated = rungs.filter(({ avgCpu }) => avgCpu !== null && avgCpu >= SATURATED);
  if (line === undefined || saturated.length === 0) return line;
  const at = saturated.map(({ flows }) => flows).join(', ');
  const note =
    used === roomy
      ? `without the rungs that used all of the machine (${at} at once)`
      : `the machine was used up (${at} at once): a flow would take more if it were given`;
  return { ...line, note };
}

function provisioningOf(top: number | undefined, model: LadderFigures['model']): Provision[] {
  if (top === undefined) return [];
  const at = (line: ResourceLine | undefined, flows: number): number | null =>
    line === undefined ? null : predicted(line, flows);
  return PROVISIONED.map((times) => times * top).map((flows) => ({
    flows,
    memory: at(model.memory, flows),
    cpu: at(model.cpu, flows),
    threads: at(model.threads, flows),
  }));
}

/** Of the interval, where the number of points allows it. */
const CONFIDENCE = 0.95;

/**
 * What a resource takes at N flows as a + b·N: b is the median of the slopes between all pairs of rungs (Theil 1950), a
 * the median of what is left. Each x stands once. The interval of b are two of these slopes, chosen by Kendall's
 * distribution so that it holds the true slope with at least 95% (Sen, "Estimates of the regression coefficient based
 * on Kendall's tau", JASA 1968); three or four rungs do not reach 95%, and the interval then says what they do reach.
 * Undefined with fewer than two points.
 */
export function resourceLine(points: readonly Point[]): ResourceLine | undefined {
  const slopes = slopesOf(points);
  if (slopes === undefined) return undefined;
  const b = percentile(slopes, 50);
  const rest = distributionOf(points.map(({ x, y }) => y - b * x));
  return {
    a: rest === undefined ? 0 : percentile(rest, 50),
    b,
    ...(points.length < 3 ? {} : slopeInterval(slopes.sorted, points.length, CONFIDENCE)),
  };
}

/** The line, and where it bends if it does not fit. */
export function lineWithBend(points: readonly Point[]): ResourceLine | undefined {
  const [line, bend] = [resourceLine(points), bendOf(points)];
  return line === undefined || bend === undefined ? line : { ...line, bend };
}

/** Never less than nothing; null where a line does not fit. */
export function predicted(
  { a, b, bend }: Pick<ResourceLine, 'a' | 'b' | 'bend'>,
  flows: number,
): number | null {
  return bend === undefined ? Math.max(0, a + b * flows) : null;
}
