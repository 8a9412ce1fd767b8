import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
} from 'yaml';
import type { Problem } from '../errors.js';
import type { TextPlace } from '../verdict/threshold-list.js';
import { oneLine, type Path } from './finding.js';
import { keepWritten } from './yaml-numbers.js';

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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = document.errors.some(({ code }) => code !== 'DUPLICATE_KEY');
  const told = broken ? withoutEcho(document.errors, position) : [...document.errors, ...document.warnings];
  const problems = told.map(({ code, message, pos }, index) => ({
    message:
      code === 'DUPLICATE_KEY'
        ? oneLine(duplicateKey(text, pos[0]))
        : `${invalid(message)}${index === 0 ? quotingHint(lineAt(text, pos[0])) : ''}`,
    file,
    ...position(pos[0]),
  }));
  if (!broken) keepWritten(document);
  const plain = broken ? { value: undefined } : toPlain(document);
  if ('message' in plain) problems.push({ message: plain.message, file, line: 1, column: 1 });
  return {
    value: 'value' in plain ? plain.value : undefined,
    problems,
    locate: (path, within) => position(offsetOf(document, text, { path, within })),
    locateKey: (path, key) => position(offsetOfKey(document, path, key)),
  };
}

/** Aliases that multiply without bound ("billion laughs") are refused by the library. */
function toPlain(document: Document): { value: unknown } | { message: string } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { message: error instanceof Error ? invalid(error.message) : 'cannot be read' };
  }
}

function invalid(message: string): string {
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
      const pair = pairOf(resolved.items, String(segment));
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

function pairOf(items: readonly Pair[], name: string): Pair | undefined {
  return items.find(({ key }) => isScalar(key) && String(key.value) === name);
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
