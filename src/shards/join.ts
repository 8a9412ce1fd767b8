import { runChecks } from '../checks/index.js';
import { formatCount, formatQuantity, plural } from '../lib/format.js';
import { type Figure, type Figures, figure, noData, startedFlows, totalTime } from '../measure/figures.js';
import { machineFigures, type MachineMetric } from '../measure/machine.js';
import { MOST_LEFT } from '../model/checks.js';
import type { FlowTally } from '../model/flow.js';
import { definitionOf } from '../model/metrics.js';
import type { Load } from '../model/plan.js';
import { type Environment, type Record, recordOf } from '../model/record.js';
import type { CheckResult, ShardResult } from '../model/results.js';
import type { AskedScenario } from '../model/shard.js';
import { type Share, shareText } from '../model/share.js';
import type { ShardScenario } from './file.js';
import { FlowsOfAll } from './flows.js';
import { JoinedTally } from './tally.js';

/* One scenario of all shards as if one machine had run it, but for what belongs to a machine. */

/** A scenario of one shard, measured and checked by itself: what is left of its file. */
export interface ShardPart extends Pick<ShardScenario, 'measured' | 'columns'> {
  readonly share: Share;
  readonly environment: Environment;
  readonly tally: FlowTally;
  readonly machine: Figures<MachineMetric>;
  readonly checks: readonly CheckResult[];
}

/** Checks and figures of its own machine: of what runs on another it knows nothing. */
export function shardPart(
  { asked, measured, columns }: ShardScenario,
  { share, environment }: { readonly share: Share; readonly environment: Environment },
): ShardPart {
  const tally = new JoinedTally([columns]);
  const record = recordOf(planned(asked, measured.load), {
    ...measured,
    load: measured.load as Load,
    environment,
    tally,
  });
  return {
    share,
    environment,
    measured,
    columns,
    tally,
    machine: machineFigures(tally, record),
    checks: runChecks(record, asked.checks, asked.unaskedChecks),
  };
}

function planned(
  { name, retries }: AskedScenario,
  { timeout, warmup, ...load }: AskedScenario['load'],
): Parameters<typeof recordOf>[0] {
  return { name, load: load as Load, timeout, warmup, ...(retries === undefined ? {} : { retries }) };
}

/** What came of a scenario on all machines. */
export interface JoinedScenario {
  readonly record: Record;
  readonly machine: Figures<MachineMetric>;
  readonly checks: readonly CheckResult[];
  readonly shards: readonly ShardResult[];
}

/** @param parts in the order of their shards, at least one */
export function joinScenario(asked: AskedScenario, parts: readonly ShardPart[]): JoinedScenario {
  const tally = new JoinedTally(parts.map(({ columns }) => columns));
  const flows = new FlowsOfAll();
  for (const { measured, columns } of parts) flows.add({ flows: measured.flows, ok: columns.counts.ok });
  const watched = largestOf(parts);
  const { load, timeout, warmup } = { ...planned(asked, asked.load) };
  const said = (of: (part: ShardPart) => readonly string[]): readonly string[] =>
    parts.flatMap((part) => of(part).map((text) => `shard ${shareText(part.share)}: ${text}`));
  const cut = said(({ measured }) => measured.cut ?? []);
  const [first] = parts;
  const record = recordOf(
    { name: asked.name, load, timeout, warmup, ...(asked.retries && { retries: asked.retries }) },
    {
      startedAt: parts.map(({ measured }) => measured.startedAt).toSorted()[0] ?? '',
      flows: flows.inOrder(),
      tally,
      monitor: monitorOf(watched, parts.length),
      environment: watched.environment,
      data: first?.measured.data,
      verify: joinedVerify(parts),
      leftovers: parts.flatMap(({ measured }) => measured.leftovers).slice(0, MOST_LEFT),
      problems: [...said(({ measured }) => measured.problems), ...tally.oddUnits()],
      runtime: first?.measured.runtime,
      cut: cut.length === 0 ? undefined : cut,
    },
  );
  return {
    record,
    machine: joinedFigures(parts, tally),
    checks: joinedChecks(parts),
    shards: parts.map(shardResult),
  };
}

/** The machine with the highest memory: one timeline shows one machine. */
function largestOf(parts: readonly ShardPart[]): ShardPart {
  const [largest] = parts.toSorted(
    (one, other) => (other.machine.peak_memory.value ?? -1) - (one.machine.peak_memory.value ?? -1),
  );
  if (largest === undefined) throw new RangeError('there is no shard');
  return largest;
}

function monitorOf({ measured, share }: ShardPart, shards: number): Record['monitor'] {
  const { monitor } = measured;
  if (shards === 1) return monitor;
  const note = `samples, processes and memory over time are those of shard ${shareText(share)}, the largest`;
  return { ...monitor, notes: [...monitor.notes, note] };
}

/** Right if it is right on every machine: each has checked what its own flows did. */
function joinedVerify(parts: readonly ShardPart[]): Record['verify'] {
  const all = parts.map(({ measured, share }) => ({ verify: measured.verify, share }));
  const failed = all.find(({ verify }) => verify?.ok === false);
  if (failed?.verify !== undefined) {
    return { ...failed.verify, message: `shard ${shareText(failed.share)}: ${failed.verify.message}` };
  }
  return all.every(({ verify }) => verify !== undefined) ? all[0]?.verify : undefined;
}

