import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Problem, TextPlace } from '../lib/errors.js';
import { oneLine, type Path } from '../lib/fields.js';
import { ExactNumber } from '../model/json.js';

/** Line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A YAML text that knows where each of its values stands. */
export interface YamlSource {
  /** The plain value; undefined if the syntax is broken. */
  readonly value: unknown;
  /** Broken syntax and keys that are given twice. */
  readonly problems: readonly Problem[];
  /** Of the value at the path, or of a place inside it if it is text; of the nearest map around it if it is missing. */
  locate(path: Path, within?: TextPlace): Position;
  /** Of a key in the map at the path. */
  locateKey(path: Path, key: string): Position;
}

/** Reads one YAML document. Never throws. */
export function parseYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  // The library compares each key with all others of its map: keys that are given twice are found below, in one pass.
  const options = { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: false };
  const document = parseDocument(text, options);
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = document.errors.length > 0;
  const { twice, aliases } = broken ? { twice: [], aliases: 0 } : surveyed(document);
  const told = broken ? withoutEcho(document.errors, position) : document.warnings;
  const problems: Problem[] = [
    ...twice.map((offset) => ({ message: oneLine(duplicateKey(text, offset)), file, ...position(offset) })),
    ...told.map(({ message, pos }, index) => ({
      message: `${invalid(message)}${index === 0 && !isTooDeep(message) ? quotingHint(lineAt(text, pos[0])) : ''}`,
      file,
      ...position(pos[0]),
    })),
  ];
  if (!broken) keepWritten(document);
  const plain = broken ? { value: undefined } : toPlain(document, aliases);
  if ('message' in plain) problems.push({ message: plain.message, file, line: 1, column: 1 });
  return {
    value: 'value' in plain ? plain.value : undefined,
    problems,
    locate: (path, within) => position(offsetOf(document, text, { path, within })),
    locateKey: (path, key) => position(offsetOfKey(document, path, key)),
  };
}

/** Offsets of keys that their map has already, and how many aliases there are. */
function surveyed(document: Document): { readonly twice: readonly number[]; readonly aliases: number } {
  const twice: number[] = [];
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases += 1;
    },
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === MERGE) continue;
        const name = String(key.value);
        if (seen.has(name)) twice.push(startOf(key) ?? 0);
        seen.add(name);
      }
    },
  });
  return { twice, aliases };
}

/** Takes in another map, and may stand several times. */
const MERGE = '<<';
/** Each is looked for in the whole document; a config that a person writes has a handful. */
const MOST_ALIASES = 1000;

/** Aliases that multiply without bound ("billion laughs") are refused by the library. */
function toPlain(document: Document, aliases: number): { value: unknown } | { message: string } {
  if (aliases > MOST_ALIASES) {
    return { message: `has ${aliases} aliases; write the values out, at most ${MOST_ALIASES} are read` };
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { message: error instanceof Error ? invalid(error.message) : 'cannot be read' };
  }
}

/** What the parser says when it runs out of stack. */
function isTooDeep(message: string): boolean {
  return message.includes('Maximum call stack');
}

function invalid(message: string): string {
  if (isTooDeep(message)) return 'is nested too deeply; write fewer lists and maps inside each other';
  return `is no valid YAML: ${oneLine(message)}`;
}

/** One slip makes errors without end, also of what follows: the first of each line, and what comes after the break not. */
function withoutEcho(
  errors: readonly YAMLError[],
  position: (offset: number) => Position,
): readonly YAMLError[] {
  const lines = new Set<number>();
  const first = errors.filter(({ message, pos }, index) => {
    const { line } = position(pos[0]);
    const isEcho = lines.has(line) || (index > 0 && message.includes('in YAML stream'));
    lines.add(line);
    return !isEcho;
  });
  return first.slice(0, MOST_BROKEN);
}

/** Problems of broken syntax that are told. */
const MOST_BROKEN = 5;

/** `{{port}}` opens two maps, and `: ` makes a key of what is before it, where text is not quoted. */
function quotingHint(line: string): string {
  const suspicious = line.includes('{{') || /:\s.*:\s/.test(line);
  return suspicious
    ? '; a value with {{…}} or ": " in it must be quoted, as in run: \'PORT={{port}} npm start\''
    : '';
}

function lineAt(text: string, offset: number): string {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  return /^.*/.exec(text.slice(from, from + 2000))?.[0] ?? '';
}

function duplicateKey(text: string, offset: number): string {
  const key = /^["']?[^\s:"']+/.exec(text.slice(offset, offset + 80))?.[0].replace(/^["']/, '') ?? 'a key';
  return `${key} is given twice in the same map`;
}

/** As far along the path as the document goes: the last pair or item that was found. */
function walk(document: Document, path: Path) {
  let value: unknown = document.contents;
  let key: unknown;
  let found = 0;
  for (const segment of path) {
    const resolved = isAlias(value) ? value.resolve(document) : value;
    let next: unknown;
    if (isMap(resolved)) {
      const pair = pairOf(resolved, String(segment));
      if (pair === undefined) break;
      [key, next] = [pair.key, pair.value];
    } else if (isSeq(resolved) && typeof segment === 'number') {
      const item = resolved.items[segment];
      if (item === undefined) break;
      [key, next] = [undefined, item];
    } else break;
    value = next;
    found += 1;
  }
  return { key, value, complete: found === path.length };
}

