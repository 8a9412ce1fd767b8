import type { SideName } from '../../src/compare/opponent.js';
import {
  compareSides,
  type CompareSidesOptions,
  type SidesCompared,
} from '../../src/compare/rounds/compare.js';
import type { Comparing } from '../../src/compare/rounds/pairs.js';
import { planOfRounds } from '../../src/compare/rounds/load.js';
import { openSides, type Sides, type Start } from '../../src/compare/rounds/sides.js';
import { comparedMetrics } from '../../src/compare/thresholds.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import type { ComparingProgress } from '../../src/system/ports.js';
import { recordOf } from './record.js';
import { gates, httpPlanOf, type SimulatedWorld, simulatedWorld } from './simulated-sides.js';

export interface StartingSides {
  /** ms that a start takes, and half as long to stop; none where both sides are kept up from before. */
  readonly starting: number;
  readonly services?: Sides['services'];
  /** How many times as long as 25 ms a flow takes on a start of a side that has run so many flows before. */
  readonly drawSlowness?: (side: SideName) => (before: number) => number;
  readonly limit?: string;
  readonly plan?: Partial<ScenarioPlan>;
  readonly options?: Partial<CompareSidesOptions>;
}

/** What was done with the sides, in order. */
export interface Happened {
  readonly compared: SidesCompared | undefined;
  /** `base starts`, `base warms up by 4`, `base runs 40`, `base stops`, … */
  readonly events: readonly string[];
  readonly plans: readonly string[];
  readonly progress: readonly ComparingProgress[];
}

interface StartingWorld extends SimulatedWorld {
  readonly head: ScenarioPlan;
  readonly events: readonly string[];
  readonly open: () => Promise<Sides>;
}

/** Two servers, in simulated time, whose starts take time and draw how fast they are. */
export function startingWorld({
  starting,
  services = 'restart',
  drawSlowness = () => () => 1,
  plan,
}: StartingSides): StartingWorld {
  const slowness: { [side in SideName]?: (before: number) => number } = {};
  const ran = { base: 0, head: 0 };
  const world = simulatedWorld({
    answer: ({ origin }) => {
      const side = origin.includes('head') ? 'head' : 'base';
      ran[side] += 1;
      return { headAfter: 25 * (slowness[side]?.(ran[side] - 1) ?? 1) };
    },
  });
  const { clock, ports } = world;
  const events: string[] = [];
  const begin = (side: SideName): void => {
    slowness[side] = drawSlowness(side);
    ran[side] = 0;
  };
  const told = (side: SideName, start: Start): Start => ({
    warmUp: async (flows) => {
      events.push(`${side} warms up by ${flows}`);
      await start.warmUp(flows);
    },
    round: async (load) => {
      events.push(`${side} runs ${'iterations' in load ? load.iterations : 0}`);
      return start.round(load);
    },
  });
  const head = planOfRounds(httpPlanOf('head', plan));
  const open = async (): Promise<Sides> => {
    const flows = await openSides({
      plans: { base: planOfRounds(httpPlanOf('base', plan)), head },
      services: 'restart',
      ports,
      context: { environment: recordOf().environment, env: {} },
    });
    if (services !== 'restart') (['base', 'head'] as const).forEach(begin);
    return {
      services,
      note: undefined,
      on: async (side, act) => {
        if (services !== 'restart') return flows.on(side, async (start) => act(told(side, start)));
        events.push(`${side} starts`);
        begin(side);
        await clock.sleep(starting);
        const done = await flows.on(side, async (start) => act(told(side, start)));
        await clock.sleep(starting / 2);
        events.push(`${side} stops`);
        return done;
      },
      close: async () => flows.close(),
    };
  };
  return { ...world, head, events, open };
}

/** A comparison of two such servers. */
export async function compareStarting(asked: StartingSides): Promise<Happened> {
  const { limit = 'throughput >= base - 5%', options = {} } = asked;
  const { clock, ports, progress, head, events, open } = startingWorld(asked);
  const plans: string[] = [];
  const { thresholds } = gates(limit);
  const compare = async (): Promise<SidesCompared | undefined> => {
    const sides = await open();
    const compared = await compareSides(sides, {
      plan: head,
      thresholds,
      metrics: comparedMetrics(thresholds),
      budget: undefined,
      seed: head.seed,
      ports,
      about: { scenario: 'checkout', base: 'main' },
      onPlan: (words) => plans.push(words),
      ...options,
    });
    await sides.close();
    return compared;
  };
  const compared = await clock.run(compare());
  return {
    compared,
    events,
    plans,
    progress: progress.flatMap((state) => ('pairs' in state ? [state] : [])),
  };
}

/** What the pairs came to. */
export function comparingOf(compared: SidesCompared | undefined): Comparing {
  if (compared === undefined || 'hopeless' in compared) throw new Error('nothing compared');
  return compared.comparing;
}
