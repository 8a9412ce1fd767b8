import type { Buffer } from 'node:buffer';
import type { CanaryPlace, SeenToken, TokensSeen } from '../model/checks.js';
import { type MetToken, prefixOf, TokenScanner } from './token-scanner.js';

/** Sightings kept of one flow. */
const KEPT = 20;
/** Beyond this many different ones they are no longer counted. */
const TOLD_APART = 1000;

const NOTHING_SEEN: TokensSeen = { own: false, others: [], count: 0, missed: false };
const OWN_SEEN: TokensSeen = { ...NOTHING_SEEN, own: true };

/**
 * Looks for the tokens of others in all that one flow sees. What only looks like another's is let be: its own with
 * digits behind it (`fg-RUN-1` and a 2), and its own cut short where a stream ends.
 */
export class FlowCanary {
  readonly #own: string;
  readonly #prefix: Buffer;
  readonly #open: TokenScanner[] = [];
  #hasOwn = false;
  #missed = false;
  #count = 0;
  #others: SeenToken[] | undefined;
  #known: Set<string> | undefined;

  /** `prefix`: that of the flow's token, where it is at hand. */
  constructor(own: string, prefix: Buffer = prefixOf(own)) {
    this.#own = own;
    this.#prefix = prefix;
  }

  /** Searches one stream. */
  listen(place: CanaryPlace, where?: string): TokenScanner {
    const scanner = new TokenScanner(this.#prefix, (met) => {
      this.#meet(met, place, where);
    });
    this.#open.push(scanner);
    return scanner;
  }

  /** Searches a short text. */
  text(text: string, place: CanaryPlace, where: string): void {
    if (!text.includes('fg-')) return;
    const scanner = this.listen(place, where);
    scanner.data(new TextEncoder().encode(text));
    scanner.end();
  }

  /** Not all could be searched. */
  missed(): void {
    this.#missed = true;
  }

  /** When all its streams are over. */
  seen(): TokensSeen {
    for (const scanner of this.#open) {
      scanner.end();
      if (scanner.skipped > 0) this.#missed = true;
    }
    this.#open.length = 0;
    if (this.#others === undefined && !this.#missed) return this.#hasOwn ? OWN_SEEN : NOTHING_SEEN;
    return { own: this.#hasOwn, others: this.#others ?? [], count: this.#count, missed: this.#missed };
  }

  #meet({ token, at, context, last }: MetToken, place: CanaryPlace, where: string | undefined): void {
    if (token === this.#own) this.#hasOwn = true;
    if (token.startsWith(this.#own) || (last && this.#own.startsWith(token))) return;
    const key = `${token} ${place} ${where ?? ''}`;
    const known = (this.#known ??= new Set());
    if (known.has(key) || known.size === TOLD_APART) return;
    known.add(key);
    this.#count += 1;
    const others = (this.#others ??= []);
    if (others.length >= KEPT) return;
    const offset = place === 'return value' || place === 'file name' ? {} : { at };
    others.push({ token, place, where, ...offset, context: context() });
  }
}

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
