import type { ScenarioPlan } from '../model/plan.js';

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
