import type { CalibratedMetric, ScenarioCalibration } from '../../model/calibration.js';
import type { ComparedMetric } from '../../model/comparison.js';
import { looksAt, pairsForLimit } from './limits.js';

/** Limits are rounded up to half per cents. */
const STEP = 0.005;
/** At the margin itself, 2%, nothing could be told from it. */
const SMALLEST = 0.025;
/** Beyond it a limit says nothing any more. */
const LARGEST = 0.5;

/** A limit that people would write; null where there is none to be had. */
export function suggestedLimit({
  smallest,
  scale,
}: Pick<CalibratedMetric, 'smallest' | 'scale'>): number | null {
  if (smallest === null || scale !== 'relative') return null;
  // 0.03 ÷ 0.005 is a little more than 6.
  const rounded = Math.max(SMALLEST, Math.ceil(smallest / STEP - 1e-9) * STEP);
  return rounded > LARGEST ? null : Number(rounded.toFixed(3));
}

/** A pair is sometimes dropped, and both sides are warmed up before. */
const SPARE = 1.25;
/** ms to which a budget is rounded up. */
const BUDGET_STEP = 10_000;

/** Undefined if there is no metric to hold to anything. */
export function suggestionOf(
  metrics: readonly ComparedMetric[],
  { calibrated, pairTime }: { readonly calibrated: readonly CalibratedMetric[]; readonly pairTime: number },
): ScenarioCalibration['suggestion'] {
  const held = metrics.flatMap((metric) => {
    const { suggested = null, spread = null } =
      calibrated.find((each) => each.metric === metric.metric) ?? {};
    return suggested === null || spread === null ? [] : [{ metric: { ...metric, limit: suggested }, spread }];
  });
  if (held.length === 0) return undefined;
  const rates = metrics.filter(({ scale }) => scale === 'rate');
  const looks = looksAt(metrics);
  const needed = held.map(({ metric, spread }) => pairsForLimit({ spread }, { metric, metrics }));
  const pairs = Math.min(Math.max(...needed), looks.at(-1) ?? Infinity);
  return {
    thresholds: [
      ...held.map(({ metric }) => expressionOf(metric)),
      ...rates.map(({ metric, worse }) => `${metric} ${worse === 'lower' ? '>=' : '<='} base`),
    ],
    budget: Math.ceil((pairs * pairTime * SPARE) / BUDGET_STEP) * BUDGET_STEP,
    pairs,
  };
}

function expressionOf({ metric, worse, limit }: ComparedMetric): string {
  const percent = `${Number((limit * 100).toFixed(1))}%`;
  return worse === 'higher' ? `${metric} <= base + ${percent}` : `${metric} >= base - ${percent}`;
}
