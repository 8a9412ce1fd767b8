import { formatChange, formatPercentChange } from '../../lib/format-change.js';
import { formatRatio, formatTime } from '../../lib/format.js';
import { signedRankInterval } from '../../lib/statistics/signed-rank.js';
import type { Attribution, AttributionKind, ComparisonResult, Round } from '../../model/comparison.js';
import { parseMetricName } from '../../model/metrics.js';
import { RELATIVE_MARGIN } from './evidence.js';

/**
 * With which a run may say of anything that it moved when it did not: 0.7% at its first look, 0.1% at each of three
 * later ones, together 1% whichever look ends the run (Bonferroni). Ten pairs reach 0.1% at best, so that the first
 * look needs most of it; twenty reach 10⁻⁶.
 */
const FIRST_LOOK = 0.007;
const LATER_LOOK = 0.001;

/** Of what a flow's time is made. */
const OF_TIME = /^(?:flow_time|step|ttfb|total_time|throughput|cpu_)/u;

/**
 * What moved with each metric that has become worse: steps, CPU per flow, waiting, memory, threads. Exploratory: the
 * same signed-rank intervals over the same pairs, with Holm's steps among the candidates, and a level of its own that
 * the comparison knows nothing of. What moved with it need not be why.
 *
 * Empty if nothing became worse, or nothing is seen to have moved. `pairs` as they were run, the dropped ones too.
 * @param broken names of metrics that became worse by another limit than the one that they were compared by
 */
export function attribute(
  pairs: readonly MeasuredPair[],
  comparison: readonly ComparisonResult[],
  broken: ReadonlySet<string> = new Set(),
): readonly Attribution[] {
  const worse = comparison.filter(({ outcome, metric }) => outcome === 'regression' || broken.has(metric));
  if (worse.length === 0) return [];
  const counted = comparison.reduce((most, result) => Math.max(most, result.pairs), 0);
  const look = comparison.reduce((last, { looks }) => Math.max(last, looks), 1);
  const valid = pairs.filter(({ dropped }) => dropped === undefined).slice(0, counted);
  const level = look === 1 ? FIRST_LOOK : LATER_LOOK;
  const movements = movementsOf(candidatesOf(valid, reachable(level, valid.length)), level);
  const slowdown = slowdownOf(valid, level);
  return worse.flatMap(({ metric }) => attributionsOf(metric, { movements, ...slowdown }));
}

/** Of how many candidates one can be found: n pairs reach a p-value of 2⁻ⁿ at best. */
function reachable(level: number, pairs: number): number {
  return Math.floor(level * 2 ** pairs);
}

/** By how many ms the median flow is slower, if it is. */
function slowdownOf(pairs: readonly MeasuredPair[], level: number): { readonly slowdown?: number } {
  const changes = changesOf(pairs, valueOf(FLOW_TIME));
  if (changes === undefined) return {};
  const interval = signedRankInterval(changes.amounts, { low: level, high: level });
  return interval === undefined || !interval.reached.low || interval.low <= 0
    ? {}
    : { slowdown: interval.center };
}

function attributionsOf(metric: string, told: Told): readonly Attribution[] {
  return told.movements
    .filter(({ rose, candidate }) => rose && bearsOn(metric, candidate))
    .toSorted((one, other) => rank(one) - rank(other) || other.amount - one.amount)
    .map((movement) => ({
      metric,
      kind: movement.candidate.kind,
      step: movement.candidate.step,
      change: Math.expm1(movement.center),
      low: Math.expm1(movement.low),
      high: Math.expm1(movement.high),
      sentence: sentenceOf(movement, told),
    }));
}

/** A metric is not told of itself, nor one of memory of the time that steps take. */
function bearsOn(metric: string, { kind, step }: Candidate): boolean {
  switch (kind) {
    case 'step':
      return OF_TIME.test(metric) && !metric.startsWith(`step(${step ?? ''}).`);
    case 'waiting':
      return OF_TIME.test(metric) && !metric.startsWith('cpu_');
    case 'cpu':
      return !metric.startsWith('cpu_');
    case 'memory':
      return !metric.endsWith('_memory');
    case 'threads':
      return metric !== 'peak_threads';
  }
}

const ORDER = ['step', 'cpu', 'waiting', 'memory', 'threads'] as const;

function rank({ candidate }: Movement): number {
  return ORDER.indexOf(candidate.kind);
}

