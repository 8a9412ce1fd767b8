import { TOKEN } from '../lib/token.js';
import { withoutEscapes } from './escapes.js';

/** Longer messages are cut: what tells two errors apart stands at their beginning. */
const LONGEST = 300;

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
