import { z } from 'zod';
import {
  type Finding,
  isMap,
  mustBe,
  type Path,
  readAs,
  readShare,
  show,
  type WrittenThreshold,
} from '../lib/fields.js';
import { formatQuantity } from '../lib/format.js';
import { didYouMean } from '../lib/nearest.js';
import { isPartMetric, metricName } from '../model/metrics.js';
import type { Threshold } from '../model/threshold.js';

/* `mix`: each flow is drawn from other scenarios of the config. */

const share = readAs('a share of the flows such as 80%', (text) => readShare(text, 'the flows'));

export const MIX_FIELDS = {
  mix: z
    .record(z.string(), share, {
      error: mustBe('a map of scenarios and their shares, such as {browse: 80%, buy: 20%}'),
    })
    .optional()
    .describe(
      'each flow is one of these scenarios, drawn by their shares, which are 100% in all: {browse: 80%, buy: 20%}',
    ),
};

/** A scenario as far as a mix depends on it; what is wrong of it is undefined. */
export interface MixedScenario {
  readonly mix?: Readonly<Record<string, number | undefined>>;
  readonly isolate?: string;
  readonly faults?: object;
}

interface MixSurroundings {
  readonly name: string;
  /** All of the config, by name; one that is wrong is undefined. */
  readonly scenarios: Readonly<Record<string, MixedScenario | undefined>>;
}

/** Names of scenarios that are parts of mixes: they are run by themselves only if they are asked for by name. */
export function partsOfMixes(scenarios: MixSurroundings['scenarios']): ReadonlySet<string> {
  return new Set(Object.values(scenarios).flatMap((scenario) => Object.keys(scenario?.mix ?? {})));
}

/** What is wrong with a mix in view of the scenarios that it names. */
export function mixRules(path: Path, scenario: MixedScenario, around: MixSurroundings): Finding[] {
  const { mix, faults } = scenario;
  if (mix === undefined) return [];
  const at = [...path, 'mix'];
  const named = Object.keys(mix);
  if (named.length === 0) return [{ path: at, message: 'is empty; write shares such as {browse: 80%}' }];
  const unusable = named.flatMap((part) => {
    const message = whyNoPart(part, around);
    return message === undefined ? [] : [{ path: [...at, part], message }];
  });
  const shares = Object.values(mix);
  const sum = shares.reduce<number>((all, each) => all + (each ?? NaN), 0);
  const isWhole = Number.isNaN(sum) || Math.abs(sum - 1) < ROUNDED;
  const shown = formatQuantity(sum, 'ratio');
  const short = isWhole ? [] : [{ path: at, message: `shares are ${shown} in all; write 100% in all` }];
  return [
    ...unusable,
    ...short,
    ...(faults === undefined ? [] : faultsOfMix([...path, 'faults'], scenario, around)),
  ];
}

/** 33.3%, 33.3% and 33.4% are 1 but for the last digits of a double. */
const ROUNDED = 1e-9;

function whyNoPart(part: string, { name, scenarios }: MixSurroundings): string | undefined {
  if (part === name) return 'is this scenario itself; name others';
  if (!Object.hasOwn(scenarios, part)) {
    const others = Object.keys(scenarios).filter((each) => each !== name);
    return `there is no scenario ${part}${didYouMean(part, others, `; scenarios are ${others.join(', ')}`)}`;
  }
  const other = scenarios[part] ?? {};
  if ('import' in other) return `${part} is read from a file, and a part is run; name one that is run`;
  return 'mix' in other
    ? `${part} is a mix itself; name its parts here, with their shares of the whole`
    : undefined;
}

function faultsOfMix(
  path: Path,
  { mix = {}, faults = {} }: MixedScenario,
  { scenarios }: MixSurroundings,
): Finding[] {
  if (!('kill' in faults)) return [];
  const threads = Object.keys(mix).filter((part) => scenarios[part]?.isolate === 'thread');
  return threads.map((part) => ({
    path: [...path, 'kill'],
    message:
      `kills a flow by its process, or by aborting its signal where all flows share one, and ${part} has neither ` +
      '(isolate: thread); write isolate: process there, or none',
  }));
}

/**
 * Why a threshold can not be of a part; undefined if it names none, or one that there is.
 * @param parts undefined if the scenario is no mix
 */
export function partFault(
  threshold: Pick<Threshold, 'metric' | 'label' | 'stat'>,
  parts: readonly string[] | undefined,
): string | undefined {
  const { metric, label, stat } = threshold;
  if (label === undefined || !isPartMetric(metric)) return undefined;
  if (parts === undefined) {
    return `${metric} takes a name only in a mix, where it is that of a part; write ${metricName({ metric, stat })}`;
  }
  if (parts.includes(label)) return undefined;
  return `there is no part ${show(label)} in the mix${didYouMean(label, parts, `; parts are ${parts.join(', ')}`)}`;
}

/** The parts that a scenario names; nothing is said of a mix that could not be read. */
export function partThresholdFault(
  { threshold }: Pick<WrittenThreshold, 'threshold'>,
  scenario: object,
): string | undefined {
  const mix = 'mix' in scenario ? scenario.mix : undefined;
  if ('mix' in scenario && !isMap(mix)) return undefined;
  return partFault(threshold, isMap(mix) ? Object.keys(mix) : undefined);
}
