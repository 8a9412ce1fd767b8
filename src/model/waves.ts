import type { FaultsPlan, Wave } from './faults.js';
import type { Load, ScenarioPlan } from './plan.js';

/**
 * The kinds of waves that a scenario runs, in their order: as many clean ones as there are rounds, then faulted and
 * clean in turn. What comes after the faults is compared with what came before any (`recovery`), and so many of each
 * are needed for that as rounds are for the others. None if nothing is injected: limits are in force all the time.
 */
export function wavesOf(faults: FaultsPlan | undefined): readonly Wave['kind'][] {
  if (faults?.kill === undefined && faults?.network === undefined) return [];
  const before = Array.from({ length: faults.rounds }, () => 'clean' as const);
  const inTurn = Array.from({ length: faults.rounds }, () => ['faulted', 'clean'] as const);
  return [...before, ...inTurn.flat()];
}

/** The load of all that a scenario runs, its waves together: what its record, its results and its history have. */
export function wholeLoad({ load, faults }: Pick<ScenarioPlan, 'load' | 'faults'>): Load {
  return loadOfWaves(load, wavesOf(faults));
}

/** What all waves of a load are together; a load that is run once is itself. */
export function loadOfWaves(load: Load, waves: readonly unknown[]): Load {
  if (waves.length === 0 || load.model !== 'closed' || 'stages' in load) return load;
  return 'iterations' in load
    ? { ...load, iterations: load.iterations * waves.length }
    : { ...load, duration: load.duration * waves.length };
}
