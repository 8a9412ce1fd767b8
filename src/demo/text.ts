/** The words of a text, in lower case, in order. */
export function words(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

/**
 * Flesch reading ease: 100 is very easy, 0 is very hard, usual prose is about 60.
 * R. Flesch, "A new readability yardstick", 1948. Undefined for a text without a word.
 */
export function readingEase(text: string): number | undefined {
  const all = words(text);
  if (all.length === 0) {
    return undefined;
  }
  const sentences = Math.max(1, text.split(/[.!?]+(?:\s|$)/u).filter((part) => part.trim() !== '').length);
  const syllables = all.reduce((sum, word) => sum + syllablesOf(word), 0);
  return 206.835 - (1.015 * all.length) / sentences - (84.6 * syllables) / all.length;
}

/** Groups of vowels, without a silent e at the end: right for most English words. */
function syllablesOf(word: string): number {
  const groups = word.replace(/e$/u, '').match(/[aeiouy]+/gu);
  return Math.max(1, groups?.length ?? 0);
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}

/** The share of three-word sequences that occur more than once: 0 for a text that never repeats itself. */
export function repetition(text: string): number {
  const all = words(text);
  const seen = new Set<number>();
  let repeated = 0;
  for (let at = 2; at < all.length; at += 1) {
    const triple = hash(`${all[at - 2] ?? ''} ${all[at - 1] ?? ''} ${all[at] ?? ''}`);
    repeated += seen.has(triple) ? 1 : 0;
    seen.add(triple);
  }
  return all.length < 3 ? 0 : repeated / (all.length - 2);
}
