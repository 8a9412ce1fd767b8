import { z } from 'zod';
import type { Readiness } from '../model/plan.js';
import type { Threshold, ThresholdLevel } from '../model/threshold.js';
import { DURATION_PATTERN, missingUnit, parseDuration } from './duration.js';
import { parseReadiness } from './readiness.js';
import { readThresholdEntry, THRESHOLD_ENTRY_SCHEMA } from './threshold-entry.js';
import { parseThresholdText, type TextPlace } from './thresholds.js';

/*
 * The kinds of value that a config has. Every message is the end of a sentence that begins with where it is:
 * "scenarios.checkout.flows: must be …".
 */

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** A whole number from `least` up. */
export function whole(least: number) {
  const error = ({ input }: { input?: unknown }) => {
    const unquoted = typeof input === 'string' && /^\d+$/.test(input.trim());
    const remedy = unquoted ? '; write it without quotation marks' : '';
    return `must be a whole number from ${least} up, not ${show(input)}${remedy}`;
  };
  return z.int({ error }).min(least, { error });
}

/** Text that is not empty; `example` shows what could stand there. */
export function text(example: string) {
  const error = ({ input }: { input?: unknown }) =>
    input === null || input === ''
      ? `is empty; write ${example}`
      : `must be text such as ${example}, not ${show(input)}`;
  return z
    .string({ error })
    .refine((value) => value.trim() !== '', { error })
    .meta({ minLength: 1 });
}

/** Whether a command holds nothing but comments, as one that is commented out: it would always be ok. */
export function runsNothing(command: string): boolean {
  return command.trim() !== '' && command.split('\n').every((line) => /^\s*(#|$)/.test(line));
}

export const RUNS_NOTHING = 'holds nothing but comments, so that nothing would run';

export function commandText(example: string) {
  return text(example).refine((value) => !runsNothing(value), { error: `${RUNS_NOTHING}; write ${example}` });
}

/** `30s` → ms. */
export const duration = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? missingUnit(input)
        : `must be a time such as 30s, 500ms or 1m30s, not ${show(input)}`,
  })
  .transform((value, context): number => {
    const result = parseDuration(value);
    if (result.ok) return result.ms;
    context.issues.push({ code: 'custom', input: value, message: result.message });
    return z.NEVER;
  })
  .meta({ pattern: DURATION_PATTERN });

export const readiness = text('http://127.0.0.1:3000/health').transform((value, context): Readiness => {
  const result = parseReadiness(value);
  if (result.ok) return result.ready;
  context.issues.push({ code: 'custom', input: value, message: result.message });
  return z.NEVER;
});

/** Text, or a number or truth value that is turned into text: `PORT: 3000`. */
const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: ({ input }) => `must be text, a number or true/false, not ${show(input)}`,
});

/** A map of names to text. */
export function textMap(what: string) {
  return z
    .record(z.string(), scalar.transform(String), {
      error: ({ input }) => `must be a map of ${what}, not ${show(input)}`,
    })
    .transform((map): Readonly<Record<string, string>> => map);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, {
    error: ({ input }) => `must be one of ${values.join(', ')}, not ${show(input)}`,
  });
}

/** A list with one threshold an entry, or one text with one a line. */
export function thresholds(level: ThresholdLevel) {
  const example = level === 'fail' ? 'success_rate >= 99%' : 'peak_cpu < 70%';
  return z
    .unknown()
    .transform((value, context): readonly Threshold[] => {
      const report = (message: string, path: (string | number)[] = [], place?: TextPlace) => {
        context.issues.push({ code: 'custom', input: value, message, path, params: { place } });
      };
      if (typeof value === 'string') return fromText(value, level, report);
      if (Array.isArray(value) && value.length > 0) return fromList(value, level, report);
      const empty = value === null || Array.isArray(value);
      report(
        empty
          ? `is empty; list some, such as ${example}, or remove the key`
          : `must be a list such as [${example}], not ${show(value)}`,
      );
      return z.NEVER;
    })
    .meta({
      anyOf: [
        { type: 'string', minLength: 1 },
        {
          type: 'array',
          minItems: 1,
          items: { anyOf: [{ type: 'string', minLength: 1 }, THRESHOLD_ENTRY_SCHEMA] },
        },
      ],
    });
}

type Report = (message: string, path?: (string | number)[], place?: TextPlace) => void;

function fromText(value: string, level: ThresholdLevel, report: Report): readonly Threshold[] {
  const parsed = parseThresholdText(value, level);
  for (const { index, message, line, column } of parsed.problems) {
    report(message, index === undefined ? [] : [index], { line, column });
  }
  return parsed.thresholds;
}

function fromList(value: readonly unknown[], level: ThresholdLevel, report: Report): readonly Threshold[] {
  return value.flatMap((entry, index) =>
    readThresholdEntry(entry, level, {
      report: (message, path = [], place) => {
        report(message, [index, ...path], place);
      },
    }),
  );
}
