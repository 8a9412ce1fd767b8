import { lengthOf, type Load, type ScenarioPlan } from '../../model/plan.js';

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
interface RoundBudget {
  /** ms for all rounds. */
  readonly budget: number;
  /** Rounds of both sides together up to the first look. */
  readonly rounds: number;
}

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

/** ms that the flows of a round should take. */
function roundTime({ flowTime = 0 }: Pick<Trial, 'flowTime'>, { budget, rounds }: RoundBudget): number {
  const wanted = Math.max(SHORTEST_ROUND, FLOW_TIMES * flowTime, budget / MOST_ROUNDS);
  return Math.min(wanted, (SHARE * budget) / rounds);
}

/**
 * The load of a round: whole waves of the closed model that take as long as a round should, at least one. A round is no
 * larger than the scenario itself, unless that were too short. Stages are what they are: a round is all of them.
 */
export function roundLoad(load: Load, trial: Trial, budget: RoundBudget): Load {
  if ('stages' in load) return load;
  const time = roundTime(trial, budget);
  if (load.model === 'open') {
    const shortest = Math.max(time, (FEWEST_STARTS / load.rate) * 1000);
    return { ...load, duration: Math.min(load.duration, shortest) };
  }
  const { flows } = load;
  const each = perFlow(trial);
  const whole = 'iterations' in load ? load.iterations : Math.ceil(load.duration / each);
  const most = Math.max(whole, inWaves(SHORTEST_ROUND / each, flows));
  return { model: 'closed', flows, iterations: Math.min(most, inWaves(time / each, flows)) };
}

/** What is run first, to warm up and to see how long it takes: `flows` at least, of the closed model one whole wave. */
export function trialLoad(load: Load, flows: number): Load {
  if ('stages' in load) return load;
  if (load.model === 'open') {
    const needed = (Math.max(FEWEST_STARTS, flows) / load.rate) * 1000;
    return { ...load, duration: Math.min(load.duration, needed) };
  }
  return { model: 'closed', flows: load.flows, iterations: Math.max(load.flows, flows) };
}

/** A first trial so short was all warming up. ms. */
const COLD = 1000;

/**
 * What is tried next, warmer: of the closed model what fills the shortest round. Undefined if the trials so far tell
 * enough: the last one was as long as a round, and not the first, or long.
 */
export function warmTrialLoad(load: Load, trial: Trial, trials: number): Load | undefined {
  const enough = trials === 1 ? COLD : SHORTEST_ROUND;
  if (load.model === 'open' || 'stages' in load || trial.time >= enough) return undefined;
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
 * numbers. What a flow does and what it talks to is base's own.
 */
export function inTheMannerOf(head: ScenarioPlan, base: ScenarioPlan): ScenarioPlan {
  return {
    ...base,
    load: head.load,
    timeout: head.timeout,
    warmup: head.warmup,
    seed: head.seed,
    ladder: head.ladder,
    retries: head.retries,
  };
}
