import { plural } from '../lib/format.js';
import type {
  Compared,
  ComparedMetric,
  ComparedPair,
  ComparePlan,
  ComparisonResult,
  Pair,
  Round,
  UnresolvedAnswer,
} from '../model/comparison.js';
import { metricName } from '../model/metrics.js';
import type { ScenarioPlan } from '../model/plan.js';
import { isAgainstBase, type Threshold } from '../model/threshold.js';
import type { ExecuteContext, ExecutePorts } from '../run/stage.js';
import { brokenMetrics, type ScenarioComparison } from './judge.js';
import type { Opponent, TreeGuard } from './opponent.js';
import { compareSides, type RoundsRun } from './rounds/compare.js';
import { BUDGET, inTheMannerOf, planOfRounds } from './rounds/load.js';
import type { Comparing } from './rounds/pairs.js';
import { openSides, SideError, type Sides } from './rounds/sides.js';
import { alsoRose } from './statistics/changes.js';
import { comparedGrowth } from './statistics/growth.js';
import { compareRun } from './statistics/looks.js';
import { type ValidityLimits, whyDropped } from './statistics/round.js';
import { comparedMetrics, defaultBaseGates, spareMetrics } from './thresholds.js';

interface CompareOptions {
  readonly opponent: Opponent;
  readonly how: ComparePlan;
  /** Undefined where the sides have no trees of their own. */
  readonly guard?: TreeGuard;
  readonly ports: ExecutePorts;
  readonly context: ExecuteContext;
}

/** What came of a comparison, for the verdict. */
export interface ScenarioCompared extends ScenarioComparison {
  /** What went wrong with head meanwhile. */
  readonly problem?: string;
}

/**
 * Compares a scenario of head, which has been run by itself before, with its opponent: rounds in pairs, until it is known
 * or the budget is spent. Never rejects for what is wrong with either side.
 */
export async function compareScenario(
  plan: ScenarioPlan,
  options: CompareOptions,
): Promise<ScenarioCompared> {
  const { opponent, how } = options;
  if ('absent' in opponent) return notCompared(plan, options, opponent.absent);
  const asked = plan.thresholds.filter(isAgainstBase);
  const byDefault = defaultBaseGates(plan, how.defaultLevel);
  const thresholds = [...asked, ...byDefault];
  const { results, compared, problem } = await runComparison(plan, opponent.plan, {
    ...options,
    thresholds,
    metrics: comparedMetrics(thresholds),
    spare: spareMetrics(byDefault),
    growthAsked: (plan.checks.growth ?? 'off') !== 'off',
  });
  if (compared.absent !== undefined) return notCompared(plan, options, compared.absent);
  const defaultGates = byDefault.filter((gate) => results.some(({ metric }) => metric === metricName(gate)));
  return {
    defaultGates,
    results,
    compared: { ...surroundingsOf(options, defaultGates), ...compared },
    problem,
  };
}

/**
 * Why nothing is compared, in the form of a comparison. No gate that nobody wrote is in force then, and what was asked
 * for is no more than a warning: no run could resolve it, and what adds a scenario or mends a base must not be kept out.
 */
export function notCompared(plan: ScenarioPlan, options: CompareOptions, absent: string): ScenarioCompared {
  const compared = { ...surroundingsOf(options, []), absent };
  return { defaultGates: [], results: [], compared: { ...compared, onUnresolved: atMostWarning(options) } };
}

/** What keeps a comparison from being made is base's doing. */
function atMostWarning({ how }: CompareOptions): UnresolvedAnswer {
  return how.onUnresolved === 'fail' ? 'warn' : how.onUnresolved;
}

function surroundingsOf({ opponent, how }: CompareOptions, defaultGates: readonly Threshold[]): Compared {
  const { base, head, commits } = opponent;
  return {
    base,
    head,
    defaultGates: defaultGates.length === 0 ? undefined : defaultGates.map(({ expression }) => expression),
    pairs: [],
    time: 0,
    budget: how.budget ?? BUDGET,
    onUnresolved: how.onUnresolved,
    alsoRose: [],
    commits,
  };
}

