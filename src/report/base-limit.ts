import type { ThresholdResult } from '../model/results.js';

const ON_BASE = /(?:<=|>=|==|<|>)\s*base\b/u;

/** The threshold is judged by the comparison: `flow_time.p95 <= base + 5%`. */
export function hangsOnBase({ expression }: Pick<ThresholdResult, 'expression'>): boolean {
  return ON_BASE.test(expression);
}
