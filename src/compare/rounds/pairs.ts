import type { Compared, ComparedMetric, ComparisonResult, Pair, Round } from '../../model/comparison.js';
import type { Clock } from '../../system/ports.js';
import type { SideName } from '../opponent.js';
import {
  beginComparison,
  compareRun,
  type ComparisonState,
  isDecided,
  nextLook,
} from '../statistics/looks.js';
import { orderOf, type ValidityLimits } from '../statistics/round.js';
import { SideError } from './sides.js';

interface ComparingOptions {
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
  /** At least one. */
  readonly metrics: readonly ComparedMetric[];
  readonly validity: ValidityLimits;
  /** As `beginComparison` has it. */
  readonly startSpread?: number;
  /** ms that all rounds together, with what is between them, may take. */
  readonly budget: number;
  /** ms that a pair is expected to take, while none has been run. */
  readonly expected: number;
  /** Of the order of the pairs. */
  readonly seed: number;
  /**
   * Runs one side once; undefined if it was cut short.
   * @throws SideError if it did not run as it should
   */
  readonly round: (side: SideName) => Promise<Round | undefined>;
  readonly onPair?: (progress: PairsProgress) => void;
}

export interface PairsProgress {
  readonly pairs: readonly Pair[];
  readonly state: ComparisonState;
  /** ms since the first round began. */
  readonly elapsed: number;
}

/** What the pairs came to. */
export interface Comparing {
  readonly pairs: readonly Pair[];
  readonly results: readonly ComparisonResult[];
  /** ms from the first round's start to the last one's end. */
  readonly time: number;
  readonly ended: NonNullable<Compared['ended']>;
  /** Why, if it `failed`. */
  readonly failure?: SideError;
}

/**
 * Runs pairs of rounds, one side right after the other, and looks at them as docs/statistics.md says, until all gates are
 * known, the looks are over, or another pair would not fit into the budget. Whether it fits is told by the time of both
 * sides together, so that it does not depend on which of them is slower. Never rejects: what was measured is kept.
 */
export async function comparePairs(options: ComparingOptions): Promise<Comparing> {
  const { clock, metrics } = options;
  const pairs: Pair[] = [];
  const began = clock.now();
  const isInterrupted = (): boolean => options.interrupt.aborted;
  let state = beginComparison(metrics, options);
  const end = (ended: Comparing['ended'], failure?: SideError): Comparing => ({
    pairs,
    results: finalResults(pairs, state, options),
    time: clock.now() - began,
    ended,
    failure,
  });
  while (state.status === 'continue') {
    if (isInterrupted()) return end('interrupted');
    if (!fits(options, pairs.length, clock.now() - began)) return end('budget');
    try {
      const pair = await runPair(options, pairs);
      if (pair === undefined) return end('interrupted');
      pairs.push(pair);
    } catch (thrown) {
      if (!(thrown instanceof SideError)) throw thrown;
      return isInterrupted() ? end('interrupted') : end('failed', thrown);
    }
    state = nextLook(state, pairs);
    options.onPair?.({ pairs, state, elapsed: clock.now() - began });
  }
  return end(isDecided(state) ? 'decided' : 'looks');
}

function fits({ budget, expected }: ComparingOptions, pairs: number, elapsed: number): boolean {
  return elapsed + (pairs === 0 ? expected : elapsed / pairs) <= budget;
}

async function runPair({ seed, round }: ComparingOptions, pairs: readonly Pair[]): Promise<Pair | undefined> {
  const order = orderOf(pairs.length, seed);
  const [first, second] = order === 'base_first' ? (['base', 'head'] as const) : (['head', 'base'] as const);
  const one = await round(first);
  const other = one === undefined ? undefined : await round(second);
  if (one === undefined || other === undefined) return undefined;
  return { order, ...(first === 'base' ? { base: one, head: other } : { base: other, head: one }) };
}

/** What ended before it was decided is looked at a last time, with all that is left to be missed. */
function finalResults(
  pairs: readonly Pair[],
  state: ComparisonState,
  { metrics, validity, startSpread }: ComparingOptions,
): readonly ComparisonResult[] {
  if (state.status === 'decided') return state.results;
  return compareRun(pairs, metrics, { validity, startSpread, exhausted: true }).results;
}
