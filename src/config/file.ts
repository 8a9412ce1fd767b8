import { z } from 'zod';
import type { Problem, TextPlace } from '../lib/errors.js';
import { type Finding, oneLine, type Path } from '../lib/fields.js';
import { type Config, configRules, configSchema, type RuleContext } from './schema.js';
import { parseYaml, type Position, type YamlSource } from './yaml.js';

/** A config file as it was read. */
export interface ConfigReading {
  /** Undefined if there are problems. */
  readonly config?: Config;
  /** What of it is right, however much is wrong: a wrong value is undefined, and its key is there. */
  readonly known?: unknown;
  /** In order of line; one for each cause. */
  readonly problems: readonly Problem[];
  /** Of a value, for problems that show only when the config is put together with inputs or files. */
  readonly problemAt: (path: Path, message: string) => Problem;
}

/** Reads the text of a config file: syntax, keys, values and thresholds, all problems at once. Never throws. */
export function readConfig(text: string, file: string, context: RuleContext = {}): ConfigReading {
  const source = parseYaml(text, file);
  const toProblem = (finding: Finding) => problemOf(finding, source, file);
  const problemAt = (path: Path, message: string) => toProblem({ path, message });
  if (source.value === undefined) return { problems: source.problems, problemAt };
  if (source.value === null) {
    const message = 'is empty; write version: 1 and scenarios:';
    return { problems: [...source.problems, { message, file, line: 1, column: 1 }], problemAt };
  }
  const checked = check(source.value);
  if (checked === undefined) return { problems: [{ file, message: TOO_MUCH }], problemAt };
  const { config, known, issues } = checked;
  const causes = onePerCause([
    ...issues.flatMap(findingsOf),
    ...configRules({ known, written: source.value }, context),
  ]);
  const located = [...source.problems, ...causes.slice(0, MOST_LOCATED).map(toProblem)];
  const more = Math.max(0, causes.length - MOST_LOCATED);
  const problems = firstOf(inOrder(located), { more, file });
  return { ...(problems.length === 0 ? { config } : {}), known, problems, problemAt };
}

function problemOf({ path, message, key, place }: Finding, source: YamlSource, file: string): Problem {
  const position: Position = key === undefined ? source.locate(path, place) : source.locateKey(path, key);
  const where = oneLine(formatPath(path));
  return { message: oneLine(message), ...(where === '' ? {} : { where }), file, ...position };
}

/** `scenarios.checkout.thresholds[2]` */
export function formatPath(path: Path): string {
  return path
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : `${index === 0 ? '' : '.'}${segment}`,
    )
    .join('');
}

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly params?: { readonly [name: string]: unknown } | undefined;
}

interface Checked {
  /** Undefined if anything is wrong. */
  readonly config?: Config;
  readonly known: unknown;
  readonly issues: readonly Issue[];
}

/**
 * As safeParse of zod does it, which throws away what could be read where anything is wrong. Undefined if there is so
 * much wrong, or so deep, that the stack does not hold it.
 */
function check(value: unknown): Checked | undefined {
  const context = { async: false };
  try {
    const read = configSchema._zod.run({ value, issues: [] }, context);
    if (read instanceof Promise) throw new Error('the schema of the config has nothing to wait for');
    const issues = read.issues.map((issue) => z.core.util.finalizeIssue(issue, context, z.config()));
    const isRight = issues.length === 0;
    return {
      config: isRight ? (read.value as Config) : undefined,
      known: withoutWrong(read.value, issues),
      issues,
    };
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** Of the parts of a value that are wrong: by key what is wrong below it, or nothing if it is wrong itself. */
type Wrong = Map<PropertyKey, Wrong | undefined>;

/** What a schema has read, with undefined in place of all that is wrong: keys that do not exist are there too. */
function withoutWrong(value: unknown, issues: readonly Issue[]): unknown {
  const wrong: Wrong = new Map();
  for (const { path, keys = [] } of issues) {
    if (keys.length === 0 && path.length === 0) return undefined;
    for (const last of keys.length === 0 ? [[]] : keys.map((key) => [key])) note([...path, ...last], wrong);
  }
  return blanked(value, wrong);
}

function note([first = '', ...rest]: readonly PropertyKey[], wrong: Wrong): void {
  if (rest.length === 0) {
    wrong.set(first, undefined);
    return;
  }
  if (wrong.has(first) && wrong.get(first) === undefined) return;
  const below = wrong.get(first) ?? new Map<PropertyKey, undefined>();
  wrong.set(first, below);
  note(rest, below);
}

function blanked(value: unknown, wrong: Wrong | undefined): unknown {
  if (wrong === undefined) return undefined;
  if (typeof value !== 'object' || value === null) return value;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<
    PropertyKey,
    unknown
  >;
  for (const [key, below] of wrong) {
    if (key !== '__proto__') copy[key] = blanked(copy[key], below);
  }
  return copy;
}

function findingsOf(issue: Issue): Finding[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return (issue.keys ?? []).map((key, index) => ({ path, key, message: messages[index] ?? '' }));
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    const message = path.includes('services')
      ? `"${key}" is no name for a service; use letters, digits, _ and -, a letter first`
      : `"${key}" is no name for a scenario; use letters, digits, ., _ and -, a letter or digit first`;
    return [{ path: path.slice(0, -1), key, message }];
  }
  const place = issue.params?.['place'] as TextPlace | undefined;
  return [{ path, message: issue.message, ...(place === undefined ? {} : { place }) }];
}

/** Thresholds have as many causes as they have problems; any other value is wrong once. */
function onePerCause(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ path, key, place, message }) => {
    const cause = place === undefined ? JSON.stringify([path, key]) : JSON.stringify([path, place, message]);
    if (seen.has(cause)) return false;
    seen.add(cause);
    return true;
  });
}

const TOO_MUCH =
  'has too many or too deeply nested values; make it smaller, or split it into several configs';

/** Nobody reads more, and a config of 100,000 wrong keys has as many. */
const MOST_PROBLEMS = 50;
/** Of so many it is looked up where they stand, which takes a pass over the text for some of them. */
const MOST_LOCATED = 500;

function firstOf(
  problems: readonly Problem[],
  { more, file }: { readonly more: number; readonly file: string },
): readonly Problem[] {
  const left = Math.max(0, problems.length - MOST_PROBLEMS) + more;
  if (left === 0) return problems;
  return [...problems.slice(0, MOST_PROBLEMS), { file, message: `has ${left} more problems` }];
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
