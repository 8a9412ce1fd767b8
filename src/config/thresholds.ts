import { z } from 'zod';
import { refusedAgainstBase } from '../compare/thresholds.js';
import type { TextPlace } from '../lib/errors.js';
import {
  by,
  either,
  type Finding,
  flag,
  isMap,
  mustBe,
  parseDuration,
  type Path,
  refuse,
  show,
  unknownKey,
  type WrittenThreshold,
} from '../lib/fields.js';
import { formatQuantity } from '../lib/format.js';
import type { MetricId } from '../model/metrics.js';
import type { OmittedGate } from '../model/plan.js';
import { isAgainstBase, type Threshold, type ThresholdLevel } from '../model/threshold.js';
import { type KnownMetrics, refusedThreshold } from './metrics.js';
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

/** One entry of a list, right or wrong. */
export interface ThresholdReading {
  /** Undefined if there are problems. */
  readonly threshold?: Threshold;
  readonly problems: readonly { readonly message: string; readonly column: number }[];
}

/** Reads one entry, of which it is not asked whether it can be judged. An empty one is a problem: it gates nothing. */
export function readThreshold(entry: string | null | undefined, level: ThresholdLevel): ThresholdReading {
  if (entry === null || entry === undefined || entry.trim() === '') {
    return { problems: [{ message: EMPTY, column: 1 }] };
  }
  const result = parseThreshold(entry, level);
  if (result.ok) return { threshold: result.threshold, problems: [] };
  const problems = result.problems.map(({ message, column }) => ({
    message: ofThreshold(entry, message),
    column,
  }));
  return { problems };
}

/** What is said of a threshold begins with its expression in quotation marks. */
export function ofThreshold(entry: string, message: string): string {
  const expression = entry.trim().replace(/\s+/g, ' ');
  const shown = expression.length > 80 ? `${expression.slice(0, 79)}…` : expression;
  return `"${shown}": ${message}`;
}

/** Reads every entry and reports all problems of all of them, that one can not be judged too. */
export function parseThresholds(
  entries: readonly (string | null | undefined)[],
  level: ThresholdLevel,
): ThresholdListResult {
  const thresholds: Threshold[] = [];
  const problems: ThresholdListProblem[] = [];
  entries.forEach((entry, index) => {
    const { threshold, problems: found } = readThreshold(entry, level);
    const refused = threshold === undefined ? undefined : refusedAgainstBase(threshold);
    if (refused !== undefined) {
      problems.push({ index, message: ofThreshold(entry ?? '', refused), column: 1 });
    } else if (threshold !== undefined) thresholds.push(threshold);
    problems.push(...found.map((problem) => ({ index, ...problem })));
  });
  return { thresholds, problems };
}

export const NO_THRESHOLD = 'holds no threshold; write METRIC OP LIMIT or remove it';

/** One entry of a text, right or wrong; places are those in the whole text. */
export interface ThresholdInText extends ThresholdEntry {
  readonly threshold?: Threshold;
  readonly problems: readonly (TextPlace & { readonly message: string })[];
}

/** Reads a text of several thresholds as `splitThresholds` divides it; none if it holds nothing but commas and comments. */
export function readThresholdText(text: string, level: ThresholdLevel): readonly ThresholdInText[] {
  const entries = splitThresholds(text);
  if (entries.every((entry) => entry.text === '')) return [];
  return entries.map((entry) => {
    const { threshold, problems } = readThreshold(entry.text, level);
    const places = problems.map(({ message, column }) => ({
      message,
      line: entry.line,
      column: entry.column + column - 1,
    }));
    return { ...entry, threshold, problems: places };
  });
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
  /** Another tool has run the flows: how long and on what is its own affair. */
  readonly isImported?: boolean;
  /** Flows or services are processes of this machine. */
  readonly isWatched: boolean;
  /** ms that the load asks flows to be started for; undefined if it ends after so many flows. */
  readonly length: number | undefined;
}

/**
 * The default gates that can tell right from wrong in such a run, and the others with why not: where no process is
 * watched, two are never judged; a run that is asked to last as long as the limit of `total_time` only ends after it.
 */
