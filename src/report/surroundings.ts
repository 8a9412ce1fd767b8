import { safeUrl } from '../lib/escape.js';
import {
  formatBytes,
  formatCores,
  formatCount,
  formatQuantity,
  formatRatio,
  formatTime,
  plural,
} from '../lib/format.js';
import { totalOf } from '../model/flow.js';
import type { Results, ScenarioResults } from '../model/results.js';

/**
 * `4 cores AMD EPYC 7763, 16 GB, ubuntu24 20260101.1, Node 20.20.0`; in a container `0.5 of 4 cores (control group limit)
 * AMD EPYC 7763, 512 MB of 16 GB (control group limit), …`.
 */
export function machineOf({ environment }: Pick<Results, 'environment'>): string {
  const { cpu, os, arch, image, node } = environment;
  return [
    `${coresOf(environment)} ${shortName(cpu)}`.trim(),
    memoryOf(environment),
    image ?? `${os} ${arch}`,
    `Node ${node.replace(/^v/u, '')}`,
  ].join(', ');
}

/** `0.5 of 2 cores (control group limit)`, `1 of 2 cores (CPU affinity)`; `2 cores` without a limit. */
function coresOf({ cores, limits }: Results['environment']): string {
  const limit = limits?.cores;
  if (limit === undefined) return formatCores(cores);
  const by = limit.by === 'control group' ? 'control group limit' : limit.by;
  return `${formatQuantity(cores, 'count')} of ${formatCores(limit.machine)} (${by})`;
}

function memoryOf({ memory, limits }: Results['environment']): string {
  const limit = limits?.memory;
  return limit === undefined
    ? formatBytes(memory)
    : `${formatBytes(memory)} of ${formatBytes(limit.machine)} (${limit.by} limit)`;
}

/** Without marks of trade, the count of cores and the nominal clock: `AMD EPYC 7763`. */
function shortName(cpu: string): string {
  return cpu.replace(/\((?:R|TM)\)|\s+\d+-Core Processor|\s+CPU @ [\d.]+GHz|\s+Processor$/giu, '').trim();
}

/** The run on GitHub that measured; `url` is missing if it is not a plain http(s) address. */
export interface RunLink {
  /** `run` or `attempt 2 of run`. */
  readonly prefix: string;
  /** `#1234`. */
  readonly label: string;
  readonly url?: string;
}

export function runLinkOf({ run }: Results): RunLink | undefined {
  if (run === undefined) return undefined;
  const prefix = run.attempt > 1 ? `attempt ${run.attempt} of run` : 'run';
  return { prefix, label: `#${run.number}`, url: safeUrl(run.url) };
}

/**
 * `10 flows at once, 240 in all`, `10 flows at once for 60 s, after 5 to warm up`, `ladder of 1, 2, 5: up to 5 flows
 * at once, 24 in all`, `10 flows at once; Python 3.12.3, GIL on`.
 */
export function loadOf({
  load,
  metrics,
  ladder,
  runtime,
  imported,
}: Pick<ScenarioResults, 'load' | 'metrics' | 'ladder' | 'runtime' | 'imported'>): string {
  if (imported !== undefined) return importedLoad(imported);
  const warmup = load.warmup > 0 ? `, after ${formatCount(load.warmup)} to warm up` : '';
  const dropped = metrics['dropped']?.value ?? 0;
  const rungs = ladder === undefined ? '' : `ladder of ${ladder.planned.map(formatCount).join(', ')}: up to `;
  return `${rungs}${loadWords(load)}${warmup}${dropped > 0 ? `; ${formatCount(dropped)} dropped` : ''}${runtime === undefined ? '' : `; ${runtime}`}`;
}

/** `1,000 iterations, from k6 summary`. The file's name is not ours, and not among these words. */
function importedLoad({ format, flow, count }: NonNullable<ScenarioResults['imported']>): string {
  return `${count === undefined ? `${flow}s` : plural(count, flow)}, from ${format}`;
}

/** ms. */
const SHORT = 1000;

/** That there were fewer rows than flows; nothing if each flow had one of its own. */
export function dataNotes({ data, counts, load }: ScenarioResults): readonly string[] {
  const flows = totalOf(counts) + load.warmup;
  if (data === undefined || flows <= data.rows) return [];
  return [`${data.file} has ${plural(data.rows, 'row')} for ${plural(flows, 'flow')}: rows were used again`];
}

