/*
 * threshold := metric op limit
 * metric    := id [ "(" label ")" ] [ "." stat ]
 * op        := "<" | "<=" | ">" | ">=" | "=="
 * limit     := quantity | "base" [ ("+" | "-") quantity ]
 * quantity  := number [ unit ]
 */
import { didYouMean } from '../lib/nearest.js';
import { parseQuantity, type Quantity, valueFor } from '../lib/quantity.js';
import {
  definitionOf,
  isMetricId,
  isPartMetric,
  METRIC_IDS,
  type MetricId,
  metricName,
  type MetricRef,
} from '../model/metrics.js';
import {
  type BaseLimit,
  type Threshold,
  THRESHOLD_OPS,
  type ThresholdLevel,
  type ThresholdOp,
} from '../model/threshold.js';

/** A finding inside an expression; column counts from 1. */
export interface ExpressionProblem {
  readonly message: string;
  readonly column: number;
}

export type ThresholdReading =
  | { readonly ok: true; readonly threshold: Threshold }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

const OPERATOR_LIST = THRESHOLD_OPS.join(' ');
/** What is written instead of an operator, and which one is meant. */
const MEANT: Readonly<Record<string, ThresholdOp>> = {
  '=': '==',
  '===': '==',
  '=>': '>=',
  '=<': '<=',
  '<<': '<',
  '>>': '>',
  '\u2264': '<=',
  '\u2265': '>=',
};

/** A part of the expression without the spaces around it; column counts from 1. */
interface Part {
  readonly text: string;
  readonly column: number;
}

/**
 * Reads one threshold of the grammar above. Never throws; all problems of the expression are reported at once, one
 * for each cause. The threshold's expression is the text with its spaces normalised, in the units that were written.
 */
export function parseThreshold(text: string, level: ThresholdLevel): ThresholdReading {
  if (text.trim() === '') {
    return { ok: false, problems: [{ message: 'is empty; write METRIC OP LIMIT or remove it', column: 1 }] };
  }
  const parts = split(text);
  if (parts === undefined) return { ok: false, problems: withoutOperator(text) };
  const named = readMetric(parts.metric.text, parts.metric.column);
  const op = parseOperator(parts.op);
  const limit = parseLimit(parts.limit, parts.op.text, named.ref);
  const problems = [...named.problems, ...op.problems, ...limit.problems];
  if (problems.length > 0 || !named.ref || !op.op || limit.limit === undefined)
    return { ok: false, problems };
  const expression = `${metricName(named.ref)} ${op.op} ${limit.text ?? ''}`;
  return {
    ok: true,
    threshold: { expression, level, ...named.ref, op: op.op, limit: limit.limit, written: limit.written },
  };
}

/** Reads a metric by itself, and gives its name as thresholds have it. */
export function readMetricName(
  text: string,
):
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly messages: readonly string[] } {
  const { ref, problems } = readMetric(text.trim(), 1);
  return ref !== undefined && problems.length === 0
    ? { ok: true, value: metricName(ref) }
    : { ok: false, messages: problems.map(({ message }) => message) };
}

/** Around the first operator that is not inside a label's parentheses; undefined if there is none. */
function split(text: string): { metric: Part; op: Part; limit: Part } | undefined {
  // A parenthesis that is never closed must not swallow the operator.
  const match =
    /^((?:[^()<>=!\u2264\u2265]|\([^)]*\))*)([<>=!\u2264\u2265]+)(.*)$/su.exec(text) ??
    /^([^<>=!\u2264\u2265]*)([<>=!\u2264\u2265]+)(.*)$/su.exec(text);
  if (match === null) return undefined;
  const [, metric = '', op = '', limit = ''] = match;
  return {
    metric: part(metric, 1),
    op: { text: op, column: metric.length + 1 },
    limit: part(limit, metric.length + op.length + 1),
  };
}

function part(text: string, column: number): Part {
  const trimmed = text.trim();
  return { text: trimmed, column: column + (trimmed === '' ? 0 : text.indexOf(trimmed)) };
}