export function defaultGatesFor({ isImported = false, isWatched, length = 0 }: RunShape): {
  readonly applying: readonly Threshold[];
  readonly omitted: readonly OmittedGate[];
} {
  const whyNot = ({ metric, limit }: Threshold): string | undefined => {
    if (isImported) return metric === 'success_rate' ? undefined : 'another tool has run the flows';
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

/* `thresholds` and `alerts`: a list with one threshold an entry, or one text with one a line. */

const BEGINNING: TextPlace = { line: 0, column: 1 };

/** An entry that is empty is read as one, as a line of a text would be. */
function expression(level: ThresholdLevel, example: string) {
  const written = z
    .string({ error: mustBe(`text such as "${example}"`) })
    .meta({ minLength: 1 })
    .transform((text, context): WrittenThreshold => {
      const { threshold, problems } = readThreshold(text, level);
      for (const { message, column } of problems) refuse(context, message, { place: { line: 0, column } });
      return threshold === undefined ? z.NEVER : { threshold, text, path: [], place: BEGINNING };
    });
  return z.preprocess((value) => (value === null ? '' : value), written);
}

const ENTRY_KEYS = ['expr', 'abort-on-fail', 'delay'];

/** `{expr: error_rate < 10%, abort-on-fail: true, delay: 5s}` */
function abortingEntry(level: ThresholdLevel) {
  return z
    .looseObject({
      expr: expression(level, 'error_rate < 10%').meta({ description: 'METRIC OP LIMIT' }),
      'abort-on-fail': flag
        .optional()
        .meta({ description: 'looked at once a second; if it does not hold, the run ends' }),
      delay: z
        .string({ error: mustBe('a time such as 30s, 500ms or 1m30s') })
        .transform(by(parseDuration))
        .optional()
        .meta({ description: 'how long after the first flow it is first looked at' }),
    })
    .superRefine(
      (entry, context) => {
        const wrong = (path: string, message: string) => {
          context.addIssue({ code: 'custom', path: [path], message });
        };
        for (const key of Object.keys(entry).filter((name) => !ENTRY_KEYS.includes(name))) {
          wrong(key, unknownKey(key, ENTRY_KEYS));
        }
        const aborts = entry['abort-on-fail'] === true;
        if (aborts && level === 'warn') {
          wrong('abort-on-fail', 'is for thresholds: an alert warns and ends nothing');
        }
        if ('delay' in entry && !aborts) wrong('delay', 'delays nothing without abort-on-fail: true');
      },
      { when: ({ value }) => isMap(value) },
    )
    .transform(({ expr, delay = 0, ...entry }): WrittenThreshold => {
      const abort = entry['abort-on-fail'] === true ? { abort: { delay } } : {};
      return { ...expr, path: ['expr'], threshold: { ...expr.threshold, ...abort } };
    })
    .meta({ additionalProperties: false });
}

export function thresholds(level: ThresholdLevel) {
  const example = level === 'fail' ? 'success_rate >= 99%' : 'peak_cpu < 70%';
  const empty = `is empty; list some, such as ${example}, or remove the key`;
  const alone = expression(level, 'success_rate >= 99%');
  const entry = either(
    { text: alone, nothing: alone, map: abortingEntry(level) },
    mustBe('text such as "success_rate >= 99%"'),
  );
  const lines = z
    .string()
    .meta({ minLength: 1 })
    .transform((text, context) => readLines(text, level, context));
  return either({ text: lines, list: z.array(entry).min(1, { error: empty }) }, ({ input }) =>
    input === null ? empty : `must be a list such as [${example}], not ${show(input)}`,
  );
}

function readLines(text: string, level: ThresholdLevel, context: z.core.ParsePayload): WrittenThreshold[] {
  const entries = readThresholdText(text, level);
  if (entries.length === 0) refuse(context, NO_THRESHOLD, { place: BEGINNING });
  return entries.map(({ threshold, problems, line, column, ...entry }, index) => {
    for (const { message, ...place } of problems) refuse(context, message, { path: [index], place });
    return threshold === undefined
      ? z.NEVER
      : { threshold, text: entry.text, path: [], index, place: { line, column } };
  });
}

export interface Thresholds {
  /** What is wrong is no threshold. */
  readonly thresholds?: readonly unknown[];
  readonly alerts?: readonly unknown[];
}

/** Those that could be read, wherever the others are wrong; paths are from the scenario. */
export function thresholdsIn(scenario: Thresholds): readonly WrittenThreshold[] {
  return (['thresholds', 'alerts'] as const).flatMap((key) =>
    (scenario[key] ?? []).flatMap((entry, index) => {
      if (!isWritten(entry)) return [];
      return [{ ...entry, path: entry.index === undefined ? [key, index, ...entry.path] : [key] }];
    }),
  );
}

function isWritten(entry: unknown): entry is WrittenThreshold {
  return isMap(entry) && isMap(entry['threshold']);
}

interface ThresholdContext extends KnownMetrics {
  /** Head is compared with a base. */
  readonly compares: boolean;
  /** What the scenario has against one of them. */
  readonly faultOf: (written: WrittenThreshold) => string | undefined;
}

/** What of thresholds can not be judged, whatever is measured. */
export function thresholdRules(
  path: Path,
  scenario: Thresholds,
  { compares, faultOf, ...known }: ThresholdContext,
): Finding[] {
  return thresholdsIn(scenario).flatMap((written) => {
    const { threshold, text, index, place, ...within } = written;
    const at = [...path, ...within.path, ...(index === undefined ? [] : [index])];
    const needs = compares ? undefined : needsCompare(threshold);
    return [faultOf(written), refusedThreshold(threshold, known), needs]
      .filter((message) => message !== undefined)
      .map((message) => ({ path: at, message: ofThreshold(text, message), place }));
  });
}

/** A limit that refers to the base can be judged only where head is compared with one. */
export function needsCompare(threshold: Threshold): string | undefined {
  return isAgainstBase(threshold)
    ? 'needs compare: give the input compare (--compare at a terminal, or --no-compare to run without judging it), or write compare: base at the top of the config'
    : undefined;
}
