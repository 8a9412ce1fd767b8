import type { AttributionKind, Round } from '../../model/comparison.js';
import { parseMetricName } from '../../model/metrics.js';

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