/** What watching cost, what could not be measured, and what was too much to keep. */
export function monitorNotes({ monitor, cut = [], imported }: ScenarioResults): readonly string[] {
  if (imported !== undefined) return [...imported.notes, ...cut];
  const { samples, cpuTime, duration } = monitor.cost;
  // What a table that starts a process for each look waits for is not all CPU.
  const most = monitor.source === 'pidusage' ? 'at most ' : '';
  // Of a run of a few ms the share is large and the time is nothing.
  const used =
    duration < SHORT ? `${formatTime(cpuTime)} of CPU` : `${formatRatio(cpuTime / duration)} of one core`;
  const cost = duration > 0 ? `; the monitor used ${most}${used}` : '';
  return [
    `watched by ${monitor.source}: ${plural(samples, 'sample')}${cost}`,
    ...watchedNotes(monitor),
    ...monitor.notes,
    ...cut,
  ];
}

/** `measured with the rest, and not started by flowgate: container db, port 5432: postgres (pid 812)`. */
function watchedNotes({ watched = [] }: ScenarioResults['monitor']): readonly string[] {
  if (watched.length === 0) return [];
  const ended = watched.flatMap(({ name, ended: isOver }) => (isOver === true ? [name] : []));
  return [
    `measured with the rest, and not started by flowgate: ${watched.map(({ name }) => name).join(', ')}`,
    ...ended.map((name) => `${name} ended during the run, and is measured up to then`),
  ];
}

type Load = Pick<ScenarioResults['load'], 'model' | 'flows' | 'iterations' | 'duration' | 'rate' | 'stages'>;
type Stage = NonNullable<Load['stages']>[number];

/** More stages than these are told by their range. */
const STAGES_TOLD = 4;

/**
 * The load model in words: `10 flows at once, 240 in all`; `50 flows/s for 60 s, at most 100 in flight`;
 * `10 flows at once for 30 s, then 50 for 30 s`.
 */
export function loadWords(load: Load): string {
  if (load.flows === 0) return 'run by another tool';
  const limit = load.model === 'open' ? `, at most ${formatCount(load.flows)} in flight` : '';
  if (load.stages !== undefined) return `${stagesWords(load.stages)}${limit}`;
  const level = levelWords(load.rate === undefined ? { flows: load.flows } : { rate: load.rate });
  return `${level}${extentOf(load)}${limit}`;
}

function extentOf({ iterations, duration }: Load): string {
  if (iterations !== undefined) return `, ${formatCount(iterations)} in all`;
  return duration === undefined ? '' : ` for ${formatTime(duration)}`;
}

function stagesWords(stages: readonly Stage[]): string {
  if (stages.length > STAGES_TOLD) return rangeWords(stages);
  return stages
    .map((stage, index) => {
      const ramp = stage.ramp === undefined ? '' : ` (${formatTime(stage.ramp)} of them a ramp)`;
      const level = index === 0 || stage.flows === undefined ? levelWords(stage) : formatCount(stage.flows);
      return `${level} for ${formatTime(stage.duration)}${ramp}`;
    })
    .join(', then ');
}

/** `6 stages from 10 to 60 flows at once, 3 min in all`. */
function rangeWords(stages: readonly Stage[]): string {
  const ordered = stages.toSorted((one, other) => levelOf(one) - levelOf(other));
  const [least] = ordered;
  const most = ordered.at(-1);
  const from = least?.rate === undefined ? formatCount(least?.flows ?? 0) : levelWords(least);
  const length = stages.reduce((sum, { duration }) => sum + duration, 0);
  return `${formatCount(stages.length)} stages from ${from} to ${levelWords(most ?? {})}, ${formatTime(length)} in all`;
}

function levelOf({ flows, rate }: Pick<Stage, 'flows' | 'rate'>): number {
  return rate ?? flows ?? 0;
}

function levelWords({ flows, rate }: Pick<Stage, 'flows' | 'rate'>): string {
  return rate === undefined ? `${plural(flows ?? 0, 'flow')} at once` : formatQuantity(rate, 'per_second');
}
