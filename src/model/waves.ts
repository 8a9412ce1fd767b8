import type { FaultsPlan, Wave } from './faults.js';
import type { Load } from './plan.js';

/**
 * The kinds of waves that a scenario runs, in their order: clean, faulted, clean, …, faulted, clean. None if nothing is
 * injected: limits are in force all the time.
 */
export function wavesOf(faults: FaultsPlan | undefined): readonly Wave['kind'][] {
  if (faults?.kill === undefined && faults?.network === undefined) return [];
  return Array.from({ length: 2 * faults.rounds + 1 }, (_, index) => (index % 2 === 0 ? 'clean' : 'faulted'));
}

/** What all waves of a load are together; a load that is run once is itself. */
export function loadOfWaves(load: Load, waves: readonly unknown[]): Load {
  if (waves.length === 0 || load.model !== 'closed' || 'stages' in load) return load;
  return 'iterations' in load
    ? { ...load, iterations: load.iterations * waves.length }
    : { ...load, duration: load.duration * waves.length };
}
