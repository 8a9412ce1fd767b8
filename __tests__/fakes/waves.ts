import type { Wave, WaveFigures } from '../../src/model/faults.js';
import type { Record } from '../../src/model/record.js';
import { drawnWaves } from '../../src/faults/config.js';
import { recordOf } from './record.js';

export interface MadeUpWave extends Pick<Wave, 'wave' | 'kind'> {
  /** Of a clean wave: faulted ones before it. */
  readonly faultsBefore: number;
}

/** Twenty ok flows of 100 ms; in a faulted wave two more that were hit. */
export function figuresOf(
  { kind }: Pick<Wave, 'kind'>,
  { failed = 0, started = 20, time = 100, ...rest }: Partial<FakeFigures> = {},
): WaveFigures {
  const ok = started - failed;
  return {
    bystanders: { ok, failed, timed_out: 0, killed: 0, dropped: 0 },
    hit: kind === 'faulted' ? 2 : 0,
    untraced: 0,
    ...(ok === 0 ? {} : { flowTime: time }),
    ...rest,
  };
}

interface FakeFigures extends WaveFigures {
  readonly started: number;
  readonly failed: number;
  /** ms. */
  readonly time: number;
}

/** The record of a run with faults, as it is read from results.json; each wave as `figures` has it. `seed`: of the lot. */
export function wavesRecord(
  rounds: number,
  figures: (wave: MadeUpWave) => Partial<FakeFigures> = () => ({}),
  { seed = 1, ...differs }: Partial<Record> & { readonly seed?: number } = {},
): Record {
  const kinds = drawnWaves(rounds, seed);
  const waves = kinds.map((kind, index) => ({
    wave: index + 1,
    kind,
    from: index * 1000,
    to: index * 1000 + 900,
  }));
  const waveFigures = new Map(
    waves.map((wave) => {
      const faultsBefore = kinds.slice(0, wave.wave - 1).filter((kind) => kind === 'faulted').length;
      return [wave.wave, figuresOf(wave, figures({ ...wave, faultsBefore }))];
    }),
  );
  return recordOf({ waves, waveFigures, ...differs });
}
