import type { Excerpt } from '../model/flow.js';
import { errorLine, type ErrorLine } from './error-line.js';
import { withoutEscapes } from './escapes.js';
import { oneLine } from './normalize-message.js';

/** Lines that are kept of what a program printed, with the one that says what failed among them. */
const SHOWN = 20;
/** Characters of each. */
const LONGEST = 300;
const LONGEST_READ = 1000;

interface Told {
  /** On one line; empty if nothing was printed. */
  readonly text: string;
  /** What was printed around it. */
  readonly around: readonly string[];
  readonly kind: ErrorLine['kind'] | 'nothing';
}

const SILENT: Told = { text: '', around: [], kind: 'nothing' };

/** The line of a stream that says what failed: the last one where no form of an error is known. Of what was kept, if not all of it was. */
export function lastLine(excerpt: Excerpt | undefined): string {
  return toldBy(excerpt).text;
}

/** What a command said of its failure: programs complain on stderr, and a few on stdout. */
export function lastPrinted(printed: { readonly stdout?: Excerpt; readonly stderr?: Excerpt }): string {
  return toldByBoth(printed).text;
}

/** At most 20 lines, in which that line stands. */
export function linesPrinted(printed: {
  readonly stdout?: Excerpt;
  readonly stderr?: Excerpt;
}): readonly string[] {
  return toldByBoth(printed).around;
}

function toldByBoth({ stdout, stderr }: { readonly stdout?: Excerpt; readonly stderr?: Excerpt }): Told {
  const complained = toldBy(stderr);
  if (complained.kind === 'form' || complained.kind === 'line') return complained;
  const said = toldBy(stdout);
  if (said.kind === 'form') return said;
  return complained.kind === 'ending' || said.kind === 'nothing' ? complained : said;
}

function toldBy(excerpt: Excerpt | undefined): Told {
  if (excerpt === undefined) return SILENT;
  const whole = byteLength(excerpt.head) + byteLength(excerpt.tail) >= excerpt.bytes;
  const parts = whole ? [excerpt.head + excerpt.tail] : [withoutFragment(excerpt.tail), excerpt.head];
  // Long lines are cut before patterns look at them: a pattern may take the square of a line's length.
  const all = parts.map((part) => linesOf(part).map((line) => line.slice(0, LONGEST_READ)));
  for (const lines of all) {
    const found = errorLine(lines);
    const text = found === undefined ? '' : oneLine(found.text);
    if (found !== undefined && text !== '')
      return { text, around: around(lines, found.at), kind: found.kind };
  }
  return SILENT;
}

/** Behind the gap the first line lacks its beginning, and says nothing unless it is the only one. */
function withoutFragment(tail: string): string {
  const end = tail.indexOf('\n');
  return end >= 0 && tail.slice(end).trim() !== '' ? tail.slice(end + 1) : tail;
}

function linesOf(part: string): readonly string[] {
  return withoutEscapes(part).split(/[\r\n]+/);
}

function around(lines: readonly string[], at: number): readonly string[] {
  const first = Math.max(0, Math.min(at - SHOWN / 2, lines.length - SHOWN));
  return lines
    .slice(first, first + SHOWN)
    .map((line) => line.slice(0, LONGEST))
    .filter((line) => line.trim() !== '');
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
