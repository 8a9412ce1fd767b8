import { startedFlows } from '../../measure/figures.js';
import { measure, summarize } from '../../measure/summarize.js';
import { tallyOf } from '../../measure/tally.js';
import type { ComparedMetric } from '../../model/comparison.js';
import type { Load, ScenarioPlan } from '../../model/plan.js';
import type { Record } from '../../model/record.js';
import type { Clock } from '../../system/ports.js';
import { type SideName, SIDES } from '../opponent.js';
import { beginComparison } from '../statistics/looks.js';
import { VALIDITY_LIMITS, type ValidityLimits } from '../statistics/round.js';
import { budgetFor, flowsIn, roundLoad, timeOf, type Trial, trialLoad, warmTrialLoad } from './load.js';
import type { Sides, Start } from './sides.js';

/** How the rounds of a comparison are to be run. */
export interface Attempt {
  readonly load: Load;
  /** The same where one start is kept up, so that no round is as long as to start. */
  readonly keptLoad: Load;
  /** Of a round, about. */
  readonly flows: number;
  /** Flows that each start is warmed up with before its round; 0 where one start is kept up, which is warm by now. */
  readonly warmup: number;
  /** ms that a round of either side takes, about, … */
  readonly times: { readonly [side in SideName]: number };
  /** … and of that to start, warm up and stop. */
  readonly starting: { readonly [side in SideName]: number };
  /** Valid pairs of the first look. */
  readonly wanted: number;
  /** ms that the rounds may take. */
  readonly budget: number;
  readonly validity: ValidityLimits;
  /** ms of CPU that a round takes on the side that takes less, about; 0 where it is not known. */
  readonly cpuTime: number;
}

interface Trials {
  readonly plan: Pick<ScenarioPlan, 'load' | 'warmup'>;
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
  readonly metrics: readonly ComparedMetric[];
  /** ms; undefined if nobody asked for one. */
  readonly budget: number | undefined;
}

/** What one side did in its last trial. */
interface Tried extends Trial {
  readonly side: SideName;
  /** Flows that a start of it is to be warmed up with. */
  readonly warmup: number;
  /** ms to start, warm up and stop. */
  readonly starting: number;
  /** ms that the round took, all told. */
  readonly took: number;
  readonly startSkew: number;
  /** ms, of a flow; 0 where it is not known. */
  readonly cpuPerFlow: number;
}

/**
 * Tries each side out on one start, again and again until it is warm, to see how long starting, warming up and flows take
 * and how long the rounds can be. Undefined if it was cut short.
 * @throws SideError
 */
export async function tryOut(sides: Sides, trials: Trials): Promise<Attempt | undefined> {
  const tried: Tried[] = [];
  for (const side of SIDES) {
    const one = await trySide(side, sides, trials);
    if (one === undefined) return undefined;
    tried.push(one);
  }
  const { plan, metrics, budget: asked } = trials;
  const wanted = beginComparison(metrics).wanted ?? 0;
  const trial = togetherOf(tried);
  const isKept = sides.services !== 'restart';
  const starting = bySide(tried, (one) => (isKept ? 0 : one.starting));
  const loadBeside = (beside: number): Load =>
    roundLoad(plan.load, trial, { budget: asked, rounds: 2 * wanted, starting: beside });
  const load = loadBeside((starting.base + starting.head) / 2);
  const flows = flowsIn(load, trial);
  const times = bySide(tried, (one) => starting[one.side] + one.took - one.time + timeOf(load, one));
  return {
    load,
    keptLoad: loadBeside(0),
    flows,
    warmup: isKept ? 0 : Math.max(...tried.map(({ warmup }) => warmup)),
    cpuTime: flows * Math.min(...tried.map(({ cpuPerFlow }) => cpuPerFlow)),
    times,
    starting,
    wanted,
    budget: budgetFor(asked, wanted * (times.base + times.head)),
    validity: validityFor(tried),
  };
}

/** A runtime that compiles while it runs may take a few. */
const MOST_TRIALS = 6;

async function trySide(side: SideName, sides: Sides, trials: Trials): Promise<Tried | undefined> {
  const { clock } = trials;
  const began = clock.now();
  const last = await sides.on(side, async (start) => tryUntilWarm(start, trials));
  if (last === undefined) return undefined;
  const { record, took, warmup, beside } = last;
  return { side, warmup, starting: clock.now() - began - beside, ...triedOf(record, took) };
}

interface LastTrial {
  readonly record: Record;
  /** ms */
  readonly took: number;
  /** Flows that a start is to be warmed up with. */
  readonly warmup: number;
  /** ms of the trials that are no part of starting. */
  readonly beside: number;
}

/**
 * A start is warmed up with what its scenario asks for, or else with all that the trials ran until they were warm: no
 * flows where the first wave alone was long.
 */
async function tryUntilWarm(start: Start, trials: Trials): Promise<LastTrial | undefined> {
  const { plan, clock, interrupt } = trials;
  if (plan.warmup > 0) await start.warmUp(plan.warmup);
  let load = trialLoad(plan.load);
  let all = { flows: 0, took: 0 };
  for (let count = 1; ; count += 1) {
    const began = clock.now();
    const record = await start.round(load);
    if (interrupt.aborted) return undefined;
    const took = clock.now() - began;
    const trial = triedOf(record, took);
    all = { flows: all.flows + trial.flows, took: all.took + took };
    const next = count < MOST_TRIALS ? warmTrialLoad(plan.load, trial, count) : undefined;
    if (next === undefined) {
      if (plan.warmup > 0) return { record, took, warmup: plan.warmup, beside: all.took };
      return count > 1
        ? { record, took, warmup: all.flows, beside: 0 }
        : { record, took, warmup: 0, beside: took };
    }
    load = next;
  }
}

function triedOf(record: Record, took: number): Omit<Tried, 'side' | 'warmup' | 'starting'> {
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

function bySide(
  tried: readonly Tried[],
  of: (one: Tried) => number,
): { readonly [side in SideName]: number } {
  const valueOf = (side: SideName): number =>
    tried.filter((one) => one.side === side).reduce((sum, one) => sum + of(one), 0);
  return { base: valueOf('base'), head: valueOf('head') };
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