function withoutOperator(text: string): ExpressionProblem[] {
  const whole = part(text, 1);
  // The metric is the text up to the first space that is not inside its label.
  const first = /^(?:[^\s(]|\([^)]*\))*/u.exec(whole.text)?.[0] ?? '';
  const named = readMetric(first === '' ? whole.text : first, whole.column);
  const message = `there is no operator after ${first}; write METRIC OP LIMIT with one of ${OPERATOR_LIST}`;
  return [...named.problems, { message, column: whole.column + first.length }];
}

/** `ref` is there whenever the id is known, even when its label or stat is wrong. */
interface MetricReading {
  readonly ref?: MetricRef;
  readonly problems: readonly ExpressionProblem[];
}

const NAMED_STATS = ['avg', 'min', 'med', 'max'] as const;
/** Other tools' words for the same. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  mean: 'avg',
  average: 'avg',
  median: 'med',
  minimum: 'min',
  maximum: 'max',
};

/** What takes a name in parentheses. */
const EXAMPLES: Partial<Record<MetricId, string>> = { step: 'step(draft).p95', metric: 'metric(tokens).sum' };

function exampleOf(id: MetricId): string {
  return EXAMPLES[id] ?? `${id}.p95`;
}

const SHAPE = /^([^\s(.]*)\s*(?:(\()([^)]*)(\))?)?\s*(?:\.\s*(.*))?$/su;

/** Reads `id [ "(" label ")" ] [ "." stat ]`; `column` is where the text begins in its expression. */
function readMetric(text: string, column: number): MetricReading {
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
    ref: {
      metric: id,
      ...((labelled || isPartMetric(id)) && label !== undefined ? { label: label.trim() } : {}),
      ...(statResult.stat === undefined ? {} : { stat: statResult.stat }),
    },
    problems,
  };
}

function unknownMetric(id: string): string {
  if (id === '') return 'the metric is missing; write METRIC OP LIMIT';
  return `there is no metric ${id}${didYouMean(id, METRIC_IDS, `; metrics are ${METRIC_IDS.join(', ')}`)}`;
}

function labelProblem(id: MetricId, label: string | undefined, labelled: boolean): string | undefined {
  if (!labelled) {
    if (label === undefined) return undefined;
    if (!isPartMetric(id)) return `${id} takes no name in parentheses`;
    return label === ''
      ? `the name of a part is missing in ${id}(); write ${id}(NAME), or ${id} of all`
      : undefined;
  }
  if (id === 'efficiency') return rungProblem(label);
  return label === undefined || label === ''
    ? `${id} needs a name: write ${id}(NAME), as in ${exampleOf(id)}`
    : undefined;
}

/** The flows of a rung, without zeros before it: the spelling is the key in results.json. */
function rungProblem(label: string | undefined): string | undefined {
  if (label !== undefined && /^[1-9]\d*$/.test(label)) return undefined;
  return 'efficiency needs the flows of a rung: write efficiency(N), as in efficiency(50) >= 60%';
}

function namedStats(id: MetricId): readonly string[] {
  return definitionOf(id).sums === true ? [...NAMED_STATS, 'sum'] : NAMED_STATS;
}

function statList(id: MetricId): string {
  return `${namedStats(id).join(', ')}, and pN such as p95 or p99.9`;
}

function parseStat(id: MetricId, stat: string | undefined): { stat?: string; message?: string } {
  if (definitionOf(id).shape === 'scalar') {
    return stat === undefined ? {} : { message: `${id} is one value and has no .${stat}; write ${id}` };
  }
  if (stat === undefined || stat === '') {
    return { message: `${id} needs a stat, as in ${exampleOf(id)}; stats are ${statList(id)}` };
  }
  if (namedStats(id).includes(stat)) return { stat };
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
      ? didYouMean(stat, [...namedStats(id), 'p50', 'p90', 'p95', 'p99'], `; stats are ${statList(id)}`)
      : `; did you mean ${word}?`;
  return `${id} has no stat ${stat}${meant}`;
}

