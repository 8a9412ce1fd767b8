import { type Finding, type Path, text, type WrittenThreshold } from '../lib/fields.js';
import type { Load } from '../model/plan.js';

export const IMPORT_FIELDS = {
  import: text('k6-summary.json')
    .optional()
    .describe(
      'a file that k6, Locust, Artillery, JMeter, oha, autocannon or hyperfine has written, from the working directory: ' +
        'its figures are judged, and nothing is run',
    ),
};

/** What is run by another tool: how many at once, and how many in all, is not flowgate's to say. */
export const NOTHING_RUN: Load = { model: 'closed', flows: 0, iterations: 0 };

/** Keys that such a scenario has a use for. */
const KEYS: ReadonlySet<string> = new Set(['import', 'before', 'working-directory', 'thresholds', 'alerts']);
/** Those that only the command before it uses. */
const OF_BEFORE: readonly string[] = ['env', 'shell'];

/** Nothing is started, so nothing else can be asked for. */
export function importRules(
  path: Path,
  scenario: object,
  thresholds: readonly WrittenThreshold[],
): Finding[] {
  if (!('import' in scenario)) return [];
  const others = Object.keys(scenario).filter((key) => !KEYS.has(key));
  const aborting = thresholds.filter(({ threshold }) => threshold.abort !== undefined);
  return [
    ...others.flatMap((key) => {
      if (!OF_BEFORE.includes(key)) return [{ path: [...path, key], message: UNUSED }];
      return 'before' in scenario ? [] : [{ path: [...path, key], message: FOR_BEFORE }];
    }),
    ...aborting.map((threshold) => ({
      path: [...path, ...threshold.path],
      message: 'abort-on-fail ends a run, and this one is over; leave it out',
    })),
  ];
}

const UNUSED =
  'is for flows that flowgate runs, and an import only reads the file of another tool; leave it out, or write a scenario of its own';
const FOR_BEFORE = 'is for the command before, which writes the file; give before, or leave it out';