/** What the sentences of a run are made of. */
export interface Told {
  readonly movements: readonly Movement[];
  /** ms by which the median flow is slower, if it is. */
  readonly slowdown?: number;
}

/** What one candidate has to do with a metric that became worse; a step's name is in it as it came. */
export function sentenceOf(movement: Movement, told: Told): string {
  const { kind, step = '' } = movement.candidate;
  switch (kind) {
    case 'step':
      return stepSentence(`step ${step}`, movement, told);
    case 'cpu':
      return `CPU per flow rose with it: ${changed(movement)}${after(', ', partOf(movement, told))}`;
    case 'waiting':
      return waitingSentence(movement, told);
    case 'memory':
      return `peak memory rose with it: ${changed(movement)}`;
    case 'threads':
      return `threads rose with it: ${changed(movement)}`;
  }
}

/** Steps are medians, and medians do not add up: one may grow by more than the flow as a whole. */
function stepSentence(name: string, movement: Movement, { slowdown }: Told): string {
  const { amount } = movement;
  if (slowdown === undefined) return `${name} became slower: ${changed(movement)}`;
  const ms = formatChange(amount, MS);
  if (amount > slowdown) return `${name} carries all of the slowdown (${ms}, the flow ${added(slowdown)})`;
  return `${name} carries ${share(amount / slowdown)} of the slowdown (${ms} of ${added(slowdown)})`;
}

function waitingSentence(movement: Movement, told: Told): string {
  const cpu = told.movements.find(({ candidate }) => candidate.kind === 'cpu');
  if (cpu === undefined || cpu.rose) return `waiting rose too: ${changed(movement)}`;
  if (!isStill(cpu)) {
    return `waiting rose with it: ${changed(movement)}; whether CPU per flow did is not known (${interval(cpu)})`;
  }
  const what = `CPU per flow did not move (${interval(cpu)}): the time is spent waiting`;
  const part = partOf(movement, told);
  return part === '' ? what : `${what} (${part})`;
}

/** Within the margin on both sides: not only unseen, but seen to be small. */
function isStill({ low, high }: Movement): boolean {
  return Math.expm1(high) < RELATIVE_MARGIN && Math.expm1(low) > -RELATIVE_MARGIN;
}

/** `+80 ms of +212 ms`; empty where it would be a part larger than the whole. */
function partOf({ amount }: Movement, { slowdown }: Told): string {
  if (slowdown === undefined || amount > slowdown) return '';
  return `${formatChange(amount, MS)} of ${added(slowdown)}`;
}

function after(separator: string, text: string): string {
  return text === '' ? '' : `${separator}${text}`;
}

const MS = { scale: 'absolute', unit: 'ms' } as const;

function added(slowdown: number): string {
  return `+${formatTime(slowdown)}`;
}

function share(ratio: number): string {
  return ratio >= 0.01 ? `${Math.round(ratio * 100)}%` : formatRatio(ratio);
}

function changed(movement: Movement): string {
  return `${formatPercentChange(Math.expm1(movement.center))} (${interval(movement)})`;
}

function interval({ low, high }: Movement): string {
  return `${formatPercentChange(Math.expm1(low))} … ${formatPercentChange(Math.expm1(high))}`;
}

/** What may have moved with a metric that became worse, in every pair. */
export interface Candidate {
  readonly kind: AttributionKind;
  readonly step?: string;
  /** ln(head ÷ base) of each pair. */
  readonly ratios: readonly number[];
  /** head − base of each pair, in the base unit. */
  readonly amounts: readonly number[];
}

/** As much of a pair as it takes: one that was just run, or one of a results file. */
export interface MeasuredPair {
  readonly base: Pick<Round, 'values'>;
  readonly head: Pick<Round, 'values'>;
  /** Why it does not count. */
  readonly dropped?: string;
}

type Read = (round: Pick<Round, 'values'>) => number | null;

export const FLOW_TIME = 'flow_time.med';
const CPU = 'cpu_per_flow';

export const valueOf =
  (metric: string): Read =>
  ({ values }) =>
    values[metric] ?? null;

/**
 * Median flow time − CPU time per flow: what a flow waits, for input and output, locks, timers, and a free core. Means
 * something where a flow computes on one thread at a time; where it does not, CPU time may be the longer one, and
 * there is then nothing to report.
 */
