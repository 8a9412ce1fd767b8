import type { z } from 'zod';
import type { FaultsPlan } from '../model/faults.js';
import { kill, killRules, planKill } from './faults-kill.js';
import { limitRules, limits, planLimits, type LimitsConfig } from './faults-limits.js';
import { networkFaults } from './faults-network.js';
import { map, whole, type Finding, type Path } from './fields.js';

/* `faults`: what is done to the flows, to what they depend on, and to what they may use. */

const ROUNDS = 5;
/** With three times as many waves, each the whole load. */
const MOST_ROUNDS = 50;

const faults = map(
  {
    seed: whole(0).optional().describe("seed of everything random in the faults; the scenario's if left out"),
    kill: kill.optional().describe('flows that are killed on purpose'),
    network: networkFaults.optional(),
    limits: limits.optional(),
    rounds: whole(1)
      .max(MOST_ROUNDS, { error: `must be at most ${MOST_ROUNDS}` })
      .optional()
      .describe(
        'how many faulted waves, each with a clean one after it, and as many clean ones before the first; 5 if left ' +
          'out, which is the fewest that containment and recovery can be judged by. A wave is the whole load',
      ),
  },
  'a map such as {kill: {share: 10%}}',
);

export const FAULT_FIELDS = {
  faults: faults
    .optional()
    .describe('what is done to the flows and to the network, wave by wave, and what they may use'),
};

export type FaultsConfig = z.output<typeof faults>;

/** Loads that can not be repeated wave by wave. */
const OTHER_LOADS: Readonly<Record<string, string>> = {
  ladder: 'a ladder is one load after another already',
  stages: 'stages are one load after another already',
  rate: 'the open model goes on however earlier flows get on',
};

/** Whether anything is injected, wave by wave: limits alone are in force all the time. */
export function injects(given: object | undefined): boolean {
  return given !== undefined && ('kill' in given || 'network' in given);
}

interface FaultedScenario {
  readonly faults?: Omit<FaultsConfig, 'limits'> & { readonly limits?: LimitsConfig };
  readonly module?: string;
  readonly isolate?: string;
}

/** What faults and the other keys of their scenario say of each other. */
export function faultRules(path: Path, scenario: FaultedScenario): Finding[] {
  const { faults: given } = scenario;
  if (given === undefined) return [];
  const at = [...path, 'faults'];
  return [
    ...emptyRule(at, given),
    ...(injects(given) ? waveRule(path, scenario) : []),
    ...('kill' in given ? killRules([...at, 'kill'], given.kill, scenario) : []),
    ...limitRules([...at, 'limits'], given.limits, scenario),
  ];
}

function emptyRule(path: Path, given: object): Finding[] {
  const isEmpty = Object.entries(given).every(
    ([key, value]) => (key === 'seed' || key === 'rounds') && value !== undefined,
  );
  const message = 'injects nothing; give it kill, network or limits, or remove the key';
  return isEmpty ? [{ path, message }] : [];
}

function waveRule(path: Path, scenario: FaultedScenario): Finding[] {
  return Object.entries(OTHER_LOADS)
    .filter(([key]) => key in scenario)
    .map(([key, why]) => ({
      path,
      key,
      message: `${key} and faults are given, and faults come in waves of one closed load: ${why}; keep one, or make two scenarios`,
    }));
}

/** @param has what limits can be for */
export function planFaults(
  { seed, kill: killed, network, limits: limited, rounds = ROUNDS }: FaultsConfig,
  scenarioSeed: number,
  has: { readonly http: boolean; readonly services: boolean },
): FaultsPlan {
  return {
    seed: seed ?? scenarioSeed,
    ...(killed === undefined ? {} : { kill: planKill(killed) }),
    ...(network === undefined ? {} : { network }),
    ...(limited === undefined ? {} : { limits: planLimits(limited, has) }),
    rounds,
  };
}
