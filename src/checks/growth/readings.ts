import type { FlowObserver } from '../../load/flows.js';
import type { ScenarioPlan } from '../../model/plan.js';
import type { Monitor } from '../../watch/sampler.js';

/**
 * Looks along a run whose growth is asked for, two thirds of which are judged in eight parts (stats/growth): five in
 * each, so that the lowest of them is below what the garbage collector had yet to collect.
 */
const LOOKS = 60;

/**
 * Has the monitor look each time that so many flows have ended. By its own pace, 1% of a core, it may come to ten looks
 * in ten thousand requests, which take no longer than a second.
 */
export function lookingAlong(
  observer: FlowObserver,
  plan: Pick<ScenarioPlan, 'load' | 'checks' | 'unaskedChecks'>,
  monitor: Pick<Monitor, 'sampleNow'>,
): FlowObserver {
  const { load, checks, unaskedChecks } = plan;
  const level = checks.growth ?? unaskedChecks?.growth ?? 'off';
  if (level === 'off' || !('iterations' in load)) return observer;
  const every = Math.ceil(load.iterations / LOOKS);
  let ended = 0;
  return {
    started: (flows) => {
      observer.started(flows);
    },
    ended: (outcome) => {
      observer.ended(outcome);
      ended += 1;
      if (ended % every === 0) void monitor.sampleNow();
    },
  };
}
