import { z } from 'zod';
import { didYouMean } from '../lib/nearest.js';
import type { FaultsPlan } from '../model/faults.js';
import { networkFaults, unknownFaultKey } from './fault-fields.js';
import { show, whole } from './fields.js';
import type { Path } from './finding.js';
import { kill, KILL_KEYS } from './kill-fields.js';
import { LIMIT_KEYS, limits } from './limit-fields.js';

/* `faults`: what is done to the flows, to what they depend on, and to what they may use. */

const ROUNDS = 5;
/** With three times as many waves, each the whole load. */
const MOST_ROUNDS = 50;

const about = (description: string) => ({ description });

/** Faults as the config has them, before the scenario's seed is known. */
type Faults = Omit<FaultsPlan, 'seed'> & { readonly seed?: number };

const map = z.strictObject(
  {
    seed: whole(0)
      .optional()
      .meta(about("seed of everything random in the faults; the scenario's if left out")),
    kill: kill.optional().meta(about('flows that are killed on purpose')),
    network: networkFaults.optional(),
    limits: limits
      .optional()
      .meta(about('what flows and services may use: one map, or a list of maps that differ in of')),
    rounds: whole(1)
      .max(MOST_ROUNDS, { error: `must be at most ${MOST_ROUNDS}` })
      .optional()
      .meta(
        about(
          'how many faulted waves, each with a clean one after it, and as many clean ones before the first; 5 if left ' +
            'out, which is the fewest that containment and recovery can be judged by. A wave is the whole load',
        ),
      ),
  },
  {
    error: ({ code, input }) =>
      code === 'invalid_type' ? `must be a map such as {kill: {share: 10%}}, not ${show(input)}` : undefined,
  },
);

export const faults = map
  .transform(({ rounds = ROUNDS, ...given }, context): Faults => {
    if (Object.keys(given).every((key) => key === 'seed') && context.issues.length === 0) {
      const message = 'injects nothing; give it kill, network or limits, or remove the key';
      context.issues.push({ code: 'custom', input: undefined, message });
      return z.NEVER;
    }
    return { ...withoutUndefined(given), rounds };
  })
  .meta(about('what is done to the flows and to the network, wave by wave, and what they may use'));

function withoutUndefined({
  seed,
  kill: killed,
  network,
  limits: limited,
}: Omit<z.output<typeof map>, 'rounds'>) {
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(killed === undefined ? {} : { kill: killed }),
    ...(network === undefined ? {} : { network }),
    ...(limited === undefined ? {} : { limits: limited }),
  };
}

/** Of a scenario's config and seed. */
export function faultsOf(given: Faults | undefined, seed: number): { readonly faults?: FaultsPlan } {
  return given === undefined ? {} : { faults: { ...given, seed: given.seed ?? seed } };
}

const KEYS: readonly string[] = Object.keys(map.shape);

const NAMES: Readonly<Record<string, readonly string[]>> = { kill: KILL_KEYS, limits: LIMIT_KEYS };

/** What to say of a key below `faults` that there is not. `path`: of the map that it is in. */
export function unknownKeyOfFaults(path: Path, key: string): string {
  if (path[3] === 'network') return unknownFaultKey(path, key);
  const names = NAMES[String(path[3])] ?? KEYS;
  return `there is no key ${key}${didYouMean(key, names, `; keys are ${names.join(', ')}`)}`;
}
