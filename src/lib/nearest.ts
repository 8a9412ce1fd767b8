import { distance } from 'fastest-levenshtein';

/**
 * The name that was probably meant: at most a third of its letters differ (and two always may), upper and lower case
 * count as the same. Undefined if nothing is near.
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  for (const name of names) {
    const edits = distance(written.toLowerCase(), name.toLowerCase());
    if (edits < fewest) [best, fewest] = [name, edits];
  }
  // A word of one letter is one edit away from every other: that is no likeness.
  const allowed = written.length <= 2 ? written.length - 1 : Math.max(2, Math.floor(written.length / 3));
  return fewest <= allowed ? best : undefined;
}

/** `; did you mean NAME?`, or else the fallback. */
export function didYouMean(written: string, names: readonly string[], fallback = ''): string {
  const name = nearest(written, names);
  return name === undefined ? fallback : `; did you mean ${name}?`;
}
