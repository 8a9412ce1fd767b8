import type { Compared } from '../model/comparison.js';
import { clipped } from './lines.js';

const LONGEST = 50;

/** How people call it; a command or a path may be long. */
export function sideLabel({ label }: Compared['base']): string {
  return clipped(label, LONGEST);
}

/** `main (1a2b3c4)`. */
export function sideName(side: Compared['base']): string {
  const sha = side.sha?.slice(0, 7);
  return sha === undefined || side.label.startsWith(sha) ? sideLabel(side) : `${sideLabel(side)} (${sha})`;
}
