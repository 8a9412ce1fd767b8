import type { Wave, WaveFigures } from '../../model/faults.js';
import type { Record } from '../../model/record.js';
import { bystandersOf, totalOf, type FlowTally } from '../../model/flow.js';

/** A wave with what its flows come to. */
export interface FiguredWave extends Wave {
  readonly flows: WaveFigures;
}

/** Flows that are named for an error. */
const MOST_FLOWS = 5;

/** The waves of a run with faults in their order; those of which nothing is known are left out. */
export function figuredWaves({ waves = [], waveTallies, waveFigures }: Record): readonly FiguredWave[] {
  return waves.flatMap((wave) => {
    const tally = waveTallies?.get(wave.wave);
    const flows = tally === undefined ? waveFigures?.get(wave.wave) : figuresOf(tally);
    return flows === undefined ? [] : [{ ...wave, flows }];
  });
}

function figuresOf(tally: FlowTally): WaveFigures {
  const flowTime = tally.flowTimes()?.mean;
  const [error] = tally.errorKinds({ killed: true });
  return {
    bystanders: bystandersOf(tally),
    hit: totalOf(tally.hits),
    untraced: tally.untracedHits,
    flowTime,
    error: error && { sample: error.sample, count: error.count, flows: error.flows.slice(0, MOST_FLOWS) },
  };
}
