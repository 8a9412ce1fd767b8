import { signedRankInterval } from '../../lib/statistics/signed-rank.js';
import type { AlsoRose, ComparisonResult, Round } from '../../model/comparison.js';
import { startsApart } from './metric.js';

/*
 * What else rose where a metric became worse: steps, CPU per flow, waiting, memory, threads. Exploratory: the same
 * signed-rank intervals over the same pairs, with Holm's steps among the candidates, and a level of its own apart from
 * that of the comparison. What rose with it need not be why.
 */

/** As much of a pair as it takes: one that was just run, or one of a results file. */
interface MeasuredPair {
  readonly base: Measured;
  readonly head: Measured;
  /** Why it does not count. */
  readonly dropped?: string;
}

type Measured = Pick<Round, 'values'>;
type Read = (round: Measured) => number | null;

/** What may have risen, in every pair. */
interface Candidate {
  readonly metric: string;
  /** ln(head ÷ base) of each pair. */
  readonly ratios: readonly number[];
  /** head − base of each pair, in the base unit. */
  readonly amounts: readonly number[];
}

/**
 * With which a run may say of anything that it rose when it did not: 0.7% at its first look, 0.1% at each of three later
 * ones, together 1% whichever look ends the run (Bonferroni). Ten pairs reach 0.1% at best, so that the first look needs
 * most of it; twenty reach 10⁻⁶.
 */
const FIRST_LOOK = 0.007;
const LATER_LOOK = 0.001;

/**
 * Steps first, the one that rose most before the others, then CPU, waiting, memory and threads; what the comparison has
 * itself is left out. Empty if nothing became worse, or nothing is seen to have risen. `pairs` as they were run, the
 * dropped ones too.
 * @param broken names of metrics that became worse by another limit than the one that they were compared by
 * @param startSpread by what share starts differ, where all pairs share one start of either side
 */
export function alsoRose(
  pairs: readonly MeasuredPair[],
  comparison: readonly ComparisonResult[],
  { broken = new Set(), startSpread = 0 }: { broken?: ReadonlySet<string>; startSpread?: number } = {},
): readonly AlsoRose[] {
  const isWorse = ({ outcome, metric }: ComparisonResult) => outcome === 'regression' || broken.has(metric);
  if (!comparison.some(isWorse)) return [];
  const counted = Math.max(0, ...comparison.map((result) => result.pairs));
  const level = comparison.every(({ looks }) => looks <= 1) ? FIRST_LOOK : LATER_LOOK;
  const valid = pairs.filter(({ dropped }) => dropped === undefined).slice(0, counted);
  // n pairs reach a p-value of 2⁻ⁿ at best: of more candidates none could be found.
  const candidates = candidatesOf(valid).slice(0, Math.floor(level * 2 ** valid.length));
  const compared = new Set(comparison.map(({ metric }) => metric));
  return risesOf(candidates, level, startSpread)
    .filter(({ metric }) => !compared.has(metric))
    .toSorted((one, other) => rank(one) - rank(other) || other.amount - one.amount);
}

/** Holm's steps: what is found leaves its part of the level to the others, until nothing new is found. */
function risesOf(candidates: readonly Candidate[], level: number, startSpread: number): readonly AlsoRose[] {
  const found = new Map<Candidate, AlsoRose>();
  for (;;) {
    const miss = level / Math.max(1, candidates.length - found.size);
    const fresh = candidates
      .filter((candidate) => !found.has(candidate))
      .flatMap((candidate) => {
        const rise = riseOf(candidate, miss, startsApart(startSpread, miss));
        return rise === undefined ? [] : [[candidate, rise] as const];
      });
    if (fresh.length === 0) return [...found.values()];
    for (const [candidate, rise] of fresh) found.set(candidate, rise);
  }
}

/** Undefined unless the whole interval lies above 0, with what starts may differ by. */
function riseOf({ metric, ratios, amounts }: Candidate, miss: number, apart: number): AlsoRose | undefined {
  const misses = { low: miss, high: miss };
  const { center, reached, ...ends } = signedRankInterval(ratios, misses);
  const [low, high] = [ends.low - apart, ends.high + apart];
  if (!reached.low || low <= 0) return undefined;
  const amount = signedRankInterval(amounts, misses).center;
  return { metric, change: Math.expm1(center), low: Math.expm1(low), high: Math.expm1(high), amount };
}

const ORDER = ['cpu_per_flow', 'waiting', 'peak_memory', 'peak_threads'];

function rank({ metric }: AlsoRose): number {
  return ORDER.indexOf(metric);
}

const STEP = /^step\(.*\)\.med$/su;

const valueOf =
  (metric: string): Read =>
  ({ values }) =>
    values[metric] ?? null;

const cpuOf = valueOf('cpu_per_flow');

/**
 * Median flow time − CPU time per flow: what a flow waits, for input and output, locks, timers, and a free core. Means
 * something where a flow computes on one thread at a time; where it does not, CPU time may be the longer one, and
 * there is then nothing to report.
 */
const waitingOf: Read = (round) => {
  const time = round.values['flow_time.med'] ?? null;
  const cpu = cpuOf(round);
  return time === null || cpu === null ? null : time - cpu;
};

/**
 * CPU, waiting, the longest steps, memory, threads, in this order. A step's length is that of base and head together,
 * which swapping the rounds of a pair leaves as it is: the choice is blind to the outcome.
 */
function candidatesOf(pairs: readonly MeasuredPair[]): readonly Candidate[] {
  const steps = Object.keys(pairs[0]?.head.values ?? {})
    .filter((metric) => STEP.test(metric))
    .map((metric) => ({ metric, length: totalOf(pairs, valueOf(metric)) }))
    .sort((one, other) => other.length - one.length);
  return [
    // A flow that fails has computed less than one that is ok, or more: where more of them fail, CPU per flow tells that.
    ...(areRatesAlike(pairs)
      ? [candidateOf(pairs, 'cpu_per_flow', cpuOf), candidateOf(pairs, 'waiting', waitingOf)]
      : []),
    ...[...steps.map(({ metric }) => metric), 'peak_memory', 'peak_threads'].map((metric) =>
      candidateOf(pairs, metric, valueOf(metric)),
    ),
  ].filter((candidate) => candidate !== undefined);
}

function totalOf(pairs: readonly MeasuredPair[], read: Read): number {
  return pairs.reduce((sum, { base, head }) => sum + (read(base) ?? 0) + (read(head) ?? 0), 0);
}

/** Shares of ok flows that differ by less do not move what is told for each of them. */
const RATE_APART = 0.01;

function areRatesAlike(pairs: readonly MeasuredPair[]): boolean {
  const read = valueOf('success_rate');
  const apart = pairs.reduce((sum, { base, head }) => sum + (read(head) ?? 1) - (read(base) ?? 1), 0);
  return Math.abs(apart) <= RATE_APART * pairs.length;
}

/** Undefined unless every round has a value above 0: whichever tree it was, so that nothing is left out by its outcome. */
function candidateOf(pairs: readonly MeasuredPair[], metric: string, read: Read): Candidate | undefined {
  const ratios: number[] = [];
  const amounts: number[] = [];
  for (const { base, head } of pairs) {
    const before = read(base) ?? 0;
    const after = read(head) ?? 0;
    if (!(before > 0 && after > 0)) return undefined;
    ratios.push(Math.log(after / before));
    amounts.push(after - before);
  }
  return { metric, ratios, amounts };
}
