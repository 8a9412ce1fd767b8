import { hash, words } from './text.js';

/** Texts as rows of one matrix, each of length 1: what an embedding model would return. */
export interface Vectors {
  readonly rows: number;
  readonly dimensions: number;
  readonly values: Float32Array;
}

/** Feature hashing: each word adds ±1 at the place that its hash names (Weinberger et al., ICML 2009). */
export function embed(texts: readonly string[], dimensions: number): Vectors {
  const values = new Float32Array(texts.length * dimensions);
  texts.forEach((text, row) => {
    const vector = values.subarray(row * dimensions, (row + 1) * dimensions);
    const places = new Set<number>();
    for (const word of words(text)) {
      const code = hash(word);
      const at = code % dimensions;
      vector[at] = (vector[at] ?? 0) + (code & 0x80000000 ? -1 : 1);
      places.add(at);
    }
    normalise(vector, places);
  });
  return { rows: texts.length, dimensions, values };
}

/** All other places are 0. */
function normalise(vector: Float32Array, places: ReadonlySet<number>): void {
  let square = 0;
  for (const at of places) {
    square += (vector[at] ?? 0) ** 2;
  }
  const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
  for (const at of places) {
    vector[at] = (vector[at] ?? 0) * scale;
  }
}

/** The rows most like the text, best first, with their cosine. */
export function nearest(
  vectors: Vectors,
  text: string,
  count: number,
): readonly { readonly row: number; readonly cosine: number }[] {
  const { rows, dimensions, values } = vectors;
  const query = embed([text], dimensions).values;
  const found = Array.from({ length: rows }, (_, row) => ({
    row,
    cosine: dot(values.subarray(row * dimensions, (row + 1) * dimensions), query),
  }));
  return found.sort((a, b) => b.cosine - a.cosine).slice(0, count);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) {
    sum += (a[at] ?? 0) * (b[at] ?? 0);
  }
  return sum;
}
