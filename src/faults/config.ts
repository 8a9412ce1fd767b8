import type { z } from 'zod';
import { type Finding, map, oneOf, type Path, readAs, readShare, readSpan, whole } from '../lib/fields.js';
import { seededRandom, seedOf } from '../lib/random.js';
import type { FaultsPlan, KillPlan, Wave } from '../model/faults.js';
import { limitRules, limits, type LimitsConfig, planLimits } from './limits/config.js';
import { networkFaults } from './network/config.js';

/* `faults.kill`: flows that are killed on purpose. */

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT'] as const;
const AFTER: KillPlan['after'] = { from: 100, to: 1000 };
const SIGNAL = 'SIGKILL';

export const kill = map(
  {
    share: readAs('a share of the flows such as 10%', (text) => readShare(text, 'the flows')).describe(
      'share of the flows of a faulted wave that are killed, each drawn by itself: 10%',
    ),
    after: readAs('a span of time such as 100ms..1s', readSpan)
      .optional()
      .describe('how long after its start a flow is killed, drawn evenly; 100ms..1s if left out'),
    signal: oneOf(SIGNALS)
      .optional()
      .describe('what command flows and modules with isolate: process are sent; SIGKILL if left out'),
  },
  'a map such as {share: 10%, after: 100ms..1s}',
);

type KillConfig = z.output<typeof kill>;

/** A scenario as far as killing its flows depends on it. */
interface KilledScenario {
  readonly module?: string;
  readonly isolate?: string;
}

/** @param path of `faults.kill` */
export function killRules(path: Path, killed: KillConfig | undefined, scenario: KilledScenario): Finding[] {
  const isolate = 'isolate' in scenario ? scenario.isolate : 'none';
  const isModule = 'module' in scenario;
  if (isModule && isolate === 'thread') {
    const message =
      'kills a flow by its process, or by aborting its signal where all flows share one, and isolate: thread has ' +
      'neither; write isolate: process, or none';
    return [{ path, message }];
  }
  if (killed === undefined || !('signal' in killed)) return [];
  const signal = [...path, 'signal'];
  if (isModule && isolate === 'none') {
    const message =
      'is for processes; a module flow that shares one is aborted: leave it out, or write isolate: process';
    return [{ path: signal, message }];
  }
  if ('http' in scenario) {
    const message = 'is for processes; of an HTTP flow the connection is reset: leave it out';
    return [{ path: signal, message }];
  }
  return [];
}

export function planKill({ share, after = AFTER, signal = SIGNAL }: KillConfig): KillPlan {
  return { share, after, signal };
}

/* `faults`: what is done to the flows, to what they depend on, and to what they may use. */

const ROUNDS = 5;
/** With three times as many waves and two, each the whole load. */
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
        'so many clean waves, one with faults, then as many faulted ones and one clean one more in an order drawn by ' +
          'lot; 5 if left out, which is the fewest that containment and recovery can be judged by. A wave is the whole load',
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
  const own = seed ?? scenarioSeed;
  return {
    seed: own,
    ...(killed === undefined ? {} : { kill: planKill(killed) }),
    ...(network === undefined ? {} : { network }),
    ...(limited === undefined ? {} : { limits: planLimits(limited, has) }),
    waves: killed === undefined && network === undefined ? [] : drawnWaves(rounds, own),
  };
}

/** Keeps the waves' lot from sharing its numbers with kills and connections. */
const OF_WAVES = 0x7761;

/**
 * As many clean waves as there are rounds, one with faults, and then as many faulted ones as there are rounds and one clean
 * one more, in an order drawn by lot. Each order of these is equally likely (Fisher and Yates 1938), which makes the rank
 * test of `containment` exact whatever the machine does from wave to wave: only the waves of the lot are compared. The
 * first faulted one is not: what it breaks for good is behind all of them. `recovery` has clean waves ahead, and all other
 * clean ones after the first faults.
 */
export function drawnWaves(rounds: number, seed: number): readonly Wave['kind'][] {
  const random = seededRandom(seedOf(seed, OF_WAVES));
  const clean = (count: number) => Array.from({ length: count }, () => 'clean' as const);
  const lot: Wave['kind'][] = [
    ...clean(rounds + 1),
    ...Array.from({ length: rounds }, () => 'faulted' as const),
  ];
  for (let left = lot.length - 1; left > 0; left--) {
    const drawn = Math.floor(random() * (left + 1));
    [lot[left], lot[drawn]] = [lot[drawn] as Wave['kind'], lot[left] as Wave['kind']];
  }
  return [...clean(rounds), 'faulted', ...lot];
}
