import type {
  LadderFigures,
  Provision,
  ResourceLine,
  Rung,
  RungFigures,
  UslResults,
} from '../model/ladder.js';
import type { Record } from '../model/record.js';
import { startedFlows } from './counted.js';
import { statOf } from './distribution.js';
import { flowFigures } from './flow-figures.js';
import { machineFigures } from './machine-figures.js';
import { tallyOf } from './tally.js';
import { lineWithBend, predicted } from './resource-model.js';
import { fitUsl, kneeOf } from './usl.js';

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
  const law = fitUsl(rungs.map(({ flows, throughput }) => ({ flows, throughput: throughput ?? 0 })));
  return law && { ...law, knee: kneeOf(law) ?? null };
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
