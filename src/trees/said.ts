import { oneLine } from '../stats/normalize-message.js';

/** The last line that says something, for a message. */
export function lastOf(printed: string): string {
  const line = printed
    .split(/[\r\n]+/)
    .map(oneLine)
    .findLast((text) => text !== '');
  return (line ?? 'it said nothing').slice(0, 400);
}

/** A commit as people name it. */
export function short(sha: string): string {
  return sha.slice(0, 7);
}
