import pc from 'picocolors';
import { formatClock, formatLeft } from '../lib/format.js';
import type { ComparingProgress } from '../system/ports.js';
import { plain } from './escape.js';
import { clipped, usableWidth } from './lines.js';

/** The live lines of a comparison, of at most `width` characters (40 … 120), without a newline at the end. */
export function renderComparing(
  { scenario, base, pairs, most, nextLook, elapsed, budget, known }: ComparingProgress,
  options: { color: boolean; width: number },
): string {
  const colors = pc.createColors(options.color);
  const width = usableWidth(options.width);
  const clock = formatClock(elapsed);
  const head = clipped(`${plain(scenario, 30)}   against ${plain(base, 40)}`, width - 4 - clock.length);
  const left = formatLeft(Math.max(0, budget - elapsed));
  const look = nextLook === undefined ? '' : `, next look at ${nextLook}`;
  const counts = `pair ${pairs} of at most ${most}${look}, ${left} left at most`;
  const lines =
    known.length === 0
      ? ['nothing is known before the first look']
      : known.map((line) => plain(line, width - 2));
  return [
    `  ${colors.bold(head)}  ${colors.dim(clock)}`,
    clipped(`  ${counts}`, width),
    ...lines.map((line) => clipped(`  ${line}`, width)),
  ].join('\n');
}