const waiting: Read = ({ values }) => {
  const time = values[FLOW_TIME] ?? null;
  const cpu = values[CPU] ?? null;
  return time === null || cpu === null ? null : time - cpu;
};

/**
 * At most `most` of them: CPU, waiting, the longest steps, memory, threads, in this order. A step's length is that of
 * base and head together, which swapping the rounds of a pair leaves as it is: the choice is blind to the outcome.
 */
export function candidatesOf(pairs: readonly MeasuredPair[], most: number): readonly Candidate[] {
  const of = (kind: AttributionKind, read: Read): readonly Candidate[] => {
    const changes = changesOf(pairs, read);
    return changes === undefined ? [] : [{ kind, ...changes }];
  };
  // A flow that fails has computed less than one that is ok, or more: where more of them fail, CPU per flow tells that.
  const ofCpu = areRatesAlike(pairs) ? [...of('cpu', valueOf(CPU)), ...of('waiting', waiting)] : [];
  return [
    ...ofCpu,
    ...stepsOf(pairs),
    ...of('memory', valueOf('peak_memory')),
    ...of('threads', valueOf('peak_threads')),
  ].slice(0, most);
}

/** Shares of ok flows that differ by less do not move what is told for each of them. */
const RATE_APART = 0.01;

function areRatesAlike(pairs: readonly MeasuredPair[]): boolean {
  const read = valueOf('success_rate');
  const apart = pairs.reduce((sum, { base, head }) => sum + (read(head) ?? 1) - (read(base) ?? 1), 0);
  return Math.abs(apart) <= RATE_APART * pairs.length;
}

function stepsOf(pairs: readonly MeasuredPair[]): readonly Candidate[] {
  const names = Object.keys(pairs[0]?.head.values ?? {}).flatMap((metric) => {
    const { id, label, stat } = parseMetricName(metric);
    return id === 'step' && label !== undefined && stat === 'med' ? [{ metric, step: label }] : [];
  });
  return names
    .flatMap(({ metric, step }) => {
      const read = valueOf(metric);
      const changes = changesOf(pairs, read);
      if (changes === undefined) return [];
      const length = pairs.reduce((sum, { base, head }) => sum + (read(base) ?? 0) + (read(head) ?? 0), 0);
      return [{ candidate: { kind: 'step' as const, step, ...changes }, length }];
    })
    .sort((one, other) => other.length - one.length)
    .map(({ candidate }) => candidate);
}

/** Undefined unless every round has a value above 0: whichever tree it was, so that nothing is left out by its outcome. */
export function changesOf(
  pairs: readonly MeasuredPair[],
  read: Read,
): Pick<Candidate, 'ratios' | 'amounts'> | undefined {
  const ratios: number[] = [];
  const amounts: number[] = [];
  for (const { base, head } of pairs) {
    const before = read(base) ?? 0;
    const after = read(head) ?? 0;
    if (!(before > 0 && after > 0)) return undefined;
    ratios.push(Math.log(after / before));
    amounts.push(after - before);
  }
  return { ratios, amounts };
}

/** A candidate with how far it moved, in the logarithm of head ÷ base. */
export interface Movement {
  readonly candidate: Candidate;
  readonly center: number;
  readonly low: number;
  readonly high: number;
  /** Higher in head, with the interval above 0. */
  readonly rose: boolean;
  /** head − base, in the base unit. */
  readonly amount: number;
}

/** Holm's steps: what is found leaves its part of the level to the others, until nothing new is found. */
export function movementsOf(candidates: readonly Candidate[], level: number): readonly Movement[] {
  const found = new Map<Candidate, Movement>();
  for (;;) {
    const miss = level / Math.max(1, candidates.length - found.size);
    const rest = candidates
      .filter((candidate) => !found.has(candidate))
      .flatMap((candidate) => movementOf(candidate, miss));
    const fresh = rest.filter(({ rose }) => rose);
    if (fresh.length === 0) return [...found.values(), ...rest];
    for (const movement of fresh) found.set(movement.candidate, movement);
  }
}

function movementOf(candidate: Candidate, miss: number): readonly Movement[] {
  const misses = { low: miss, high: miss };
  const interval = signedRankInterval(candidate.ratios, misses);
  const amount = signedRankInterval(candidate.amounts, misses)?.center;
  if (interval === undefined || amount === undefined) return [];
  const { center, low, high, reached } = interval;
  return [{ candidate, center, low, high, rose: reached.low && low > 0, amount }];
}
