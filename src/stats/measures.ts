import type { LadderFigures } from '../model/ladder.js';
import type { MetricId } from '../model/metrics.js';
import type { Distribution } from '../model/flow.js';

/** One number in its base unit. Null is no data, and then the note says why; else it is a word on what was measured. */
export interface Figure {
  readonly value: number | null;
  /** The value is only known to be between `value` and this. */
  readonly atMost?: number;
  readonly note?: string;
}

/** Metrics that are made of samples; every other one is a scalar. */
export type DistributionId = 'flow_time' | 'step' | 'ttfb';
/** One value for each label. */
export type LabelledId = 'efficiency';
export type ScalarId = Exclude<MetricId, DistributionId | LabelledId>;

export type Figures<Id extends ScalarId> = { readonly [K in Id]: Figure };

/** Everything that can be asked of a record, ready to be looked up. */
export interface Measures {
  readonly scalars: Figures<ScalarId>;
  /** ms, over ok flows. */
  readonly flowTime: Distribution | undefined;
  /** ms, of every response of ok flows. */
  readonly ttfb: Distribution | undefined;
  /** By name, in order of appearance; ms, over ok flows. */
  readonly steps: ReadonlyMap<string, Distribution>;
  readonly ladder: LadderFigures | undefined;
}

export const NO_FLOW = 'no flow was started';
export const NO_REQUEST = 'no flow made an HTTP request';
export const NONE_OK = 'no flow was ok';

export function figure(value: number, note?: string): Figure {
  return note === undefined ? { value } : { value, note };
}

export function noData(note: string): Figure {
  return { value: null, note };
}

/** The figure of a value that may not be there. */
export function figureOr(value: number | undefined, note: string): Figure {
  return value === undefined ? noData(note) : figure(value);
}
