import { type LoggedFlows, runFlows } from '../load/flows.js';
import type { FaultsPlan, InjectedFaults, Wave } from '../model/faults.js';
import { wavesOf } from '../model/plan.js';
import type { Monitor } from '../watch/sampler.js';
import { FaultInjection, type NetworkInjection } from './injection.js';
import { killOf } from './kill.js';

/** What became of a run with faults. */
export interface Waves {
  readonly waves: readonly Wave[];
  readonly injected: InjectedFaults;
}

interface WaveSurroundings {
  readonly monitor: Pick<Monitor, 'sampleNow'>;
  readonly network?: NetworkInjection;
}

/**
 * Runs the load again and again, in turn with faults and without, from a clean wave to a clean wave; each behind a start
 * barrier of its own. The monitor looks before and after each, so that what a wave used can be told from its neighbours'.
 */
export async function runWaves(
  faults: FaultsPlan,
  options: LoggedFlows,
  { monitor, network }: WaveSurroundings,
): Promise<Waves> {
  const { clock, halt, origin } = options;
  const isHalted = (): boolean => halt.aborted;
  const injection = new FaultInjection({ ...options, faults, network });
  const killed = { log: injection, killOf: (iteration: number) => killOf(faults, iteration) };
  const waves: Wave[] = [];
  for (const [index, kind] of wavesOf(faults).entries()) {
    if (isHalted()) break;
    const wave = index + 1;
    await monitor.sampleNow();
    const from = clock.now() - origin;
    if (kind === 'clean') await runFlows({ ...options, wave });
    else await injection.during(() => runFlows({ ...options, ...killed, wave }));
    await monitor.sampleNow();
    waves.push({ wave, kind, from, to: clock.now() - origin });
  }
  return { waves, injected: await injection.injected() };
}