interface Run extends CompareOptions {
  readonly thresholds: readonly Threshold[];
  readonly metrics: readonly ComparedMetric[];
  /** Names of metrics that nobody asked for: left out if a round is too coarse for them. */
  readonly spare: ReadonlySet<string>;
  /** The check `growth` is in force. */
  readonly growthAsked: boolean;
}

interface Came {
  readonly results: readonly ComparisonResult[];
  readonly compared: Partial<Compared>;
  readonly problem?: string;
}

async function runComparison(head: ScenarioPlan, base: ScenarioPlan, run: Run): Promise<Came> {
  const { how, guard, ports, context } = run;
  const plans = { base: planOfRounds(inTheMannerOf(head, base)), head: planOfRounds(head) };
  let sides: Sides | undefined;
  try {
    const before = await guard?.look({ must: true });
    if (before !== undefined) return invalid(run, before);
    sides = await openSides({ plans, services: how.services, guard, ports, context });
    const done = await runPairs(plans.head, sides, run);
    const changed = await guard?.look({ must: true });
    return changed === undefined ? done : invalid(run, changed, done);
  } catch (thrown) {
    if (!(thrown instanceof SideError)) throw thrown;
    // A side whose files the other one changed may fail for that.
    const changed = await guard?.look({ must: true });
    return changed === undefined ? failedBefore(thrown, run) : invalid(run, changed);
  } finally {
    await sides?.close();
  }
}

async function runPairs(plan: ScenarioPlan, sides: Sides, run: Run): Promise<Came> {
  const { how, metrics, opponent, ports } = run;
  const compared = await compareSides(sides, {
    ...run,
    plan,
    budget: how.budget,
    startSpread: sides.services === 'keep' ? how.startSpread : undefined,
    seed: plan.seed,
    about: { scenario: plan.name, base: opponent.base.label },
    onPlan: (words) => {
      ports.logger.info(`${plan.name}: ${words}`);
    },
  });
  if (compared === undefined) return interrupted(run);
  const { budget } = compared.rounds;
  if ('hopeless' in compared) {
    const { reason, headIsWhy } = compared.hopeless;
    const rounds = roundsOf(compared.rounds, sides, { how, pairs: 0 });
    // The slower head is, the fewer rounds there are: that is no way to get by.
    const answer = headIsWhy ? { onUnresolved: 'fail' as const } : {};
    return {
      results: nothingKnown(metrics, reason),
      compared: { rounds, budget, ended: 'budget', ...answer },
    };
  }
  const { comparing, validity } = compared;
  const rounds = roundsOf(compared.rounds, sides, { how, pairs: comparing.pairs.length });
  const { compared: measured, ...rest } = came(comparing, run, { rounds, validity });
  return { ...rest, compared: { ...measured, budget } };
}

function roundsOf(
  { flows, warmup, startTime }: RoundsRun,
  { services, note }: Sides,
  { how, pairs }: { readonly how: ComparePlan; readonly pairs: number },
): NonNullable<Compared['rounds']> {
  switch (services) {
    case 'none':
      return { flows, services };
    case 'keep':
      return { flows, services, starts: 1, startSpread: how.startSpread };
    case 'restart':
      return { flows, services, starts: pairs, startTime, warmup, note };
  }
}

