import { z } from 'zod';
import { refusedAgainstBase } from '../compare/thresholds.js';
import { Reports } from '../flows/reported.js';
import { messageOf } from '../lib/errors.js';
import { type Finding, isMap, map, mustBe, oneOf, refuse } from '../lib/fields.js';
import { didYouMean } from '../lib/nearest.js';
import { misfitOf } from '../lib/quantity.js';
import { type MetricMeanings, REPORTED_UNITS } from '../model/flow.js';
import { meant, type Threshold } from '../model/threshold.js';

/* `metrics`: what the metrics that flows report mean; and what a config shows of their names. */

const MEANING = 'a map with better and unit, such as {better: higher, unit: ratio}';
const meaning = map(
  {
    better: oneOf(['lower', 'higher']).optional().describe('which values are better; lower if left out'),
    unit: oneOf(REPORTED_UNITS)
      .optional()
      .describe(
        'its unit: numbers without one are read in it, and a flow that reports another fails; by the value if left out',
      ),
  },
  MEANING,
);

/** At the top of the config: a name means the same in every scenario. */
export const METRIC_FIELDS = {
  metrics: z
    .record(z.string(), meaning, {
      error: mustBe('a map of names and what they mean, such as {tokens: {unit: count}}'),
    })
    .transform((given, context): MetricMeanings => {
      for (const name of Object.keys(given)) {
        const fault = nameFault(name);
        if (fault !== undefined) refuse(context, fault, { path: [name] });
      }
      return Object.fromEntries(
        Object.entries(given).map(([name, { better = 'lower', unit }]) => [
          name,
          { better, ...(unit === undefined ? {} : { unit }) },
        ]),
      );
    })
    .optional()
    .describe('what metrics that flows report mean, by name'),
};

/** Why a metric cannot be called so: it stands between the parentheses of `metric(NAME).avg`. */
export function nameFault(name: string, unit?: string): string | undefined {
  if (/[()]/.test(name))
    return 'holds a parenthesis, and stands between some in metric(NAME).avg; leave it out';
  try {
    new Reports().add(name, 0, unit);
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** What the config tells of metrics that flows of a scenario report. */
export interface KnownMetrics {
  readonly meanings?: MetricMeanings | undefined;
  /** All names that the flows can report; undefined if it does not tell. */
  readonly names?: readonly string[] | undefined;
}

/**
 * All names that requests measure; undefined if there are no requests, or some that are wrong.
 * @param http as far as it is right
 */
export function measuredBy(http: unknown): readonly string[] | undefined {
  if (!Array.isArray(http)) return undefined;
  const measures = http.map((each: unknown) => (isMap(each) ? (each['measure'] ?? {}) : undefined));
  const areWrong = http.some((each: unknown) => isMap(each) && 'measure' in each && !isMap(each['measure']));
  return areWrong || !measures.every(isMap) ? undefined : measures.flatMap((names) => Object.keys(names));
}

/** Why a threshold can not be judged, whatever is measured; undefined if it can. */
export function refusedThreshold(threshold: Threshold, known: KnownMetrics): string | undefined {
  const { metric, label = '', limit, written } = threshold;
  if (metric !== 'metric') return refusedAgainstBase(threshold);
  const { meanings = {}, names } = known;
  if (names?.includes(label) === false) return unknownName(label, names);
  const unit = Object.hasOwn(meanings, label) ? meanings[label]?.unit : undefined;
  const isAmount = typeof limit === 'number' || limit.base === 'absolute';
  const misfit =
    unit === undefined || written === undefined || !isAmount ? undefined : misfitOf(written, unit);
  if (misfit !== undefined) return `is not in the unit that metrics says, ${unit}: ${misfit}`;
  return refusedAgainstBase(meant(threshold, meanings));
}

function unknownName(label: string, names: readonly string[]): string {
  const all = names.length === 0 ? 'they measure nothing' : `they measure ${[...new Set(names)].join(', ')}`;
  return `no request measures ${label}${didYouMean(label, names, `; ${all}: add it to measure of a request`)}`;
}

/**
 * Names under `metrics` that no flow can report, where the config tells all that can be.
 * @param scenarios names of each; undefined for one that does not tell
 */
export function metricRules(
  meanings: MetricMeanings | undefined,
  scenarios: readonly (readonly string[] | undefined)[],
): Finding[] {
  if (meanings === undefined || scenarios.some((names) => names === undefined)) return [];
  const names = scenarios.flatMap((each) => each ?? []);
  return Object.keys(meanings)
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: ['metrics'], key: name, message: unknownName(name, names) }));
}
