import type { TextPlace } from './thresholds.js';

/** From the top of the config to a value in it. */
export type Path = readonly (string | number)[];

/** Something wrong with a value of the config, before it is known where in the file that stands. */
export interface Finding {
  readonly path: Path;
  /** The end of a sentence that begins with where it is. */
  readonly message: string;
  /** The problem is a key of the map at the path, not its value. */
  readonly key?: string;
  /** Inside the value, if that is text. */
  readonly place?: TextPlace;
}

/** `scenarios.checkout.thresholds[2]` */
export function formatPath(path: Path): string {
  return path
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : `${index === 0 ? '' : '.'}${segment}`,
    )
    .join('');
}

/** What others wrote, in a message: one line without control characters, so that it can pose as nothing else. */
export function oneLine(message: string): string {
  const line = message.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
