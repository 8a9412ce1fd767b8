import type { GrowthDifference } from '../../model/comparison.js';
import { formatBytes, plural } from '../../lib/format.js';

/** "memory of the service grew by 1.1 KB a flow more than main's (0.9 KB … 1.3 KB, 99%) over 2 400 flows". */
export function growthSentence(
  { subject, difference, flows, noise, outcome }: Omit<GrowthDifference, 'sentence'>,
  base: string,
): string {
  const { perFlow, confidence } = difference;
  const [low, high] = perFlow < 0 ? [-difference.high, -difference.low] : [difference.low, difference.high];
  const interval = `${formatBytes(low)} … ${formatBytes(high)}, ${Math.floor(confidence * 100)}%`;
  const effect = `${formatBytes(Math.abs(perFlow))} a flow ${perFlow < 0 ? 'less' : 'more'} than ${base}'s`;
  const told = `${subject} grew by ${effect} (${interval}) over ${plural(flows, 'flow')}`;
  return outcome === 'alike'
    ? `${told}: less than ${formatBytes(noise / flows)} a flow is taken for noise`
    : told;
}
