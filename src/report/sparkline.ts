const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** One block a value, scaled from zero to the largest (or to `top`, if that is larger). Not a number counts as zero. */
export function sparkline(values: readonly number[], top = 0): string {
  const largest = values.reduce((most, value) => (value > most ? value : most), top);
  return values.map((value) => block(largest > 0 ? value / largest : 0)).join('');
}

function block(share: number): string {
  const level = Number.isFinite(share) ? Math.round(share * (BLOCKS.length - 1)) : 0;
  return BLOCKS[Math.min(Math.max(level, 0), BLOCKS.length - 1)] ?? BLOCKS[0];
}
