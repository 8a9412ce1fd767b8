import { z } from 'zod';
import type { Flow, FlowTally } from './flow.js';
import type { Inferred } from './inferred.js';
import type { MetricId, Unit } from './metrics.js';

/** What can be read; reports print these words as they are. */
export const IMPORT_FORMATS = [
  'k6 summary',
  'k6 JSON lines',
  'Locust statistics',
  'Locust history',
  'Artillery report',
  'JMeter JTL',
  'oha JSON',
  'autocannon JSON',
  'hyperfine JSON',
] as const;

export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export const importedSchema = z.object({
  file: z.string(),
  format: z.enum(IMPORT_FORMATS),
  flow: z
    .enum(['iteration', 'request', 'virtual user', 'sample', 'run'])
    .meta({ description: 'what one flow is in it' }),
  count: z.int().optional().meta({ description: 'how many of them it tells of' }),
  notes: z.array(z.string()).meta({ description: 'what the figures are made of, one sentence each' }),
});

/** The file of another tool that a scenario's figures were read from. */
export type ImportedFrom = Inferred<typeof importedSchema>;

/** One number that such a file holds, in its base unit: what the tool says, not what flowgate measured. */
export interface StatedFigure {
  readonly value: number;
  /** The value is only known to be between `value` and this. */
  readonly atMost?: number;
  readonly note?: string;
  /** Of `metric(NAME)`, which has none of its own. */
  readonly unit?: Unit;
}

/** What a scenario is judged by that another tool has run. What neither part tells has no data. */
export interface Told {
  /** By canonical name, `flow_time.p95`: what the file says. */
  readonly stated: ReadonlyMap<string, StatedFigure>;
  /** Metrics that are counted from what the file holds one by one. */
  readonly counted: ReadonlySet<MetricId>;
}

/** What was read from such a file. */
export interface ImportedRun extends Told {
  readonly from: ImportedFrom;
  readonly tally: FlowTally;
  /** Those that the file holds one by one; none of a summary. */
  readonly flows: readonly Flow[];
  readonly cut?: readonly string[];
}
