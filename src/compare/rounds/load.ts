import { lengthOf, type Load, type ScenarioPlan, type Work } from '../../model/plan.js';

/** What was seen of a load before the first round. */
export interface Trial {
  /** Flows that ended. */
  readonly flows: number;
  /** ms from the first start to the last end. */
  readonly time: number;
  /** ms; undefined if no flow was ok. */
  readonly flowTime: number | undefined;
}

/** How much time there is. */
interface RoundTimes {
  /** ms for all rounds that somebody asked for; undefined if it may grow with what the first look needs. */
  readonly budget: number | undefined;
  /** Rounds of both sides together up to the first look. */
  readonly rounds: number;
  /** ms beside its flows that a round takes: what it starts, warms up and stops. */
  readonly starting: number;
}

/** Unless somebody asks for another, the rounds of a comparison may take this long, ms … */
export const BUDGET = 120_000;
/** … or as long as the first look needs, up to this. */
const MOST_BUDGET = 360_000;
/** A round shorter than this is mostly start and end. ms. */
const SHORTEST_ROUND = 200;
/** Median flow times in a round. */
const FLOW_TIMES = 8;
/** Rounds that a budget is to hold at most: longer ones are less noisy. */
const MOST_ROUNDS = 300;
/** Of the budget, what the rounds up to the first look may take: the rest is for what lies between them. */
const SHARE = 0.8;
/** Flows that an open model starts in a round at least. */
const FEWEST_STARTS = 10;
/** ms to which a budget that nobody asked for is rounded up. */
const BUDGET_STEP = 5000;

/**
 * ms that the flows of a round should take: at least about as long as starting. With B and W ÷ t for the variance of
 * starts and of a round of t ms, and s ms to start, the time that an interval takes is least at t = √(s·W ÷ B) (Kalibera
 * and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013), which is s where either is as noisy as the other.
 * A budget that nobody asked for is extended rather than to have flows that are short beside what starts them.
 */
function roundTime(
  { flowTime = 0 }: Pick<Trial, 'flowTime'>,
  { budget, rounds, starting }: RoundTimes,
): number {
  const room = (time: number): number => (SHARE * time) / rounds - starting;
  const least = Math.max(SHORTEST_ROUND, starting);
  const wanted = Math.max(least, FLOW_TIMES * flowTime, (budget ?? BUDGET) / MOST_ROUNDS);
  return Math.max(Math.min(wanted, room(budget ?? BUDGET)), Math.min(least, room(budget ?? MOST_BUDGET)));
}

/** ms that the rounds may take, if those up to the first look are expected to take `needed`. */
export function budgetFor(asked: number | undefined, needed: number): number {
  if (asked !== undefined) return asked;
  const enough = Math.ceil(needed / SHARE / BUDGET_STEP) * BUDGET_STEP;
  return Math.min(MOST_BUDGET, Math.max(BUDGET, enough));
}

/**
 * The load of a round: whole waves of the closed model that take as long as a round should, at least one. A round is no
 * larger than the scenario itself, unless that were too short, or shorter than starting takes. Stages are what they are:
 * a round is all of them.
 */
export function roundLoad(load: Load, trial: Trial, times: RoundTimes): Load {
  if ('stages' in load) return load;
  const time = roundTime(trial, times);
  if (load.model === 'open') {
    const shortest = Math.max(time, (FEWEST_STARTS / load.rate) * 1000);
    return { ...load, duration: Math.min(load.duration, shortest) };
  }
  const { flows } = load;
  const each = perFlow(trial);
  const whole = 'iterations' in load ? load.iterations : Math.ceil(load.duration / each);
  const most = Math.max(whole, inWaves(Math.max(SHORTEST_ROUND, times.starting) / each, flows));
  return { model: 'closed', flows, iterations: Math.min(most, inWaves(time / each, flows)) };
}

/** What is run first, to see how long it takes: of the closed model one wave. */
export function trialLoad(load: Load): Load {
  if ('stages' in load) return load;
  if (load.model === 'open') {
    return { ...load, duration: Math.min(load.duration, (FEWEST_STARTS / load.rate) * 1000) };
  }
  return { model: 'closed', flows: load.flows, iterations: load.flows };
}

