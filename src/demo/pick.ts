/** The item that a uniform draw in [0, 1) falls on. */
export function pick<T>(items: readonly [T, ...T[]], draw: number): T {
  return items[Math.floor(draw * items.length)] ?? items[0];
}
