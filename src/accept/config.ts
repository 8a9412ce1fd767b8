import { z } from 'zod';
import { type Finding, isMap, map, oneLine, show, text } from '../lib/fields.js';
import { didYouMean } from '../lib/nearest.js';
import type { Acceptance } from '../model/accept.js';

/* `accept`: regressions that a pull request intends, with the reason for each. */

/** Nobody reviews more. */
const MOST = 50;
/** Characters. */
const LONGEST = 300;

const EXAMPLE = '{scenario: checkout, metric: flow_time.p95, reason: "encryption at rest"}';

const entry = map(
  {
    scenario: text('checkout').describe('name of the scenario'),
    metric: text('flow_time.p95').describe('as its threshold names it'),
    reason: text('"encryption at rest"')
      .refine((reason) => reason.length <= LONGEST, {
        error: `is longer than ${LONGEST} characters; say it shorter`,
      })
      .transform(oneLine)
      .describe('why the regression is intended; reports show it'),
  },
  `a map such as ${EXAMPLE}`,
);

export const ACCEPT_FIELDS = {
  accept: z
    .array(entry, { error: ({ input }) => `must be a list such as [${EXAMPLE}], not ${show(input)}` })
    .max(MOST, { error: `accepts more than ${MOST} regressions; remove those that no longer count` })
    .optional()
    .describe(
      'regressions against base or history that this change intends; an entry counts only in the pull request that ' +
        'adds it',
    ),
};

type Entry = z.output<typeof entry>;

/** The name that thresholds give a metric, or what is wrong with it. */
export type ReadMetric = (
  text: string,
) =>
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly messages: readonly string[] };

/** Of entries that could be read: scenarios and metrics that do not exist, and what is accepted twice. */
export function acceptRules(
  entries: unknown,
  { scenarios, readMetric }: { readonly scenarios: readonly string[]; readonly readMetric: ReadMetric },
): Finding[] {
  if (!Array.isArray(entries)) return [];
  const seen = new Map<string, number>();
  return (entries as unknown[]).flatMap((given, index): Finding[] => {
    if (!isMap(given)) return [];
    const { scenario, metric } = given;
    const path = ['accept', index];
    const findings: Finding[] = [];
    if (typeof scenario === 'string' && !scenarios.includes(scenario)) {
      const known = `; scenarios are ${scenarios.join(', ')}`;
      const message = `there is no scenario ${show(scenario)}${didYouMean(scenario, scenarios, known)}`;
      findings.push({ path: [...path, 'scenario'], message });
    }
    if (typeof metric !== 'string') return findings;
    const read = readMetric(metric);
    if (!read.ok) {
      const [message = 'is no metric'] = read.messages;
      return [...findings, { path: [...path, 'metric'], message }];
    }
    if (typeof scenario !== 'string') return findings;
    const key = JSON.stringify([scenario, read.value]);
    const first = seen.get(key);
    if (first !== undefined) {
      findings.push({ path, message: `accepts the same metric as accept[${first}]; keep one of them` });
    } else seen.set(key, index);
    return findings;
  });
}

const NOT_ASKED = 'only a pull request or a merge group can accept a regression, and this run is of neither';

/** Those of one scenario. None of them counts before base's config was read: see {@link settleAccepts}. */
export function planAccept(
  entries: readonly Entry[] | undefined,
  { name, readMetric }: { readonly name: string; readonly readMetric: ReadMetric },
): { readonly accept?: readonly Acceptance[] } {
  const accept = (entries ?? [])
    .filter(({ scenario }) => scenario === name)
    .flatMap(({ metric, reason }): Acceptance[] => {
      const read = readMetric(metric);
      return read.ok ? [{ metric: read.value, reason, standing: 'unknown', note: NOT_ASKED }] : [];
    });
  return accept.length === 0 ? {} : { accept };
}
