/** The square of them is what an interval by ranks takes. */
const MOST = 400;

/** At most 400 of the values, evenly spread over all of them. */
export function thinned<T>(values: readonly T[]): readonly T[] {
  const step = Math.max(1, values.length / MOST);
  return Array.from(
    { length: Math.min(MOST, values.length) },
    (_, index) => values[Math.floor(index * step)] as T,
  );
}