/** A first trial so short was all warming up. ms. */
const COLD = 1000;

/**
 * What is tried next, warmer: of the closed model what fills the shortest round. Undefined if the trials so far tell
 * enough: the last one was as long as a round, and not the first, or long.
 */
export function warmTrialLoad(load: Load, trial: Trial, trials: number): Load | undefined {
  const enough = trials === 1 ? COLD : SHORTEST_ROUND;
  if ('stages' in load || trial.time >= enough) return undefined;
  if (load.model === 'open') return trials === 1 ? trialLoad(load) : undefined;
  return {
    model: 'closed',
    flows: load.flows,
    iterations: inWaves(SHORTEST_ROUND / perFlow(trial), load.flows),
  };
}

/**
 * The load of the next rounds, when one of the last pair took `time` ms, both sides taken together: a service may still
 * become faster. That a pair is larger than the one before says nothing of either side.
 */
export function lengthened(load: Load, time: number): Load {
  if (load.model === 'open' || !('iterations' in load) || time >= SHORTEST_ROUND) return load;
  const { flows, iterations } = load;
  return { ...load, iterations: inWaves((iterations * SHORTEST_ROUND) / Math.max(time, 1), flows) };
}

/** Flows of a load, about. */
export function flowsIn(load: Load, trial: Trial): number {
  if ('stages' in load) return Math.round(trial.flows);
  if (load.model === 'open') return Math.round((load.duration / 1000) * load.rate);
  return 'iterations' in load ? load.iterations : Math.ceil(load.duration / perFlow(trial));
}

/** ms of a load, about. */
export function timeOf(load: Load, trial: Trial): number {
  if ('stages' in load) return lengthOf(load.stages);
  return 'duration' in load ? load.duration : load.iterations * perFlow(trial);
}

/** ms; what takes no measurable time takes some. */
function perFlow({ time, flows }: Pick<Trial, 'time' | 'flows'>): number {
  return Math.max(time, 0.001) / Math.max(1, flows);
}

/** As many whole waves as hold so many flows; at least one. */
function inWaves(count: number, flows: number): number {
  return Math.max(1, Math.ceil(count / flows)) * flows;
}

/**
 * A scenario as the rounds of a comparison run it: what the flows do and what they talk to, without what an ordinary run
 * does around them. Nothing is checked, verified or killed on purpose, no token is looked for; limits are in force, and
 * network faults leave their proxies in place, which pass everything on. Of a ladder it is the top rung.
 */
export function planOfRounds(plan: ScenarioPlan): ScenarioPlan {
  const { ladder, faults } = plan;
  return {
    ...plan,
    ladder: undefined,
    verify: undefined,
    load: ladder?.at(-1) ?? plan.load,
    thresholds: [],
    checks: { isolation: 'off', cleanup: 'off', growth: 'off' },
    faults: faults && { ...faults, kill: undefined },
  };
}

/**
 * Base runs what head runs in the same manner: as many flows at once, as long, as patiently, with the same random
 * numbers, and what it reports means the same. What a flow does and what it talks to is base's own.
 */
export function inTheMannerOf(head: ScenarioPlan, base: ScenarioPlan): ScenarioPlan {
  return {
    ...base,
    work: inTheSharesOf(head.work, base.work),
    load: head.load,
    timeout: head.timeout,
    warmup: head.warmup,
    seed: head.seed,
    ladder: head.ladder,
    retries: head.retries,
    metrics: head.metrics,
  };
}

/** Both sides draw the same part for each flow, with the same patience; what the part does is the side's own. */
function inTheSharesOf(head: Work, base: Work): Work {
  if (head.kind !== 'mix' || base.kind !== 'mix') return base;
  const parts = head.parts.flatMap(({ name, share, timeout, retries }) =>
    base.parts.filter((part) => part.name === name).map((part) => ({ ...part, share, timeout, retries })),
  );
  return parts.length === head.parts.length ? { ...base, parts } : base;
}
