import type { ComparedMetric, Round } from '../../model/comparison.js';
import type { ScenarioPlan } from '../../model/plan.js';
import type { Threshold } from '../../model/threshold.js';
import type { ExecutePorts } from '../../run/stage.js';
import { measuredRound } from '../rounds/compare.js';
import type { Sides } from '../rounds/sides.js';
import { tryOut } from '../rounds/trial.js';
import { isUndisturbed } from '../statistics/round.js';
import type { MeasuredStarts } from './spread.js';

/** Starts that are measured at most: twice as many would lower the bound of their spread by a tenth. */
const MOST_STARTS = 20;
/** Rounds on each. */
const ROUNDS = 5;

interface StartsOptions {
  /** That of the rounds. */
  readonly plan: ScenarioPlan;
  readonly thresholds: readonly Threshold[];
  readonly metrics: readonly ComparedMetric[];
  /** ms that a comparison may take, which says how large its rounds are; undefined if nobody asked for one. */
  readonly budget?: number;
  /** By the clock: no further start is begun after it. */
  readonly until: number;
  readonly ports: ExecutePorts;
}

/**
 * Starts the same code again and again, warms each start up as a comparison does, and runs rounds on it that are as large
 * as those on one start that is kept. Starts on which a round was disturbed from outside are left out. Undefined if it
 * was interrupted before the first start.
 * @param sides both of the same code, started anew each time
 * @throws SideError if it does not run as it should
 */
export async function measureStarts(
  sides: Sides,
  options: StartsOptions,
): Promise<MeasuredStarts | undefined> {
  const { plan, until, ports } = options;
  const { clock, interrupt } = ports;
  const began = clock.now();
  const attempt = await tryOut(sides, { ...ports, ...options, budget: options.budget });
  if (attempt === undefined) return undefined;
  const { warmup, keptLoad, validity } = attempt;
  ports.logger.info(
    `${plan.name}: measuring by how much its starts differ: ${MOST_STARTS} of them at most, ${ROUNDS} rounds on each`,
  );
  const starts: (readonly Round[])[] = [];
  /** ms of all rounds. */
  let flowing = 0;
  while (starts.length < MOST_STARTS && clock.now() < until && !interrupt.aborted) {
    const measured = await sides.on('head', async (start) => {
      if (warmup > 0) await start.warmUp(warmup);
      const from = clock.now();
      const rounds: Round[] = [];
      for (let count = 0; count < ROUNDS; count += 1) {
        const round = await measuredRound(start, keptLoad, options);
        if (round === undefined) return undefined;
        rounds.push(round);
      }
      flowing += clock.now() - from;
      return rounds;
    });
    if (measured !== undefined) starts.push(measured);
  }
  if (starts.length === 0) return undefined;
  return {
    starts: starts.filter((rounds) => rounds.every((round) => isUndisturbed(round, validity))),
    time: clock.now() - began,
    roundTime: flowing / (ROUNDS * starts.length),
  };
}
