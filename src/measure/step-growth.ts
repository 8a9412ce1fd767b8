import { distributionOf, percentile } from '../lib/statistics/distribution.js';
import { chanceOfOrder, inversionChances } from '../lib/statistics/slopes.js';
import type { Flow } from '../model/flow.js';
import type { GrownStep, StepGrowth } from '../model/results.js';

/**
 * How often a run in which no step grows may be said to have one that did, all its steps together: half of 1%,
 * since what runs at the same time is alike and the tests take it for independent.
 */
const FALSE_ALARMS = 0.005;
/** A growth of less is not reported: medians of the same work differ by 3.2% (one standard deviation of pairs). */
const LEAST_SHARE = 0.1;
/** ms: the event loop's and the timer's own noise. */
const LEAST_TIME = 0.1;
/** Names come from the code under test: one made anew by every flow must not cost the others their power. */
const MOST_STEPS = 50;
/** Of a closed model's first wave the last flow waits for all others: a run is long if it has many waves. */
const FEWEST_WAVES = 10;

/** One time that a step took: when it began and how long it was, in ms; and on which rung. */
interface Lap {
  readonly at: number;
  readonly time: number;
  readonly rung: number | undefined;
}

type Laps = readonly Lap[];

/**
 * Which steps took longer the longer the run went on or, on a ladder, the more flows ran at once. From ok flows alone,
 * all of them or an even sample. Undefined if no step grew, or the run is too short to tell.
 */
export function stepGrowth(flows: readonly Flow[]): StepGrowth | undefined {
  const ok = flows.filter(({ outcome }) => outcome === 'ok');
  const laps = lapsOf(ok);
  return ok.some(({ rung }) => rung !== undefined) ? overLadder(laps) : overRun(laps, fewestLaps(ok));
}

/** By step, each in order of its beginning. */
function lapsOf(flows: readonly Flow[]): ReadonlyMap<string, Laps> {
  const laps = new Map<string, Lap[]>();
  for (const { steps = [], rung } of flows) {
    for (const { name, startedAt, endedAt } of steps) {
      const lap = { at: startedAt, time: endedAt - startedAt, rung };
      const known = laps.get(name);
      if (known !== undefined) known.push(lap);
      else if (laps.size < MOST_STEPS) laps.set(name, [lap]);
    }
  }
  for (const known of laps.values()) known.sort((a, b) => a.at - b.at);
  return laps;
}

function fewestLaps(flows: readonly Flow[]): number {
  const slots = new Set(flows.map(({ slot }) => slot)).size;
  return Math.max(FEWEST_FOR_TREND, FEWEST_WAVES * slots);
}

function overRun(all: ReadonlyMap<string, Laps>, fewest: number): StepGrowth | undefined {
  const long = [...all].filter(([, laps]) => laps.length >= fewest);
  const steps = long.flatMap(([name, laps]) => {
    const times = laps.map(({ time }) => time);
    if (chanceOfRise(times) > FALSE_ALARMS / long.length) return [];
    const third = Math.floor(times.length / 3);
    return grown({ name, before: medianOf(times.slice(0, third)), after: medianOf(times.slice(-third)) });
  });
  return steps.length === 0 ? undefined : { over: 'run', steps: mostFirst(steps) };
}

function overLadder(all: ReadonlyMap<string, Laps>): StepGrowth | undefined {
  const rungs = rungsOf(all);
  const [first, last] = [rungs[0], rungs.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const steps = [...all].flatMap(([name, laps]) => {
    const times = rungs.map((flows) => laps.filter(({ rung }) => rung === flows).map(({ time }) => time));
    if (chanceOfOrder(times) > FALSE_ALARMS / all.size) return [];
    return grown({ name, before: medianOf(times[0] ?? []), after: medianOf(times.at(-1) ?? []) });
  });
  return steps.length === 0 ? undefined : { over: 'ladder', first, last, steps: mostFirst(steps) };
}

/** Flows at once on the rungs of which any step is known, ascending. */
function rungsOf(all: ReadonlyMap<string, Laps>): readonly number[] {
  const rungs = [...all.values()].flatMap((laps) => laps.map(({ rung }) => rung));
  return [...new Set(rungs)].filter((rung) => rung !== undefined).sort((a, b) => a - b);
}

/** A step that is not known at both ends has grown by NaN, which is not enough. */
function grown(step: GrownStep): readonly GrownStep[] {
  const more = step.after - step.before;
  return more >= LEAST_TIME && more >= LEAST_SHARE * step.before ? [step] : [];
}

function mostFirst(steps: readonly GrownStep[]): GrownStep[] {
  const growth = ({ before, after }: GrownStep): number => after - before;
  return [...steps].sort((a, b) => growth(b) - growth(a));
}

/**
 * Parts of a series that are compared. With fewer, a rise is missed more often; with more, neighbours in time, which are
 * alike, fall into different parts: at 20 an AR(1) series of φ = 0.8 alarms in 0.9% of runs, at 14 in 0.6%.
 */
const PARTS = 14;

/** Fewer values than this make medians of noise. */
export const FEWEST_FOR_TREND = 10 * PARTS;

/**
 * Probability that a series without a trend rises as steadily as this one: Mann–Kendall, one-sided and exact, on the
 * medians of fourteen equal parts (Mann, "Nonparametric tests against trend", 1945). It is below α just where Sen's interval
 * of the slope, at 1 − α, lies above zero. Equal medians count against a rise. 1 if there are too few values to tell.
 */
export function chanceOfRise(values: readonly number[]): number {
  if (values.length < FEWEST_FOR_TREND) return 1;
  const medians = Array.from({ length: PARTS }, (_, part) => {
    const from = Math.round((part * values.length) / PARTS);
    return medianOf(values.slice(from, Math.round(((part + 1) * values.length) / PARTS)));
  });
  let inversions = 0;
  for (const [index, earlier] of medians.entries()) {
    inversions += medians.slice(index + 1).filter((later) => later <= earlier).length;
  }
  return inversionChances(PARTS)[inversions] ?? 1;
}

/** NaN of nothing. */
export function medianOf(values: readonly number[]): number {
  const distribution = distributionOf(values);
  return distribution === undefined ? NaN : percentile(distribution, 50);
}
