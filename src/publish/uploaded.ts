import { messageOf } from '../lib/errors.js';
import { type Results, RESULTS_SCHEMA, resultsSchema, type ScenarioResults } from '../model/results.js';
import type { TriggeringRun } from './run.js';
import { readEntry, Refused } from './zip.js';

/* The results of a run whose code is not trusted. Everything in them may be a lie, and made to harm. */

/** The only file of an artifact that is read. */
const FILE = 'results.json';
/** Bytes of it: a run of a million flows writes 20 MB a scenario. */
export const LARGEST_RESULTS = 100e6;
/** Of one list or map: a run keeps up to 21,000 flows of a scenario. */
const LONGEST_LIST = 25_000;
/** Values in all. Each that is wrong costs memory: those of the largest run, and not those of a file of zeros. */
const MOST_VALUES = 2_000_000;
const DEEPEST = 50;
const TOO_MUCH = `its ${FILE} holds more than publish reads: ${MOST_VALUES} values in all, ${LONGEST_LIST} in one list`;
const MOST_SCENARIOS = 500;

/**
 * What a zip says was measured, undefined if it holds no results (as that of a shard). What tells where they come from is
 * not taken from it but from the event; the command to reproduce them is left out, as nobody should run it.
 * Throws {@link Refused}.
 */
export function readUploaded(zip: Buffer, run: TriggeringRun): Results | undefined {
  const bytes = readEntry(zip, FILE, LARGEST_RESULTS);
  if (bytes === undefined) return undefined;
  const results = parsed(jsonOf(bytes));
  return {
    ...results,
    git: { sha: run.headSha, repository: run.headRepository },
    run: {
      url: run.url,
      id: run.id,
      number: run.number,
      attempt: run.attempt,
      workflow: run.workflow,
      job: '',
    },
    reproduce: '',
  };
}

function jsonOf(bytes: Buffer): unknown {
  checkSize(bytes);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refused(`its ${FILE} is not valid JSON`);
  }
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
/** `[` and `{`, `]` and `}`. */
const [OPENING, CLOSING] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** Counts what JSON.parse would make, before it does: a deep value alone costs fifty times its bytes. */
function checkSize(bytes: Buffer): void {
  const open: number[] = [];
  let total = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (OPENING.has(byte)) open.push(1);
    else if (CLOSING.has(byte)) open.pop();
    else if (byte === COMMA) {
      total += 1;
      const count = (open.pop() ?? 0) + 1;
      open.push(count);
      if (count > LONGEST_LIST) throw new Refused(TOO_MUCH);
    }
    if (open.length > DEEPEST || total > MOST_VALUES) throw new Refused(TOO_MUCH);
  }
}

/** Scenario by scenario, up to the first that is wrong: each thing that is wrong costs memory. */
function parsed(json: unknown): Results {
  const { schema, scenarios, ...rest } = Object(json) as Record<string, unknown>;
  if (schema !== RESULTS_SCHEMA) {
    const its = typeof schema === 'string' ? JSON.stringify(schema.slice(0, 40)) : 'none';
    throw new Refused(
      `its schema is ${its}, and this version of publish reads "${RESULTS_SCHEMA}": use the same version of flowgate ` +
        'in both workflows',
    );
  }
  if (!Array.isArray(scenarios) || scenarios.length > MOST_SCENARIOS || scenarios.length === 0)
    throw new Refused(`its ${FILE} has no list of 1 to ${MOST_SCENARIOS} scenarios`);
  const frame = parse(resultsSchema, { schema, ...rest, scenarios: [] }, '');
  const scenario = resultsSchema.shape.scenarios.element;
  const each = scenarios.map((one, index): ScenarioResults => parse(scenario, one, `scenarios[${index}].`));
  return { ...frame, scenarios: each };
}

interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] };
      };
}

function parse<T>(schema: Schema<T>, value: unknown, where: string): T {
  try {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const [first] = result.error.issues;
    const place = `${where}${first?.path.map(String).join('.') ?? ''}`.slice(0, 100);
    throw new Refused(
      `its ${FILE} is not as the schema says: ${place}: ${first?.message.slice(0, 200) ?? ''}`,
    );
  } catch (thrown) {
    if (thrown instanceof Refused) throw thrown;
    throw new Refused(`its ${FILE} could not be checked: ${messageOf(thrown)}`);
  }
}
