import { Lane, type LaneToxics, type MetToxic } from '../../../src/faults/network/lane.js';
import { seededRandom } from '../../../src/lib/random.js';
import type { NetworkFaultKind, Toxic } from '../../../src/model/network-fault.js';
import { SimulatedClock } from '../../fakes/simulated-clock.js';

/** A toxic that was met, with random numbers of its own. */
export function met<T extends Toxic>(toxic: T, seed = 1): MetToxic<T> {
  return { toxic, random: seededRandom(seed) };
}

export const NO_TOXICS: LaneToxics = { latencies: [], bandwidths: [], slowCloses: [], blackholes: [] };

/** A lane on simulated time, whose sink notes what comes when, in ms since the faults are injected. */
export function laneWorld(toxics: Partial<LaneToxics>) {
  const clock = new SimulatedClock(5000);
  let zero: number | undefined = 5000;
  const arrivals: { at: number; bytes: number }[] = [];
  const faults: { kind: NetworkFaultKind; amount?: number }[] = [];
  const source = { paused: 0, resumed: 0, isPaused: false };
  const sink = { endedAt: undefined as number | undefined, takes: true };
  const elapsed = (): number => clock.now() - 5000;
  const lane = new Lane(
    { ...NO_TOXICS, ...toxics },
    {
      write: (chunk) => {
        arrivals.push({ at: elapsed(), bytes: chunk.length });
        return sink.takes;
      },
      end: () => {
        sink.endedAt = elapsed();
      },
      pause: () => {
        source.paused += 1;
        source.isPaused = true;
      },
      resume: () => {
        source.resumed += 1;
        source.isPaused = false;
      },
    },
    {
      clock,
      at: () => (zero === undefined ? undefined : clock.now() - zero),
      onFault: (kind, amount) => {
        faults.push({ kind, amount });
      },
    },
  );
  const disarm = (): void => {
    zero = undefined;
    lane.pump();
  };
  return { clock, lane, arrivals, faults, source, sink, elapsed, disarm };
}
