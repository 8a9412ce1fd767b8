/** The line of evidence that stands for those left out. */
export function andMore(count: number): string {
  return `and ${count} more`;
}

/** How many things a line of evidence stands for: one, or those that were left out. */
export function countIn(line: string): number {
  const [, left] = /^and (\d+) more$/.exec(line) ?? [];
  return left === undefined ? 1 : Number(left);
}
