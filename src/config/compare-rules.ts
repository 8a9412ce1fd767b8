import type { Problem } from '../lib/errors.js';
import { isAgainstBase, type Threshold, type ThresholdLevel } from '../model/threshold.js';
import type { Finding, Path } from './finding.js';
import { type Inputs, whereInput } from './inputs.js';
import { isMap } from './raw.js';
import { readThresholdEntry } from './threshold-entry.js';
import { parseThresholdText, type TextPlace } from './thresholds.js';

/* A limit that hangs on the base can be judged only where head is compared with one. */

const NEEDS_COMPARE =
  'needs compare: give the input compare (--compare at a terminal, or --no-compare to run without judging it), or write compare: base at the top of the config';

const LISTS = [
  ['thresholds', 'fail'],
  ['alerts', 'warn'],
] as const;

function needsCompare(threshold: Threshold): string | undefined {
  return isAgainstBase(threshold) ? NEEDS_COMPARE : undefined;
}

const isMeant = (message: string): boolean => message.endsWith(`: ${NEEDS_COMPARE}`);

/** The thresholds of a config that hang on a base, where nothing is compared; other problems of theirs are not said. */
export function needCompareInConfig(config: unknown): Finding[] {
  if (!isMap(config) || !isMap(config['scenarios'])) return [];
  return Object.entries(config['scenarios']).flatMap(([name, scenario]) =>
    isMap(scenario)
      ? LISTS.flatMap(([key, level]) => inList(['scenarios', name, key], scenario[key], level))
      : [],
  );
}

function inList(path: Path, value: unknown, level: ThresholdLevel): Finding[] {
  const found: Finding[] = [];
  const note = (within: Path, message: string, place?: TextPlace): void => {
    if (!isMeant(message)) return;
    found.push({ path: [...path, ...within], message, ...(place === undefined ? {} : { place }) });
  };
  if (typeof value === 'string') {
    for (const { index, message, line, column } of parseThresholdText(value, level, needsCompare).problems) {
      note(index === undefined ? [] : [index], message, { line, column });
    }
  } else if (Array.isArray(value)) {
    value.forEach((entry, index) => {
      readThresholdEntry(entry, level, {
        rule: needsCompare,
        report: (message, within = [], place) => {
          note([index, ...within], message, place);
        },
      });
    });
  }
  return found;
}

/** The same of the inputs. */
export function needCompareInInputs(inputs: Inputs): Problem[] {
  return LISTS.flatMap(([key, level]) =>
    parseThresholdText(inputs[key] ?? '', level, needsCompare)
      .problems.filter(({ message }) => isMeant(message))
      .map(({ index, message }) => ({ where: `${whereInput(key)}[${index ?? 0}]`, message })),
  );
}
