import { refusedAgainstBase } from '../compare/thresholds.js';
import { formatQuantity } from '../lib/format.js';
import type { MetricId } from '../model/metrics.js';
import type { OmittedGate } from '../model/plan.js';
import type { Threshold, ThresholdLevel } from '../model/threshold.js';
import { parseThreshold } from './threshold-grammar.js';

/** A finding in a list of thresholds: the index counts from 0, the column (inside the entry) from 1. */
export interface ThresholdListProblem {
  readonly index: number;
  /** Begins with the expression in quotation marks, if there is one. */
  readonly message: string;
  readonly column: number;
}

export interface ThresholdListResult {
  readonly thresholds: readonly Threshold[];
  readonly problems: readonly ThresholdListProblem[];
}

const EMPTY = 'is empty; write METRIC OP LIMIT or remove the line';

/** What else a threshold must satisfy where it stands: why it does not, or undefined. */
export type ThresholdRule = (threshold: Threshold) => string | undefined;

/** Reads every entry and reports all problems of all of them. An empty entry is a problem: it gates nothing. */
export function parseThresholds(
  entries: readonly (string | null | undefined)[],
  level: ThresholdLevel,
  rule?: ThresholdRule,
): ThresholdListResult {
  const thresholds: Threshold[] = [];
  const problems: ThresholdListProblem[] = [];
  entries.forEach((entry, index) => {
    if (entry === null || entry === undefined || entry.trim() === '') {
      problems.push({ index, message: EMPTY, column: 1 });
      return;
    }
    const result = parseThreshold(entry, level);
    const refused = result.ok
      ? (rule?.(result.threshold) ?? refusedAgainstBase(result.threshold))
      : undefined;
    const found = result.ok ? [] : [...result.problems];
    if (refused !== undefined) found.push({ message: refused, column: 1 });
    if (result.ok && refused === undefined) thresholds.push(result.threshold);
    problems.push(...found.map((problem) => quoted(entry, index, problem)));
  });
  return { thresholds, problems };
}

function quoted(entry: string, index: number, problem: { message: string; column: number }) {
  const expression = entry.trim().replace(/\s+/g, ' ');
  const shown = expression.length > 80 ? `${expression.slice(0, 79)}…` : expression;
  return { index, message: `"${shown}": ${problem.message}`, column: problem.column };
}

/** Where in a text something is: the line counts from 0, the column from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface ThresholdTextResult {
  readonly thresholds: readonly Threshold[];
  /** Without an index if the text as a whole is meant. */
  readonly problems: readonly (TextPlace & { readonly index?: number; readonly message: string })[];
}

/** Reads a text of several thresholds as `splitThresholds` divides it. */
export function parseThresholdText(
  text: string,
  level: ThresholdLevel,
  rule?: ThresholdRule,
): ThresholdTextResult {
  const entries = splitThresholds(text);
  if (entries.every((entry) => entry.text === '')) {
    const message = 'holds no threshold; write METRIC OP LIMIT or remove it';
    return { thresholds: [], problems: [{ message, line: 0, column: 1 }] };
  }
  const { thresholds, problems } = parseThresholds(
    entries.map((entry) => entry.text),
    level,
    rule,
  );
  return {
    thresholds,
    problems: problems.map(({ index, message, column }) => {
      const { line, column: begin } = entries[index] ?? { line: 0, column: 1 };
      return { index, message, line, column: begin + column - 1 };
    }),
  };
}

/** One entry of a text that holds several, and where its first character is. */
export interface ThresholdEntry extends TextPlace {
  readonly text: string;
}

/**
 * The entries of a text with one threshold a line, or several a line with commas between them (not inside a label's
 * parentheses). Blank lines and comment lines (`#`) are skipped; a place left empty between two commas is an empty entry.
 */
export function splitThresholds(text: string): readonly ThresholdEntry[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((content, line) => ({ content, line }))
    .filter(({ content }) => content.trim() !== '' && !content.trimStart().startsWith('#'))
    .flatMap(({ content, line }) => splitLine(content, line));
}

function splitLine(content: string, line: number): ThresholdEntry[] {
  let column = 1;
  return partsOf(content).map((raw) => {
    const text = raw.trim();
    const entry = { text, line, column: column + (text === '' ? 0 : raw.indexOf(text)) };
    column += raw.length + 1;
    return entry;
  });
}

/** At commas that no ")" follows before the next "(": those stand inside a label. From the end, so that it is linear. */
function partsOf(content: string): readonly string[] {
  const parts: string[] = [];
  let end = content.length;
  let parenthesis = '';
  for (let index = content.length - 1; index >= 0; index -= 1) {
    const character = content[index];
    if (character === '(' || character === ')') parenthesis = character;
    if (character !== ',' || parenthesis === ')') continue;
    parts.push(content.slice(index + 1, end));
    end = index;
  }
  return [...parts, content.slice(0, end)].reverse();
}

/** In force when a scenario has no thresholds of its own; the report says so. */
export const DEFAULT_GATES = [
  'success_rate >= 90%',
  'total_time <= 30s',
  'peak_memory <= 500MB',
  'peak_cpu <= 80%',
] as const;

export function defaultGates(): readonly Threshold[] {
  return parseThresholds(DEFAULT_GATES, 'fail').thresholds;
}

/** Those of them that need a process to be watched. */
const OF_PROCESSES: readonly MetricId[] = ['peak_memory', 'peak_cpu'];

export interface RunShape {
  /** Flows or services are processes of this machine. */
  readonly isWatched: boolean;
  /** ms that the load asks flows to be started for; undefined if it ends after so many flows. */
  readonly length: number | undefined;
}

/**
 * The default gates that can tell right from wrong in such a run, and the others with why not: where no process is
 * watched, two are never judged; a run that is asked to last as long as the limit of `total_time` only ends after it.
 */
export function defaultGatesFor({ isWatched, length = 0 }: RunShape): {
  readonly applying: readonly Threshold[];
  readonly omitted: readonly OmittedGate[];
} {
  const whyNot = ({ metric, limit }: Threshold): string | undefined => {
    if (OF_PROCESSES.includes(metric)) return isWatched ? undefined : 'no process is watched';
    const most = typeof limit === 'number' ? limit : Infinity;
    const isTooLong = metric === 'total_time' && length >= most;
    return isTooLong ? `flows are started for ${formatQuantity(length, 'ms')}` : undefined;
  };
  const judged = defaultGates().map((gate) => ({ gate, reason: whyNot(gate) }));
  return {
    applying: judged.filter(({ reason }) => reason === undefined).map(({ gate }) => gate),
    omitted: judged.flatMap(({ gate: { expression }, reason }) =>
      reason === undefined ? [] : [{ expression, reason }],
    ),
  };
}
