import { isMap, isScalar, isSeq, visit, type Document, type Scalar } from 'yaml';
import { ExactNumber } from '../model/json.js';

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
