import type { ScenarioPlan } from '../model/plan.js';

/**
 * A scenario as the rounds of a comparison run it: what the flows do and what they talk to, without what an ordinary run
 * does around them. Nothing is checked, verified or killed on purpose, no token is looked for; limits are in force, and
 * network faults leave their proxies in place, which pass everything on. Of a ladder it is the top rung.
 */
export function planOfRounds(plan: ScenarioPlan): ScenarioPlan {
  const { ladder, faults } = plan;
  const quiet = faults === undefined ? undefined : without(faults, ['kill']);
  return {
    ...without(plan, ['ladder', 'verify', 'faults']),
    load: ladder?.at(-1) ?? plan.load,
    thresholds: [],
    checks: { isolation: 'off', cleanup: 'off', growth: 'off' },
    ...(quiet === undefined ? {} : { faults: quiet }),
  };
}

/**
 * Base runs what head runs in the same manner: as many flows at once, as long, as patiently, with the same random
 * numbers. What a flow does and what it talks to is base's own.
 */
export function inTheMannerOf(head: ScenarioPlan, base: ScenarioPlan): ScenarioPlan {
  return {
    ...without(base, ['ladder', 'retries']),
    load: head.load,
    timeout: head.timeout,
    warmup: head.warmup,
    seed: head.seed,
    ...(head.ladder === undefined ? {} : { ladder: head.ladder }),
    ...(head.retries === undefined ? {} : { retries: head.retries }),
  };
}

function without<T extends object, Key extends keyof T & string>(
  all: T,
  names: readonly Key[],
): Omit<T, Key> {
  const kept = Object.entries(all).filter(([name]) => !names.some((other) => other === name));
  return Object.fromEntries(kept) as unknown as Omit<T, Key>;
}
