import { messageOf } from '../lib/errors.js';
import { type Results, RESULTS_SCHEMA, resultsSchema, type ScenarioResults } from '../model/results.js';
import type { TriggeringRun } from './run.js';
import { readEntry, Refused } from './zip.js';

/* The results of a run whose code is not trusted. Everything in them may be a lie, and made to harm. */

/** The only file of an artifact that is read. */
const FILE = 'results.json';
/** Bytes of it: a run of a million flows writes 20 MB a scenario. */
export const LARGEST_RESULTS = 100e6;
/** A run keeps up to 21,000 flows of a scenario. */
const LONGEST_LIST = 50_000;
/** Values in all: more of them than the largest file of flowgate's has, fewer than a file of zeros alone. */
const MOST_VALUES = 4_000_000;
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
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refused(`its ${FILE} is not valid JSON`);
  }
  checkSize(json);
  return json;
}

/** Without recursion, which a deep value would exhaust. */
function checkSize(json: unknown): void {
  const left: unknown[] = [json];
  let count = 0;
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    count += inner.length;
    if (count > MOST_VALUES || (Array.isArray(value) && inner.length > LONGEST_LIST))
      throw new Refused(`its ${FILE} holds more than any run writes`);
    for (const one of inner) left.push(one);
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
