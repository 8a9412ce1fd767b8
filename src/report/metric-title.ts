import { METRICS, definitionOf, type MetricDefinition, type MetricId } from '../model/metrics.js';

/** A metric's canonical name, taken apart; `definition` is missing for a metric that this version does not know. */
export interface MetricName {
  readonly id: string;
  readonly label?: string;
  readonly stat?: string;
  readonly definition?: MetricDefinition;
}

const NAME = /^([a-z_]+)(?:\((.*)\))?(?:\.([a-z0-9.]+))?$/su;

export function parseMetricName(name: string): MetricName {
  const [, id = name, label, stat] = NAME.exec(name) ?? [];
  return {
    id,
    ...(label === undefined ? {} : { label }),
    ...(stat === undefined ? {} : { stat }),
    ...(isMetricId(id) ? { definition: definitionOf(id) } : {}),
  };
}

/** As a person reads it: `Flow time p95`, `Flow time, median`, `Step draft p95`, `Peak memory`. */
export function metricTitle(name: string): string {
  const { label, stat, definition } = parseMetricName(name);
  if (definition === undefined) return name;
  const subject = label === undefined ? definition.title : `${definition.title} ${label}`;
  return stat === undefined ? subject : `${subject}${STATS[stat] ?? ` ${stat}`}`;
}

const STATS: Readonly<Record<string, string>> = {
  avg: ', mean',
  min: ', shortest',
  med: ', median',
  max: ', longest',
};

function isMetricId(id: string): id is MetricId {
  return Object.hasOwn(METRICS, id);
}
