import { definitionOf, isMetricId, METRIC_IDS, type MetricId, type MetricRef } from '../model/metrics.js';
import { didYouMean } from './nearest.js';

/** A finding inside an expression; column counts from 1. */
export interface ExpressionProblem {
  readonly message: string;
  readonly column: number;
}

/** `ref` is there whenever the id is known, even when its label or stat is wrong. */
export interface MetricReading {
  readonly ref?: MetricRef;
  readonly problems: readonly ExpressionProblem[];
}

const NAMED_STATS = ['avg', 'min', 'med', 'max'] as const;
const STAT_LIST = 'avg, min, med, max, and pN such as p95 or p99.9';
/** Other tools' words for the same. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  mean: 'avg',
  average: 'avg',
  median: 'med',
  minimum: 'min',
  maximum: 'max',
};

const SHAPE = /^([^\s(.]*)\s*(?:(\()([^)]*)(\))?)?\s*(?:\.\s*(.*))?$/su;

/** Reads `id [ "(" label ")" ] [ "." stat ]`; `column` is where the text begins in its expression. */
export function readMetric(text: string, column: number): MetricReading {
  const [, id = '', open, label, close, stat] = SHAPE.exec(text) ?? [];
  if (SHAPE.exec(text) === null) return { problems: [{ message: `${text} is no metric`, column }] };
  if (!isMetricId(id)) return { problems: [{ message: unknownMetric(id), column }] };
  if (open !== undefined && close === undefined) {
    return { problems: [{ message: `"(" is never closed; write ${id}(NAME)`, column: column + id.length }] };
  }
  const labelled = definitionOf(id).labelled === true;
  const statResult = parseStat(id, stat);
  const problems = [labelProblem(id, label?.trim(), labelled), statResult.message]
    .filter((message) => message !== undefined)
    .map((message, index) => ({ message, column: index === 0 ? column : column + text.length }));
  return {
    ref: { metric: id, label: labelled ? label?.trim() : undefined, stat: statResult.stat },
    problems,
  };
}

function unknownMetric(id: string): string {
  if (id === '') return 'the metric is missing; write METRIC OP LIMIT';
  return `there is no metric ${id}${didYouMean(id, METRIC_IDS, `; metrics are ${METRIC_IDS.join(', ')}`)}`;
}

function labelProblem(id: MetricId, label: string | undefined, labelled: boolean): string | undefined {
  if (!labelled) return label === undefined ? undefined : `${id} takes no name in parentheses`;
  if (id === 'efficiency') return rungProblem(label);
  return label === undefined || label === ''
    ? `${id} needs a name: write ${id}(NAME), as in ${id}(draft).p95`
    : undefined;
}

/** The flows of a rung, without zeros before it: the spelling is the key in results.json. */
function rungProblem(label: string | undefined): string | undefined {
  if (label !== undefined && /^[1-9]\d*$/.test(label)) return undefined;
  return 'efficiency needs the flows of a rung: write efficiency(N), as in efficiency(50) >= 60%';
}

function parseStat(id: MetricId, stat: string | undefined): { stat?: string; message?: string } {
  if (definitionOf(id).shape === 'scalar') {
    return stat === undefined ? {} : { message: `${id} is one value and has no .${stat}; write ${id}` };
  }
  if (stat === undefined || stat === '') {
    return { message: `${id} needs a stat, as in ${id}.p95; stats are ${STAT_LIST}` };
  }
  if (NAMED_STATS.some((name) => name === stat)) return { stat };
  const percentile = /^p(\d+(?:\.\d+)?)$/.exec(stat)?.[1];
  if (percentile === undefined) return { message: unknownStat(id, stat) };
  const rank = Number(percentile);
  return rank > 100
    ? { message: `${stat} is no percentile; the N of pN goes from 0 to 100` }
    : { stat: `p${rank}` };
}

function unknownStat(id: MetricId, stat: string): string {
  const word = OTHER_WORDS[stat.toLowerCase()];
  const meant =
    word === undefined
      ? didYouMean(stat, [...NAMED_STATS, 'p50', 'p90', 'p95', 'p99'], `; stats are ${STAT_LIST}`)
      : `; did you mean ${word}?`;
  return `${id} has no stat ${stat}${meant}`;
}
