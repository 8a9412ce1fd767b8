import type { Attribution, ComparisonResult } from '../../model/comparison.js';
import { sentenceOf, type Told } from './attribution-words.js';
import {
  candidatesOf,
  changesOf,
  FLOW_TIME,
  valueOf,
  type Candidate,
  type MeasuredPair,
} from './candidates.js';
import { movementsOf, type Movement } from './movement.js';
import { signedRankInterval } from './walsh.js';

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
