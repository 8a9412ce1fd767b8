/*
 * threshold := metric op limit
 * metric    := id [ "(" label ")" ] [ "." stat ]
 * op        := "<" | "<=" | ">" | ">=" | "=="
 * limit     := quantity | "base" [ ("+" | "-") quantity ]
 * quantity  := number [ unit ]
 */
import { definitionOf, metricName, type MetricRef } from '../model/metrics.js';
import type { Limit, Threshold, ThresholdLevel, ThresholdOp } from '../model/threshold.js';
import { parseMetricName, type ExpressionProblem } from './metric-name.js';
import { parseQuantity, valueFor } from './quantity.js';

export type { ExpressionProblem } from './metric-name.js';

export type ThresholdResult =
  | { readonly ok: true; readonly threshold: Threshold }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

const OPERATORS: readonly ThresholdOp[] = ['<', '<=', '>', '>=', '=='];
const OPERATOR_LIST = '< <= > >= ==';
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
export function parseThreshold(text: string, level: ThresholdLevel): ThresholdResult {
  if (text.trim() === '') {
    return { ok: false, problems: [{ message: 'is empty; write METRIC OP LIMIT or remove it', column: 1 }] };
  }
  const parts = split(text);
  if (parts === undefined) return { ok: false, problems: withoutOperator(text) };
  const named = parseMetricName(parts.metric.text, parts.metric.column);
  const op = parseOperator(parts.op);
  const limit = parseLimit(parts.limit, parts.op.text, named.metric);
  const problems = [...named.problems, ...op.problems, ...limit.problems];
  if (problems.length > 0 || !named.metric || !op.op || !limit.limit) return { ok: false, problems };
  const expression = `${metricName(named.metric)} ${op.op} ${limit.text}`;
  return {
    ok: true,
    threshold: { expression, level, metric: named.metric, op: op.op, limit: limit.limit },
  };
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
  const named = parseMetricName(first === '' ? whole.text : first, whole.column);
  const message = `there is no operator after ${first}; write METRIC OP LIMIT with one of ${OPERATOR_LIST}`;
  return [...named.problems, { message, column: whole.column + first.length }];
}

function parseOperator({ text, column }: Part): { op?: ThresholdOp; problems: ExpressionProblem[] } {
  const op = OPERATORS.find((known) => known === text);
  if (op !== undefined) return { op, problems: [] };
  const meant = MEANT[text];
  const hint = meant === undefined ? `operators are ${OPERATOR_LIST}` : `did you mean ${meant}?`;
  return { problems: [{ message: `there is no operator ${text}; ${hint}`, column }] };
}

interface LimitResult {
  readonly limit?: Limit;
  /** Canonical. */
  readonly text?: string;
  readonly problems: readonly ExpressionProblem[];
}

function parseLimit({ text, column }: Part, op: string, metric: MetricRef | undefined): LimitResult {
  if (text === '') return { problems: [{ message: `the limit is missing after ${op}`, column }] };
  const base = /^base(?![\p{L}\p{N}_])\s*(.*)$/su.exec(text);
  if (base !== null) {
    const rest = base[1] ?? '';
    return parseBase({ text: rest, column: column + text.length - rest.length }, metric);
  }
  const value = parseValue(text, metric);
  if ('message' in value) return { problems: [{ message: baseMeant(text) ?? value.message, column }] };
  return { limit: { kind: 'absolute', value: value.value }, text: value.text, problems: [] };
}

/** Whatever head is compared with is called base: a branch's name, or a slip, with an amount after it means that. */
function baseMeant(text: string): string | undefined {
  const [, word, sign, amount] = /^(\p{L}[\p{L}\p{N}_./]*)\s*([+-])\s*(\S.*)$/su.exec(text) ?? [];
  if (word === undefined || sign === undefined || amount === undefined) return undefined;
  return `what head is compared with is called base, not ${word}; did you mean base ${sign} ${amount}?`;
}

function parseBase({ text, column }: Part, metric: MetricRef | undefined): LimitResult {
  if (text === '') return { limit: { kind: 'base', delta: 0, relative: false }, text: 'base', problems: [] };
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
  const value = parseDelta(delta, metric);
  if ('message' in value) return { problems: [{ message: value.message, column: deltaColumn }] };
  return {
    limit: {
      kind: 'base',
      delta: sign === '-' && value.value !== 0 ? -value.value : value.value,
      relative: value.relative,
    },
    text: `base ${sign} ${value.text}`,
    problems: [],
  };
}

type Value = { readonly value: number; readonly text: string } | { readonly message: string };

/** Without a metric (it is unknown, and reported) the unit cannot be judged, but the number and its spelling can. */
function parseValue(text: string, metric: MetricRef | undefined): Value {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return { message: parsed.message };
  if (metric === undefined) return { value: parsed.quantity.number, text: parsed.quantity.text };
  const fitted = valueFor(parsed.quantity, metric.id, definitionOf(metric.id).unit);
  return fitted.ok ? { value: fitted.value, text: parsed.quantity.text } : { message: fitted.message };
}

/** A percentage of the base's value fits every metric and has no upper bound: `base + 150%`. */
function parseDelta(
  text: string,
  metric: MetricRef | undefined,
): (Value & { relative: boolean }) | { message: string } {
  const parsed = parseQuantity(text);
  if (parsed.ok && parsed.quantity.kind === 'share') {
    return { value: parsed.quantity.number / 100, text: parsed.quantity.text, relative: true };
  }
  return { ...parseValue(text, metric), relative: false };
}
