import type { Excerpt } from '../model/flow.js';
import { type ErrorLine, errorLine } from './error-line.js';
import { TOKEN } from './identity.js';

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

interface Variable {
  readonly name: string;
  readonly pattern: RegExp;
  /** What stands in its place; undefined keeps it as it is. */
  readonly placeholder?: string;
}

/** What differs from one occurrence of the same error to the next. The first that matches wins. */
const VARIABLES: readonly Variable[] = [
  {
    // An exit or HTTP status is the kind of error, not an accident of it.
    name: 'status',
    pattern:
      /\b(?:exit(?:ed)?(?: with)?(?: (?:status|code))?|HTTP(?:\/\d(?:\.\d)?)?|status(?: code)?|code)[ :=]{1,3}\d{1,3}\b/,
  },
  {
    name: 'path',
    pattern:
      /(?<![\w/.])(?:\/[\w.~-]+)*?\/(?:tmp|temp|_temp|var\/folders)\/[^\s'"`:,;)\]]+|\b[A-Z]:\\(?:[^\s'"\\]+\\)*?_?Temp\\[^\s'"`:,;)\]]+/,
    placeholder: '<path>',
  },
  {
    name: 'uuid',
    pattern: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/,
    placeholder: '<uuid>',
  },
  {
    name: 'time',
    pattern:
      /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?/,
    placeholder: '<time>',
  },
  { name: 'address', pattern: /\b(?:\d{1,3}\.){3}\d{1,3}\b/ },
  {
    name: 'port',
    pattern: /(?<=localhost|\d\.\d{1,3}):\d{2,5}\b|:\d{4,5}\b/,
    placeholder: ':<port>',
  },
  {
    name: 'hex',
    pattern: /\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}\b/,
    placeholder: '<hex>',
  },
  {
    name: 'duration',
    pattern: /\b\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s|secs?|seconds?|min|minutes?|h|hours?)\b/,
    placeholder: '<duration>',
  },
  {
    // Even a single digit, where a word says that it is one of many.
    name: 'member',
    pattern: /(?<=\b(?:flow|iteration|slot|worker|thread|pid|id)[ =:#-]{1,3})\d+\b|(?<=#)\d+\b/,
    placeholder: '<n>',
  },
  { name: 'number', pattern: /\d{2,}(?:\.\d+)?|\d\.\d{2,}/, placeholder: '<n>' },
];

const ANY = new RegExp(VARIABLES.map(({ name, pattern }) => `(?<${name}>${pattern.source})`).join('|'), 'gi');

/**
 * The kind of an error: its message on one line, with everything that varies replaced by a placeholder. Exit and HTTP
 * statuses are kept. No flow's token makes a kind of its own, whoever's it is.
 */
export function normalizeMessage(message: string): string {
  return oneLine(message).replace(TOKEN, '<token>').replace(ANY, replacement).slice(0, LONGEST);
}

/** Terminal colours and control characters removed, white space joined; at most 2,000 characters. */
export function oneLine(text: string): string {
  return withoutEscapes(text.slice(0, 2000)).replace(CONTROLS, ' ').replace(/\s+/g, ' ').trim();
}

const CONTROLS = /\p{Cc}/gu;

/** The groups that a pattern names come last among a replacer's arguments. */
function replacement(found: string, ...rest: unknown[]): string {
  const groups = rest.at(-1) as Readonly<Partial<globalThis.Record<string, string>>>;
  const variable = VARIABLES.find(({ name }) => groups[name] !== undefined);
  return variable?.placeholder ?? found;
}

/**
 * ECMA-48: CSI … final byte; OSC, DCS, SOS, PM and APC up to BEL or ST; other two-byte and longer escapes. In linear time,
 * which node:util's stripVTControlCharacters does not promise.
 */
const ESCAPES =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])(?:[^\u0007\u001B\u0090\u0098\u009C-\u009F]*(?:\u0007|\u001B\\|\u009C))?|\u001B[ -/]*[0-~]?/gu;

/** Without colours, cursor moves, links and whatever else a terminal would not show. */
export function withoutEscapes(text: string): string {
  return text.replace(ESCAPES, '');
}

/**
 * The runner takes a line for a command if it begins with `::`, after any space, or holds `##[` anywhere. It compares by
 * the rules of a culture, for which invisible characters do not exist: so they do not hide a command here either, and
 * what breaks a command is visible.
 */
const COMMAND = /^[^\p{L}\p{N}\p{P}\p{S}\n\r]*:[\p{C}\p{M}]*:/gmu;
const OLD_COMMAND = /#([\p{C}\p{M}]*#[\p{C}\p{M}]*\[)/gu;

/** The text as a person reads it, without a line that the runner would obey. */
export function inert(text: string): string {
  return text.replaceAll(COMMAND, '› $&').replaceAll(OLD_COMMAND, '# $1');
}
