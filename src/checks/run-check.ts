import { messageOf } from '../lib/errors.js';
import { startedFlows } from '../measure/figures.js';
import { tallyOf } from '../measure/tally.js';
import type { Record } from '../model/record.js';
import type { CheckResult } from '../model/results.js';
import type { Artifact, Check } from './check.js';
import { LASTING, LONG, STEADY } from './growth/growth.js';
import { WAVES } from './waves/words.js';

/** A check's result before a level says what it is worth. */
type Judged = Omit<CheckResult, 'level'>;

/**
 * Runs one check over a record. One that throws is inconclusive, with the error as evidence: a defect in one check is
 * not the run's.
 */
export function runCheck(check: Check, record: Record): Judged {
  const missing = whyMissing(check, record);
  if (missing !== undefined) return notKnown(check, { record, evidence: [missing] });
  try {
    const { outcome, evidence } = check.run(record);
    if (outcome === 'inconclusive') return notKnown(check, { record, evidence });
    const title = outcome === 'pass' ? check.title(record) : check.failureTitle(record);
    return { id: check.id, outcome, title, evidence: [...evidence] };
  } catch (thrown) {
    return notKnown(check, { record, evidence: [`the check itself failed: ${messageOf(thrown)}`] });
  }
}

/** Which part of the record the check would need and does not find; undefined if it has all. */
export function whyMissing(check: Check, record: Record): string | undefined {
  const missing = check.needs.find((artifact) => !ARTIFACTS[artifact].in(record));
  return missing === undefined ? undefined : ARTIFACTS[missing].why;
}

const ARTIFACTS: Readonly<globalThis.Record<Artifact, { in: (record: Record) => boolean; why: string }>> = {
  flows: {
    in: (record) => startedFlows(tallyOf(record)) > 0,
    why: 'no flow was started',
  },
  processes: {
    in: ({ monitor }) => monitor.unwatched !== true,
    why: 'no process is watched: the flows are HTTP requests, and the scenario has no service',
  },
  'closed model': {
    in: ({ load }) => load.model === 'closed',
    why: 'the open model sets a rate, and how many are in flight comes of it',
  },
  tokens: {
    in: ({ contamination }) =>
      contamination !== undefined && contamination.own + contamination.contaminated > 0,
    why:
      'no flow showed its own token: hand it on (FLOWGATE_TOKEN, ctx.token, {{token}}) to what the flows share, ' +
      'and print or return what comes back',
  },
  verify: { in: ({ verify }) => verify !== undefined, why: 'no verify command or export was run' },
  'left behind': {
    in: ({ leftBehind }) => leftBehind !== undefined,
    why: 'nobody looked for what was left: the run was cut short, or no process belongs to it',
  },
  'lasting process': LASTING,
  'steady load': STEADY,
  'long run': LONG,
  waves: WAVES,
};

function notKnown(
  check: Check,
  { record, evidence }: { record: Record; evidence: readonly string[] },
): Judged {
  const title = check.title(record);
  return {
    id: check.id,
    outcome: 'inconclusive',
    title: `Not known: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    evidence: [...evidence],
  };
}
