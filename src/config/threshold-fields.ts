import { z } from 'zod';
import type { TextPlace } from '../lib/errors.js';
import { isAgainstBase, type Threshold, type ThresholdLevel } from '../model/threshold.js';
import { refusedAgainstBase } from '../compare/thresholds.js';
import { NO_THRESHOLD, ofThreshold, readThreshold, readThresholdText } from './thresholds.js';
import {
  by,
  either,
  flag,
  isMap,
  mustBe,
  refuse,
  show,
  unknownKey,
  type Finding,
  type Path,
  type WrittenThreshold,
} from './fields.js';
import { parseDuration } from './quantities.js';

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

/**
 * What of thresholds can not be judged, whatever is measured.
 * @param compares whether head is compared with a base
 */
export function thresholdRules(path: Path, scenario: Thresholds, compares: boolean): Finding[] {
  return thresholdsIn(scenario).flatMap(({ threshold, text, index, place, ...within }) => {
    const at = [...path, ...within.path, ...(index === undefined ? [] : [index])];
    const needs = compares ? undefined : needsCompare(threshold);
    return [refusedAgainstBase(threshold), needs]
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
