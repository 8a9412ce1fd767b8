import type { MetricRef } from './metrics.js';

/** At level `fail` a threshold is a gate, at level `warn` an alert. */
export type ThresholdLevel = 'fail' | 'warn';

export type ThresholdOp = '<' | '<=' | '>' | '>=' | '==';

/** An absolute limit in the metric's base unit, or one that hangs on the base branch's value. */
export type Limit =
  | { readonly kind: 'absolute'; readonly value: number }
  /** base·(1 + delta) if relative (a ratio, 0.05 for `base + 5%`), base + delta (base unit) otherwise. */
  | { readonly kind: 'base'; readonly delta: number; readonly relative: boolean };

export interface Threshold {
  /** As the user wrote it, spaces normalised. */
  readonly expression: string;
  readonly level: ThresholdLevel;
  readonly metric: MetricRef;
  readonly op: ThresholdOp;
  readonly limit: Limit;
  /** While the run is under way it is looked at too, from `delay` ms on, and ends the run when it does not hold. */
  readonly abort?: { readonly delay: number };
  /** Its limit was not written by anybody: it is what earlier runs predict. */
  readonly origin?: 'history';
}
