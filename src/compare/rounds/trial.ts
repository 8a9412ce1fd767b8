import { startedFlows } from '../../measure/figures.js';
import { measure, summarize } from '../../measure/summarize.js';
import { tallyOf } from '../../measure/tally.js';
import type { ComparedMetric } from '../../model/comparison.js';
import type { Load, ScenarioPlan } from '../../model/plan.js';
import type { Record } from '../../model/record.js';
import type { Clock } from '../../system/ports.js';
import { beginComparison } from '../statistics/looks.js';
import { VALIDITY_LIMITS, type ValidityLimits } from '../statistics/round.js';
import { flowsIn, roundLoad, timeOf, type Trial, trialLoad, warmTrialLoad } from './load.js';
import { type SideName, SIDES } from './sides.js';

/** How the rounds of a comparison are to be run. */
export interface Attempt {
  readonly load: Load;
  /** Of a round, about. */
  readonly flows: number;
  /** ms that a round of either side takes, about. */
  readonly times: { readonly [side in SideName]: number };
  /** Valid pairs of the first look. */
  readonly wanted: number;
  readonly validity: ValidityLimits;
  /** ms of CPU that a round takes on the side that takes less, about; 0 where it is not known. */
  readonly cpuTime: number;
}

interface TrialRounds {
  readonly clock: Clock;
  /** Undefined if it was cut short. */
  readonly record: (side: SideName, load: Load) => Promise<Record | undefined>;
}

/** What one side did in a trial. */
interface Tried extends Trial {
  readonly side: SideName;
  /** ms that the round took, all told. */
  readonly took: number;
  readonly startSkew: number;
  /** ms, of a flow; 0 where it is not known. */
  readonly cpuPerFlow: number;
}

/**
 * Warms both sides up, by one wave of all flows at once or by the plan's warm-up, and sees how long they take, so that
 * the rounds can be as long as they should be. What is soon over is run again until it is warm. Undefined if it was cut
 * short.
 * @throws SideError
 */
export async function tryOut(
  { load: planned, warmup }: Pick<ScenarioPlan, 'load' | 'warmup'>,
  rounds: TrialRounds,
  { budget, metrics }: { budget: number; metrics: readonly ComparedMetric[] },
): Promise<Attempt | undefined> {
  const tried = await tryUntilWarm(planned, warmup, rounds);
  if (tried === undefined) return undefined;
  const wanted = beginComparison(metrics).wanted ?? 0;
  const trial = togetherOf(tried);
  const load = roundLoad(planned, trial, { budget, rounds: 2 * wanted });
  const flows = flowsIn(load, trial);
  const roundOf = (side: SideName): number =>
    tried
      .filter((one) => one.side === side)
      .reduce((sum, each) => sum + each.took - each.time + timeOf(load, each), 0);
  return {
    load,
    flows,
    cpuTime: flows * Math.min(...tried.map(({ cpuPerFlow }) => cpuPerFlow)),
    times: { base: roundOf('base'), head: roundOf('head') },
    wanted,
    validity: validityFor(tried),
  };
}

/** A runtime that compiles while it runs may take a few. */
const MOST_TRIALS = 6;

async function tryUntilWarm(
  planned: Load,
  warmup: number,
  rounds: TrialRounds,
): Promise<readonly Tried[] | undefined> {
  let load: Load | undefined = trialLoad(planned, warmup);
  let tried: readonly Tried[] | undefined;
  for (let trials = 1; load !== undefined && trials <= MOST_TRIALS; trials += 1) {
    tried = await tryBoth(rounds, load);
    if (tried === undefined) return undefined;
    load = warmTrialLoad(planned, togetherOf(tried), trials);
  }
  return tried;
}

async function tryBoth(rounds: TrialRounds, load: Load): Promise<readonly Tried[] | undefined> {
  const tried: Tried[] = [];
  for (const side of SIDES) {
    const began = rounds.clock.now();
    const record = await rounds.record(side, load);
    if (record === undefined) return undefined;
    tried.push({ side, ...triedOf(record, rounds.clock.now() - began) });
  }
  return tried;
}

function triedOf(record: Record, took: number): Omit<Tried, 'side'> {
  const measures = summarize(record);
  const { total_time: time, start_skew: startSkew, cpu_per_flow: cpuPerFlow } = measures.scalars;
  return {
    flows: startedFlows(tallyOf(record)),
    time: time.value ?? took,
    flowTime: measure(measures, { metric: 'flow_time', stat: 'med' }).value ?? undefined,
    took,
    startSkew: startSkew.value ?? 0,
    cpuPerFlow: cpuPerFlow.value ?? 0,
  };
}

/** The two sides as one: rounds are as long on either. */
function togetherOf(tried: readonly Tried[]): Trial {
  const mean = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0) / values.length;
  const known = tried.flatMap(({ flowTime }) => flowTime ?? []);
  return {
    flows: mean(tried.map(({ flows }) => flows)),
    time: mean(tried.map(({ time }) => time)),
    flowTime: known.length === 0 ? undefined : mean(known),
  };
}

/** Rounds whose flows start this much further apart than in the trial were disturbed. */
const WIDER = 3;

/**
 * Many processes on few cores start far apart without anybody disturbing them: what is too far is told by the trial of
 * both sides, before there is any pair, and is the same for both.
 */
function validityFor(tried: readonly Tried[]): ValidityLimits {
  const usual = Math.max(...tried.map(({ startSkew }) => startSkew));
  return { ...VALIDITY_LIMITS, startSkew: Math.max(VALIDITY_LIMITS.startSkew, WIDER * usual) };
}