/** The pairs of each map by their keys: a map with many problems is searched for each of them. */
const PAIRS = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  let pairs = PAIRS.get(map);
  if (pairs === undefined) {
    // Of a key that is given twice the first counts, which the last of the reversed ones is.
    const named = map.items.filter(({ key }) => isScalar(key)).toReversed();
    pairs = new Map(named.map((pair) => [String((pair.key as Scalar).value), pair]));
    PAIRS.set(map, pairs);
  }
  return pairs.get(name);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function offsetOf(
  document: Document,
  text: string,
  target: { path: Path; within: TextPlace | undefined },
): number {
  const { key, value, complete } = walk(document, target.path);
  // A threshold in a text of several lines has an index in its path that the document does not have.
  const node = isAlias(value) ? value : (value as Node | null);
  if (target.within !== undefined && isScalar(node)) return offsetWithin(node, text, target.within);
  // A map or list is known by its key, and so is a value that is not there.
  const written = complete && isScalar(node) && node.value !== null;
  return (written ? startOf(node) : startOf(key)) ?? startOf(node) ?? 0;
}

function offsetOfKey(document: Document, path: Path, key: string): number {
  return startOf(walk(document, [...path, key]).key) ?? 0;
}

/**
 * Exact in plain and quoted text on one line and in `|` blocks. Where the written text is not the value (escapes,
 * folding), the line is the value's first and the column where it begins.
 */
function offsetWithin(node: Scalar, text: string, { line, column }: TextPlace): number {
  const start = startOf(node) ?? 0;
  const end = node.range?.[1] ?? start;
  if (node.type === 'BLOCK_LITERAL') {
    const source = text.slice(start, end).split('\n');
    const value = String(node.value).split('\n')[line] ?? '';
    const written = source[line + 1] ?? '';
    const indent = Math.max(0, written.indexOf(value));
    const before = source.slice(0, line + 1).reduce((sum, each) => sum + each.length + 1, 0);
    return Math.min(end, start + before + indent + column - 1);
  }
  const quote = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
  const verbatim = text.startsWith(String(node.value), start + quote);
  return verbatim && line === 0 ? start + quote + column - 1 : start;
}

/*
 * YAML reads 1.10 as 1.1, 007 as 7 and 12345678901234567890 as 12345678901234567000. Where the config means text or JSON
 * and not a quantity, what counts is what was written.
 */

type PathPattern = readonly string[];

/** Values that are text: environment, options, headers. `*` is any name or index. */
const TEXT: readonly PathPattern[] = [
  ['scenarios', '*', 'env'],
  ['scenarios', '*', 'options'],
  ['scenarios', '*', 'service', 'env'],
  ['scenarios', '*', 'services', '*', 'env'],
  ['scenarios', '*', 'http', 'headers'],
  ['scenarios', '*', 'http', '*', 'headers'],
];

/** Values that are JSON: bodies, and what is expected of them. */
const JSON_VALUES: readonly PathPattern[] = [
  ['scenarios', '*', 'http', 'body'],
  ['scenarios', '*', 'http', '*', 'body'],
  ['scenarios', '*', 'http', 'expect', 'json'],
  ['scenarios', '*', 'http', '*', 'expect', 'json'],
];

/**
 * Gives numbers and truth values of the document back the text that they were written as: all keys, and the values of
 * maps that hold text. In JSON a number that a double would change becomes an ExactNumber.
 */
export function keepWritten(document: Document): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key)) toText(key);
    },
  });
  eachBelow(document.contents, [], { text: TEXT, json: JSON_VALUES });
}

type Patterns = { readonly text: readonly PathPattern[]; readonly json: readonly PathPattern[] };

/** Goes down only as far as a pattern leads. */
function eachBelow(node: unknown, path: readonly string[], patterns: Patterns): void {
  if (patterns.text.some((pattern) => pattern.length === path.length)) {
    eachScalar(node, toText);
    return;
  }
  if (patterns.json.some((pattern) => pattern.length === path.length)) {
    eachScalar(node, toExact);
    return;
  }
  for (const [name, child] of childrenOf(node)) {
    const leads = (pattern: PathPattern): boolean => [name, '*'].includes(pattern[path.length] ?? '');
    const below = { text: patterns.text.filter(leads), json: patterns.json.filter(leads) };
    if (below.text.length + below.json.length > 0) eachBelow(child, [...path, name], below);
  }
}

function childrenOf(node: unknown): readonly [name: string, child: unknown][] {
  if (isMap(node)) {
    return node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', value]);
  }
  return isSeq(node) ? node.items.map((item, index) => [String(index), item]) : [];
}

function eachScalar(node: unknown, change: (scalar: Scalar) => void): void {
  if (isScalar(node)) change(node);
  for (const [, child] of childrenOf(node)) eachScalar(child, change);
}

function toText(scalar: Scalar): void {
  if (isChanged(scalar)) scalar.value = scalar.source;
}

function toExact(scalar: Scalar): void {
  if (typeof scalar.value === 'number' && isChanged(scalar)) {
    scalar.value = new ExactNumber(scalar.source);
  }
}

/** A number or truth value that does not read as it was written. The others may stay what an alias elsewhere takes them for. */
function isChanged(scalar: Scalar): scalar is Scalar & { readonly source: string } {
  const { value, source } = scalar;
  return (
    (typeof value === 'number' || typeof value === 'boolean') &&
    source !== undefined &&
    String(value) !== source
  );
}