/* Checks. */

/** Worst first. */
const OUTCOMES = ['fail', 'inconclusive', 'pass'] as const;
/** Lines of evidence of one check. */
const MOST_EVIDENCE = 20;

/** A check holds if it holds on every machine. */
function joinedChecks(parts: readonly ShardPart[]): readonly CheckResult[] {
  const ids = [...new Set(parts.flatMap(({ checks }) => checks.map(({ id }) => id)))];
  return ids.flatMap((id) => {
    const all = parts.flatMap(({ checks, share }) =>
      checks.filter((check) => check.id === id).map((check) => ({ check, share })),
    );
    const outcome = OUTCOMES.find((each) => all.some(({ check }) => check.outcome === each));
    const worst = all.filter(({ check }) => check.outcome === outcome);
    const lead = worst.find(({ check }) => check.level === 'fail') ?? worst[0];
    if (lead === undefined) return [];
    const where =
      outcome === 'pass'
        ? `on each of ${plural(parts.length, 'machine')}`
        : `on ${worst.length} of ${plural(parts.length, 'machine')}`;
    const lines = worst.flatMap(({ check, share }) =>
      check.evidence.map((line) => `shard ${shareText(share)}: ${line}`),
    );
    const evidence =
      lines.length > MOST_EVIDENCE
        ? [...lines.slice(0, MOST_EVIDENCE), `and ${lines.length - MOST_EVIDENCE} more`]
        : lines;
    return [{ ...lead.check, title: `${lead.check.title}, ${where}`, evidence }];
  });
}

/* Memory and CPU. */

/** What every machine has for itself: the largest of them. */
const LARGEST = [
  'peak_memory',
  'avg_memory',
  'peak_cpu',
  'avg_cpu',
  'peak_threads',
  'peak_processes',
  'peak_files',
  'memory_growth',
] as const satisfies readonly MachineMetric[];

/** Shares of a machine's cores do not add up. */
const SUMMED: ReadonlySet<MachineMetric> = new Set([
  'peak_memory',
  'avg_memory',
  'peak_threads',
  'peak_processes',
  'peak_files',
]);

function joinedFigures(parts: readonly ShardPart[], tally: FlowTally): Figures<MachineMetric> {
  const of = (id: MachineMetric) => parts.map(({ machine, share }) => ({ figure: machine[id], share }));
  const largest = Object.fromEntries(LARGEST.map((id) => [id, largestFigure(id, of(id))])) as Figures<
    (typeof LARGEST)[number]
  >;
  const cpu_time = sumFigure(of('cpu_time'));
  const started = startedFlows(tally);
  const cpu_per_flow =
    cpu_time.value === null || started === 0
      ? noData(cpu_time.note ?? 'no flow was started')
      : figure(
          cpu_time.value / started,
          `of ${formatCount(started)} flows on ${plural(parts.length, 'machine')}`,
        );
  return { ...largest, cpu_time, cpu_per_flow };
}

type OfShards = readonly { readonly figure: Figure; readonly share: Share }[];

/** Without data on one machine there is none: the largest may be there. */
function missingIn(figures: OfShards): Figure | undefined {
  const missing = figures.find((each) => each.figure.value === null);
  return missing && noData(`shard ${shareText(missing.share)}: ${missing.figure.note ?? 'no data'}`);
}

function largestFigure(id: MachineMetric, figures: OfShards): Figure {
  const missing = missingIn(figures);
  if (missing !== undefined) return missing;
  const values = figures.map((each) => each.figure.value ?? 0);
  const value = Math.max(...values);
  const atMost = Math.max(...figures.map((each) => each.figure.atMost ?? each.figure.value ?? 0));
  const unit = definitionOf(id).unit ?? 'count';
  const sum = values.reduce((total, each) => total + each, 0);
  const inAll = SUMMED.has(id) ? `, ${formatQuantity(sum, unit)} in all` : '';
  const reason = figures.find((each) => each.figure.atMost === atMost)?.figure.note;
  const note = `the largest of ${plural(figures.length, 'machine')}${inAll}`;
  if (figures.length === 1 && figures[0] !== undefined) return figures[0].figure;
  return atMost > value ? { value, atMost, note: `${note}; ${reason ?? ''}` } : { value, note };
}

function sumFigure(figures: OfShards): Figure {
  const missing = missingIn(figures);
  if (missing !== undefined) return missing;
  const values = figures.map((each) => each.figure.value ?? 0);
  return figure(
    values.reduce((total, each) => total + each, 0),
    `of ${plural(figures.length, 'machine')}, at most ${formatQuantity(Math.max(...values), 'ms')} on one`,
  );
}

function shardResult({ share, tally, machine, measured, environment }: ShardPart): ShardResult {
  const figures = { total_time: totalTime(tally), ...machine };
  const metrics = Object.fromEntries(
    Object.entries(figures).map(([id, each]) => [
      id,
      { ...each, unit: definitionOf(id as MachineMetric).unit ?? 'count' },
    ]),
  );
  const { cpu, cores } = environment;
  return {
    ...share,
    startedAt: measured.startedAt,
    flows: startedFlows(tally),
    inFlight: tally.mostInFlight().most,
    metrics,
    machine: `${cores} × ${cpu}`,
  };
}
