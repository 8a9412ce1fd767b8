import { z } from 'zod';
import type { Threshold, ThresholdLevel } from '../model/threshold.js';
import { refusedAgainstBase } from '../verdict/base-limit.js';
import {
  NO_THRESHOLD,
  ofThreshold,
  readThreshold,
  readThresholdText,
  type TextPlace,
} from '../verdict/threshold-list.js';
import { parseDuration } from './quantities.js';
import { either, flag, isMap, mustBe, refuse, show, unknownKey, type Finding, type Path } from './fields.js';

/* `thresholds` and `alerts`: a list with one threshold an entry, or one text with one a line. */

/** A threshold of the config, and where in its list or text it stands. */
export interface WrittenThreshold {
  readonly threshold: Threshold;
  readonly text: string;
  /** From the list to the expression; none in a text, of which `index` and `place` say where. */
  readonly path: Path;
  readonly index?: number;
  readonly place: TextPlace;
}

const BEGINNING: TextPlace = { line: 0, column: 1 };

/** An entry that is empty is read as one, as a line of a text would be. */
function expression(level: ThresholdLevel, example: string) {
  const written = z
    .string({ error: mustBe(`text such as "${example}"`) })
    .meta({ minLength: 1 })
    .transform((text, context): Omit<WrittenThreshold, 'path'> => {
      const { threshold, problems } = readThreshold(text, level);
      for (const { message, column } of problems) refuse(context, message, { place: { line: 0, column } });
      return threshold === undefined ? z.NEVER : { threshold, text, place: BEGINNING };
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
        .transform((text, context) => {
          const result = parseDuration(text);
          return result.ok ? result.value : refuse(context, result.message);
        })
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
  const alone = expression(level, 'success_rate >= 99%').transform((written) => ({ ...written, path: [] }));
  const entry = either(
    { text: alone, nothing: alone, map: abortingEntry(level) },
    mustBe('text such as "success_rate >= 99%"'),
  ) as z.ZodType<WrittenThreshold>;
  const ofText = z
    .string()
    .meta({ minLength: 1 })
    .transform((text, context) => readAll(text, level, context));
  const list = z
    .array(entry)
    .min(1, { error: `is empty; list some, such as ${example}, or remove the key` })
    .transform((entries) =>
      entries.map((written, index): WrittenThreshold => ({ ...written, path: [index, ...written.path] })),
    );
  return either({ text: ofText, list }, ({ input }) =>
    input === null
      ? `is empty; list some, such as ${example}, or remove the key`
      : `must be a list such as [${example}], not ${show(input)}`,
  ) as z.ZodType<readonly WrittenThreshold[]>;
}

function readAll(text: string, level: ThresholdLevel, context: Parameters<typeof refuse>[0]) {
  const entries = readThresholdText(text, level);
  if (entries.length === 0) refuse(context, NO_THRESHOLD, { place: BEGINNING });
  return entries.map(({ threshold, problems, ...entry }, index): WrittenThreshold => {
    for (const { message, line, column } of problems)
      refuse(context, message, { path: [index], place: { line, column } });
    const place = { line: entry.line, column: entry.column };
    return threshold === undefined ? z.NEVER : { threshold, text: entry.text, path: [], index, place };
  });
}

/** Those of a list that could be read, wherever the others are wrong. */
export function readable(list: readonly unknown[] | undefined): readonly WrittenThreshold[] {
  return (list ?? []).filter((entry): entry is WrittenThreshold => isMap(entry) && isMap(entry['threshold']));
}

/** What is said of a threshold as a whole. */
function about({ text, path, index, place }: WrittenThreshold, list: Path, message: string): Finding {
  const within = index === undefined ? path : [index];
  return { path: [...list, ...within], message: ofThreshold(text, message), place };
}

/**
 * What of thresholds can not be judged, whatever is measured.
 * @param compares whether head is compared with a base
 */
export function thresholdRules(
  path: Path,
  scenario: { readonly thresholds?: readonly unknown[]; readonly alerts?: readonly unknown[] },
  compares: boolean,
): Finding[] {
  return (['thresholds', 'alerts'] as const).flatMap((key) =>
    readable(scenario[key]).flatMap((written) => {
      const refused = refusedAgainstBase(written.threshold);
      const needs = compares ? undefined : needsCompare(written.threshold);
      return [refused, needs].flatMap((message) =>
        message === undefined ? [] : [about(written, [...path, key], message)],
      );
    }),
  );
}

/** A limit that refers to the base can be judged only where head is compared with one. */
export function needsCompare({ limit }: Threshold): string | undefined {
  return limit.kind === 'base'
    ? 'needs compare: give the input compare (--compare at a terminal, or --no-compare to run without judging it), or write compare: base at the top of the config'
    : undefined;
}
