import type { FlowCanary } from './flow-canary.js';

/** Values looked at in what a flow returns, and characters of all of its texts together. */
const MOST_VALUES = 10_000;
const MOST_CHARACTERS = 1024 * 1024;

/**
 * Looks for tokens in a text, or in the texts and keys of what JSON could hold: arrays and plain objects. Of anything
 * else that a flow may return (a response, a connection, a map that all share) it is no business of ours what is in it.
 */
export function searchValue(value: unknown, canary: FlowCanary): void {
  const open: [value: unknown, path: string][] = [[value, '']];
  let values = 0;
  let characters = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [each, path] = next;
    const children = typeof each === 'string' ? [] : childrenOf(each);
    values += 1 + children.length;
    if (typeof each === 'string') characters += each.length;
    if (values > MOST_VALUES || characters > MOST_CHARACTERS) {
      canary.missed();
      return;
    }
    if (typeof each === 'string') canary.text(each, 'return value', path);
    for (const [key, child] of children.toReversed()) {
      const below = Array.isArray(each) ? `${path}[${key}]` : `${path}.${key}`;
      if (!Array.isArray(each)) canary.text(key, 'return value', `${path} (key)`);
      open.push([child, below]);
    }
  }
}

/** A getter or a proxy of the module's may throw: then nothing is returned that could be read. */
function childrenOf(value: unknown): readonly [key: string, child: unknown][] {
  try {
    return isPlain(value) ? Object.entries(value) : [];
  } catch {
    return [];
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The Object.prototype of any realm: the module's is not ours.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