function came(
  { pairs, results, time, ended, failure }: Comparing,
  run: Run,
  { rounds, validity }: { rounds: NonNullable<Compared['rounds']>; validity: ValidityLimits },
): Came {
  if (ended === 'interrupted' && pairs.length === 0) {
    const nothing = interrupted(run);
    return { ...nothing, compared: { ...nothing.compared, rounds, time } };
  }
  const measured = pairs.map((pair) => comparedPair(pair, validity));
  const { label } = run.opponent.base;
  const why = failure === undefined ? allDropped(measured) : failureWords(failure, run);
  const broken = brokenBase(measured, label);
  const growth = comparedGrowth(pairs, {
    services: rounds.services,
    base: label,
    asked: run.growthAsked,
  });
  return {
    results: results.map((result) => withReason(result, why ?? (result.reason && broken))),
    compared: {
      ...(failure?.side === 'base' || broken !== undefined ? { onUnresolved: atMostWarning(run) } : {}),
      rounds,
      pairs: measured,
      time,
      ended,
      alsoRose: [
        ...alsoRose(measured, results, {
          broken: brokenMetrics(run.thresholds, results),
          startSpread: rounds.startSpread,
        }),
      ],
      growth,
    },
    problem: failure?.side === 'head' ? why : undefined,
  };
}

/** `all 40 pairs were dropped: 12% of the machine was given to others while head ran`; undefined if one counts. */
function allDropped(pairs: readonly ComparedPair[]): string | undefined {
  const reasons = pairs.flatMap(({ dropped }) => dropped ?? []);
  if (pairs.length === 0 || reasons.length < pairs.length) return undefined;
  const whole = pairs.length === 1 ? 'the only pair was' : `all ${pairs.length} pairs were`;
  return `${whole} dropped: ${reasons.at(-1) ?? ''}; a machine that others use less can tell`;
}

function comparedPair(pair: Pair, validity: ValidityLimits): ComparedPair {
  const dropped = whyDropped(pair, validity);
  return { ...pair, dropped };
}

/**
 * `no flow of main was ok in 3 of 12 pairs`, where some of head was in each: what mends base must not be kept out.
 * Undefined if all rounds of base can be compared.
 */
function brokenBase(pairs: readonly ComparedPair[], base: string): string | undefined {
  const valid = pairs.filter(({ dropped }) => dropped === undefined);
  const broken = valid.filter((pair) => isNoneOk(pair.base)).length;
  if (broken === 0 || valid.some((pair) => isNoneOk(pair.head))) return undefined;
  return `no flow of ${base} was ok in ${broken} of ${plural(valid.length, 'pair')}`;
}

function isNoneOk({ flows: { started, failed } }: Pick<Round, 'flows'>): boolean {
  return failed >= started;
}

function withReason(result: ComparisonResult, reason: string | undefined): ComparisonResult {
  return result.outcome === 'unresolved' && reason !== undefined ? { ...result, reason } : result;
}

function failureWords({ side, message }: SideError, { opponent }: Run): string {
  return `comparing ended because ${opponent[side].label} did not run: ${message}`;
}

/** Before the first round. Base that can not be run is no fault of head's. */
function failedBefore(failure: SideError, run: Run): Came {
  const { opponent, metrics, ports } = run;
  if (ports.interrupt.aborted) return interrupted(run);
  if (failure.side === 'base') {
    const absent = `${opponent.base.label} can not be run: ${failure.message}`;
    return { results: [], compared: { absent, ended: 'failed' } };
  }
  const problem = failureWords(failure, run);
  return { results: nothingKnown(metrics, problem), compared: { ended: 'failed' }, problem };
}

/** Whatever was measured is of a tree that was changed: the pairs are kept, and nothing is concluded from them. */
function invalid({ metrics }: Run, why: string, { compared }: Partial<Came> = {}): Came {
  const { rounds, pairs = [], time = 0 } = compared ?? {};
  return {
    results: nothingKnown(metrics, why),
    compared: { rounds, pairs, time, ended: 'invalid', invalid: why },
  };
}

function interrupted({ metrics }: Run): Came {
  return {
    results: nothingKnown(metrics, 'interrupted before the first pair was through'),
    compared: { ended: 'interrupted' },
  };
}

function nothingKnown(metrics: readonly ComparedMetric[], reason: string): readonly ComparisonResult[] {
  return compareRun([], metrics, { exhausted: true }).results.map((result) => ({ ...result, reason }));
}