function parseOperator({ text, column }: Part): { op?: ThresholdOp; problems: ExpressionProblem[] } {
  const op = THRESHOLD_OPS.find((known) => known === text);
  if (op !== undefined) return { op, problems: [] };
  const meant = MEANT[text];
  const hint = meant === undefined ? `operators are ${OPERATOR_LIST}` : `did you mean ${meant}?`;
  return { problems: [{ message: `there is no operator ${text}; ${hint}`, column }] };
}

interface LimitResult extends Partial<Pick<Threshold, 'limit' | 'written'>> {
  /** Canonical. */
  readonly text?: string;
  readonly problems: readonly ExpressionProblem[];
}

function parseLimit({ text, column }: Part, op: string, ref: MetricRef | undefined): LimitResult {
  if (text === '') return { problems: [{ message: `the limit is missing after ${op}`, column }] };
  const base = /^base(?![\p{L}\p{N}_])\s*(.*)$/su.exec(text);
  if (base !== null) {
    const rest = base[1] ?? '';
    return parseBase({ text: rest, column: column + text.length - rest.length }, ref);
  }
  const value = parseValue(text, ref);
  if ('message' in value) return { problems: [{ message: baseMeant(text) ?? value.message, column }] };
  const { value: limit, written, text: canonical } = value;
  return { limit, written, text: canonical, problems: [] };
}

/** Whatever head is compared with is called base: a branch's name, or a slip, with an amount after it means that. */
function baseMeant(text: string): string | undefined {
  const [, word, sign, amount] = /^(\p{L}[\p{L}\p{N}_./]*)\s*([+-])\s*(\S.*)$/su.exec(text) ?? [];
  if (word === undefined || sign === undefined || amount === undefined) return undefined;
  return `what head is compared with is called base, not ${word}; did you mean base ${sign} ${amount}?`;
}

function parseBase({ text, column }: Part, ref: MetricRef | undefined): LimitResult {
  if (text === '') return { limit: { base: 'absolute', delta: 0 }, text: 'base', problems: [] };
  const sign = text[0] ?? '';
  if (sign !== '+' && sign !== '-') {
    const message = `unexpected "${text}" after base; write base, base + 5% or base - 5%`;
    return { problems: [{ message, column }] };
  }
  const delta = text.slice(1).trim();
  const deltaColumn = column + text.length - delta.length;
  if (delta === '') {
    const message = `the quantity is missing after base ${sign}`;
    return { problems: [{ message, column: deltaColumn }] };
  }
  const value = parseDelta(delta, ref);
  if ('message' in value) return { problems: [{ message: value.message, column: deltaColumn }] };
  const { written, base } = value;
  return {
    limit: { base, delta: sign === '-' && value.value !== 0 ? -value.value : value.value },
    written,
    text: `base ${sign} ${value.text}`,
    problems: [],
  };
}

type Value = ({ readonly value: number } & Pick<Quantity, 'text' | 'written'>) | { readonly message: string };

/** Without a metric (it is unknown, and reported) the unit cannot be judged, but the number and its spelling can. */
function parseValue(text: string, ref: MetricRef | undefined): Value {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return { message: parsed.message };
  const { number, text: canonical, written } = parsed.quantity;
  if (ref === undefined) return { value: number, text: canonical, written };
  const { unit } = definitionOf(ref.metric);
  const fitted = valueFor(parsed.quantity, unit === undefined ? metricName(ref) : ref.metric, unit);
  return fitted.ok ? { value: fitted.value, text: canonical, written } : { message: fitted.message };
}

/** A percentage of the base's value fits every metric and has no upper bound: `base + 150%`. */
function parseDelta(
  text: string,
  ref: MetricRef | undefined,
): (Value & Pick<BaseLimit, 'base'>) | { message: string } {
  const parsed = parseQuantity(text);
  if (parsed.ok && parsed.quantity.kind === 'share') {
    const { number, text: canonical, written } = parsed.quantity;
    return { value: number / 100, text: canonical, written, base: 'relative' };
  }
  return { ...parseValue(text, ref), base: 'absolute' };
}
