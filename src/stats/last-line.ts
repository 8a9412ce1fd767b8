import type { Excerpt } from '../model/record.js';
import { oneLine } from './normalize-message.js';

/** The last line that is not empty, without colours; of what was kept, if not all of it was. Empty if there is none. */
export function lastLine(excerpt: Excerpt | undefined): string {
  if (excerpt === undefined) return '';
  const whole = byteLength(excerpt.head) + byteLength(excerpt.tail) >= excerpt.bytes;
  const parts = whole ? [excerpt.head + excerpt.tail] : [excerpt.tail, excerpt.head];
  for (const part of parts) {
    const line = part.split(/[\r\n]+/).findLast((text) => oneLine(text) !== '');
    if (line !== undefined) return oneLine(line);
  }
  return '';
}

/** What a command said last: programs complain on stderr, and a few on stdout. */
export function lastPrinted(printed: { readonly stdout?: Excerpt; readonly stderr?: Excerpt }): string {
  return lastLine(printed.stderr) || lastLine(printed.stdout);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
