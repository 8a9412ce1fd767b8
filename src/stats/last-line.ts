import type { Excerpt } from '../model/record.js';
import { oneLine } from './normalize-message.js';

/**
 * The last line that is not empty, without colours; of what was kept, if not all of it was. Empty if there is none. Node
 * ends what it says of an uncaught error with its version: then it is the error's line.
 */
export function lastLine(excerpt: Excerpt | undefined): string {
  if (excerpt === undefined) return '';
  const whole = byteLength(excerpt.head) + byteLength(excerpt.tail) >= excerpt.bytes;
  const parts = whole ? [excerpt.head + excerpt.tail] : [excerpt.tail, excerpt.head];
  for (const part of parts) {
    const lines = part.split(/[\r\n]+/).filter((text) => oneLine(text) !== '');
    const line = VERSION.test(lines.at(-1) ?? '') ? errorLine(lines) : lines.at(-1);
    if (line !== undefined) return oneLine(line);
  }
  return '';
}

const VERSION = /^Node\.js v\d/;
/** `TypeError: …`, `Error [ERR_MODULE_NOT_FOUND]: …`, at the line's beginning: causes are indented. */
const ERROR = /^\[?(?:Uncaught )?[\w.$]*(?:Error|Exception|Rejection)(?: \[\w+\])?(?::|$)/;
/** A line of the stack, of an error's properties' end, or of advice. */
const ASIDE = /^\s*(?:at\s|[\]{}^]+,?\s*$|\(Use `node --trace-)/;

function errorLine(lines: readonly string[]): string | undefined {
  const said = lines.slice(0, -1);
  return (
    said.findLast((text) => ERROR.test(text)) ?? said.findLast((text) => !ASIDE.test(text)) ?? lines.at(-1)
  );
}

/** What a command said last: programs complain on stderr, and a few on stdout. */
export function lastPrinted(printed: { readonly stdout?: Excerpt; readonly stderr?: Excerpt }): string {
  return lastLine(printed.stderr) || lastLine(printed.stdout);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
