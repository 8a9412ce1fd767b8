import type { Problem } from '../lib/errors.js';
import { didYouMean } from '../lib/nearest.js';
import { COMPARE_FIELDS } from './compare-fields.js';
import { needCompareInConfig } from './compare-rules.js';
import { unknownKeyOfFaults } from './faults-schema.js';
import { type Finding, formatPath, oneLine, type Path } from './finding.js';
import { isMap } from './raw.js';
import { crossRules, type LoadContext } from './rules.js';
import { type Config, configSchema, KEYS } from './schema.js';
import type { TextPlace } from './thresholds.js';
import { parseYaml, type Position, type YamlSource } from './yaml-source.js';

/** A config file as it was read. */
export interface ConfigReading {
  /** Undefined if there are problems. */
  readonly config?: Config;
  /** What the YAML says, right or wrong. */
  readonly value?: unknown;
  /** In order of line; one for each cause. */
  readonly problems: readonly Problem[];
  /** Of a value, for problems that show only when the config is put together with inputs or files. */
  readonly problemAt: (path: Path, message: string) => Problem;
}

/** What stands beside the config. */
export interface ConfigContext {
  /** Without it nothing is said of the load. */
  readonly load?: LoadContext | undefined;
  /** Something is compared, whatever the config says of it. */
  readonly comparing?: boolean;
}

/** Reads the text of a config file: syntax, keys, values and thresholds, all problems at once. Never throws. */
export function readConfig(
  text: string,
  file: string,
  { load, comparing = false }: ConfigContext = {},
): ConfigReading {
  const source = parseYaml(text, file);
  const toProblem = (finding: Finding) => problemOf(finding, source, file);
  const problemAt = (path: Path, message: string) => toProblem({ path, message });
  if (source.value === undefined) return { problems: source.problems, problemAt };
  if (source.value === null) {
    const message = 'is empty; write version: 1 and scenarios:';
    return { problems: [...source.problems, { message, file, line: 1, column: 1 }], problemAt };
  }
  const parsed = checked(source.value);
  if (parsed === undefined) return { problems: [{ file, message: TOO_MUCH }], problemAt };
  const issues: readonly Issue[] = parsed.success ? [] : parsed.error.issues;
  const compares = comparing || (isMap(source.value) && 'compare' in source.value);
  const findings = [
    ...issues.flatMap(findingsOf),
    ...crossRules(source.value, load),
    ...(compares ? [] : needCompareInConfig(source.value)),
  ];
  const causes = onePerCause(findings);
  const located = [...source.problems, ...causes.slice(0, MOST_LOCATED).map(toProblem)];
  const more = Math.max(0, causes.length - MOST_LOCATED);
  const problems = firstOf(inOrder(located), { more, file });
  return parsed.success && problems.length === 0
    ? { config: parsed.data, value: source.value, problems, problemAt }
    : { value: source.value, problems, problemAt };
}

function problemOf({ path, message, key, place }: Finding, source: YamlSource, file: string): Problem {
  const position: Position = key === undefined ? source.locate(path, place) : source.locateKey(path, key);
  const where = oneLine(formatPath(path));
  return { message: oneLine(message), ...(where === '' ? {} : { where }), file, ...position };
}

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly params?: { readonly [name: string]: unknown } | undefined;
}

function findingsOf(issue: Issue): Finding[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => ({ path, key, message: unknownKey(path, key) }));
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

function unknownKey(path: Path, key: string): string {
  if (path[2] === 'faults') return unknownKeyOfFaults(path, key);
  const kind = kindOfMap(path);
  if (kind === 'scenario' && Object.hasOwn(COMPARE_FIELDS, key)) {
    return `${key} is for the whole config; write it at the top, beside scenarios`;
  }
  const names: readonly string[] = KEYS[kind];
  const word = kind === 'checks' ? 'check' : 'key';
  return `there is no ${word} ${key}${didYouMean(key, names, `; ${word}s are ${names.join(', ')}`)}`;
}

function kindOfMap(path: Path): keyof typeof KEYS {
  const [first, , part] = path;
  if (first === undefined) return 'config';
  if (first === 'history' || first === 'compare') return first;
  if (part === 'http') return path.at(-1) === 'expect' ? 'expect' : 'http';
  return part === 'service' || part === 'services' || part === 'checks' || part === 'stages'
    ? part
    : 'scenario';
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

/** Undefined if there is so much wrong, or so deep, that the stack does not hold it. */
function checked(value: unknown): ReturnType<typeof configSchema.safeParse> | undefined {
  try {
    return configSchema.safeParse(value);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

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
