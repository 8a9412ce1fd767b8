/**
 * The line that says what failed, in what a program printed: not the last one of a stack, of an object's properties, of a
 * summary or of what started it. Each form is that of a runtime or a tool that prints it.
 */

interface Found {
  readonly at: number;
  readonly text: string;
}

/** What was found, with the line that it stands in. */
export interface ErrorLine extends Found {
  /**
   * `form`: as a runtime or a tool prints an error. `line`: the last line. `ending`: how a process ended, as a shell or
   * make says it. `wrapper`: what npm says of a script.
   */
  readonly kind: 'form' | 'line' | 'ending' | 'wrapper';
}

/** Characters, where lines are joined. */
const LONGEST = 400;
/** Lines of a message that are looked through for its beginning or its end. */
const MOST_LINES = 20;

/**
 * Undefined if no line tells, as in a stack that lost its head.
 * @param lines without colours; white space at their beginning counts
 */
export function errorLine(lines: readonly string[]): ErrorLine | undefined {
  const said = withoutTrailers(lines);
  const found = FORMS.flatMap((form) => form(lines) ?? []);
  const last = found.toSorted((one, other) => other.at - one.at)[0];
  const known = last ?? stackHead(said) ?? compilerError(said);
  if (known !== undefined) return { ...known, kind: 'form' };
  const line = lastOf(said);
  if (line !== undefined) return { ...line, kind: 'line' };
  // Somebody who started the program says that it failed, and nobody says why.
  const npm = npmError(lines);
  if (npm !== undefined) return { ...npm, kind: 'wrapper' };
  const ended = lastOf(lines.map((text) => (WRAPPED.test(text) || ASIDE.test(text) ? '' : text)));
  return ended && { ...ended, kind: 'ending' };
}

/** What Node warns of, with its hint: no reason why a process ended. */
const ASIDE = /^\(Use `node --trace-|^\(node:\d+\) .*Warning: /;

const WRAPPED =
  /^npm (?:ERR!|error|notice|warn|WARN)|^error Command failed with exit code \d+\.$|^info Visit https:\/\/yarnpkg\.com|^\s*ELIFECYCLE /;

/** What somebody who started the program says of its failure, or the runtime below it. */
const TRAILERS: readonly RegExp[] = [
  /^\s*$/,
  /^Node\.js v\d/,
  ASIDE,
  WRAPPED,
  // `go run`, make, and the shell that tells how a child was ended.
  /^exit status \d+$/,
  /^g?make(?:\[\d+\])?: (?:\*\*\*|Leaving|Entering) /,
  /^\S+: line \d+: +\d+ (?:Aborted|Killed|Terminated|Segmentation fault|Bus error|Illegal instruction|Floating point exception|Trace\/breakpoint trap|Hangup)\b/,
  /^(?:Aborted|Killed|Segmentation fault)(?: \(core dumped\))?$/,
  /^note: (?:run with|Some details are omitted)/,
  /^\d+ errors?(?: generated\.)?$/,
  /^error: compilation failed$/,
];

const FRAMES: readonly RegExp[] = [
  /^\s+at\s/,
  /^\s+\.\.\. \d+ (?:more|common frames omitted)/,
  /^\s+--- End of (?:inner exception|stack trace)/,
  // Perl's Carp, Ruby.
  /^\s+.* called at .* line \d+/,
  /^\s+from \S+:\d+/,
];
const CAUSE = /^\s*(?:Caused by|Suppressed): |^ ---> /;
/** The rest of an object that was printed below its stack. */
const PROPERTY = /^\s*(?:[\]})]+[,;]?$|\[?[\w']+\]?: )/;

const isFrame = (line: string): boolean => FRAMES.some((frame) => frame.test(line));

/** `TypeError: …`, `[AggregateError: …]`, `java.io.IOException`, `J5$Refused: …`, after a text of its own or not. */
const ERROR =
  /^(?:Exception in thread |Uncaught )|(?:^|[\s[])[\w.$]*(?:Error|Exception|Rejection|Failure|Fault|Panic)(?: \[\w+\])?(?::|\]|$)|^[\w.]*[A-Z]\w*(?:\$\w+)?: /;

type Form = (lines: readonly string[]) => Found | undefined;

/** Node says of an error that nobody caught where it was thrown, with a caret below the place, then what it was. */
const nodeUncaught: Form = (lines) => {
  const end = lines.findLastIndex((line) => /^Node\.js v\d/.test(line));
  const caret = lines.slice(0, Math.max(0, end)).findLastIndex((line) => /^\s*\^+\s*$/.test(line));
  if (caret < 0) return undefined;
  const at = nextSaid(lines, caret + 1);
  if (at === undefined || at >= end) return undefined;
  const text = joined(lines, at);
  const [, reason] = /rejected with the reason "(.*)"/.exec(text) ?? [];
  if (reason !== undefined)
    return { at, text: `UnhandledPromiseRejection: ${reason.replace(/"\.\]?.*$/, '')}` };
  const cause = lines.slice(at, end).find((line) => /^\s*\[cause\]: /.test(line));
  const errors = lines.slice(at, end).findIndex((line) => /^\s*\[errors\]: \[/.test(line));
  const inner = cause?.replace(/^\s*\[cause\]: /, '') ?? (errors < 0 ? undefined : lines[at + errors + 1]);
  return { at, text: withCause(text, inner) };
};

const goPanic: Form = (lines) => {
  const stack = lines.findIndex((line) => /^goroutine \d+ .*\[/.test(line));
  const at = lines.slice(0, Math.max(0, stack)).findIndex((line) => /^(?:panic|fatal error): /.test(line));
  return at < 0 ? undefined : { at, text: lines[at] ?? '' };
};

const rustPanic: Form = (lines) => {
  const at = lines.findLastIndex((line) => /^thread '.*' (?:\(\d+\) )?panicked at /.test(line));
  if (at < 0) return undefined;
  const line = lines[at] ?? '';
  // Until Rust 1.72 the message stood in this line.
  const [, quoted] = /panicked at '(.*)', \S+$/.exec(line) ?? [];
  return { at, text: `panicked: ${quoted ?? lines[at + 1] ?? ''}` };
};

/** A traceback's frames are indented, what was raised is not. The last traceback is the one that ended the program. */
const pythonTraceback: Form = (lines) => {
  const group = lines.findLastIndex((line) => /^\s*\+ Exception Group Traceback/.test(line));
  if (group >= 0) return pythonGroup(lines, group);
  const start = lines.findLastIndex((line) => /^Traceback \(most recent call last\):/.test(line));
  if (start < 0) return undefined;
  const at = lines.findIndex((line, index) => index > start && /^\S/.test(line));
  return at < 0 ? undefined : { at, text: lines[at] ?? '' };
};

function pythonGroup(lines: readonly string[], start: number): Found | undefined {
  const raised = (line: string): string | undefined =>
    /^[\s|+]*\| ([A-Za-z_][\w.]*(?:: .*)?)$/.exec(line)?.[1];
  const isSaid = (line: string): boolean =>
    raised(line) !== undefined && !/\| (?:File|Traceback|The above|During handling) ?/.test(line);
  const at = lines.findIndex((line, index) => index > start && isSaid(line));
  if (at < 0) return undefined;
  const leaf = lines.findIndex((line, index) => index > at && isSaid(line) && !/ExceptionGroup: /.test(line));
  return {
    at,
    text: withCause(raised(lines[at] ?? '') ?? '', leaf < 0 ? undefined : raised(lines[leaf] ?? '')),
  };
}

/** `shop.rb:4:in 'place': no stock (RuntimeError)`; what it was raised for comes below. */
const rubyError: Form = (lines) => {
  const said = (line: string): boolean => /^\S+:\d+:in [`'].*: .* \([A-Z][\w:]*\)$/.test(line);
  const at = lines.findIndex(said);
  if (at < 0) return undefined;
  const last = lines.findLastIndex(said);
  return { at, text: withCause(lines[at] ?? '', last > at ? lines[last] : undefined) };
};

const phpError: Form = (lines) => {
  const at = lines.findLastIndex((line) => /^(?:PHP )?(?:Fatal|Parse|Recoverable fatal) error: /.test(line));
  return at < 0 ? undefined : { at, text: lines[at] ?? '' };
};

const dotnet: Form = (lines) => {
  const at = lines.findLastIndex((line) => /^Unhandled exception[.:] /i.test(line));
  if (at < 0) return undefined;
  const cause = lines.findLast((line, index) => index > at && /^ ---> /.test(line));
  return { at, text: withCause(lines[at] ?? '', cause?.replace(/^ ---> /, '')) };
};

/** The first test that failed: pytest's summary, `go test`, TAP and Node's own, jest. */
const testFailure: Form = (lines) => {
  const at = lines.findIndex((line) =>
    /^(?:FAILED|ERROR) \S+(?: - |$)|^--- FAIL: |^not ok \d|^✖ \S/.test(line),
  );
  if (at >= 0) {
    const next = lines[at + 1] ?? '';
    return {
      at,
      text:
        /^--- FAIL/.test(lines[at] ?? '') && /^\s+\S/.test(next)
          ? `${lines[at] ?? ''}: ${next}`
          : (lines[at] ?? ''),
    };
  }
  const jest = lines.findIndex((line) => /^\s+● .+ › /.test(line));
  const why = jest < 0 ? undefined : nextSaid(lines, jest + 1);
  if (jest < 0 || why === undefined) return undefined;
  return { at: jest, text: `${lines[jest] ?? ''}: ${lines[why] ?? ''}` };
};

const FORMS: readonly Form[] = [
  nodeUncaught,
  goPanic,
  rustPanic,
  pythonTraceback,
  rubyError,
  phpError,
  dotnet,
  testFailure,
];

/** What stands above a stack that ends what was said: of Java, of Node where the error was logged, of Perl. */
function stackHead(lines: readonly string[]): Found | undefined {
  const isBelow = (line: string): boolean => isFrame(line) || CAUSE.test(line);
  const lastFrame = lines.findLastIndex(isFrame);
  if (lastFrame < 0 || lines.slice(lastFrame + 1).some((line) => !PROPERTY.test(line))) return undefined;
  let first = lastFrame;
  while (first > 0 && (isBelow(lines[first - 1] ?? '') || /^\s*$/.test(lines[first - 1] ?? ''))) first -= 1;
  // All that is left is stack: its head was cut off.
  if (first === 0) return undefined;
  const above = lines.slice(Math.max(0, first - MOST_LINES), first);
  const header = above.findLastIndex((line) => ERROR.test(line));
  const at = header < 0 ? first - 1 : first - above.length + header;
  const causes = lines.slice(first, lastFrame + 1).filter((line) => CAUSE.test(line));
  return { at, text: withCause(joined(lines, at), causes.at(-1)?.replace(CAUSE, '')) };
}

/** The first of them: the others often follow from it. */
function compilerError(lines: readonly string[]): Found | undefined {
  const at = lines.findIndex((line) =>
    /^\S+?(?::\d+(?::\d+)?|\(\d+,\d+\)): (?:fatal )?error\b|^error\[\w+\]: |^error: (?!could not compile|aborting)/.test(
      line,
    ),
  );
  return at < 0 ? undefined : { at, text: lines[at] ?? '' };
}

function lastOf(lines: readonly string[]): Found | undefined {
  const at = lines.findLastIndex((line) => line.trim() !== '' && !isFrame(line));
  return at < 0 ? undefined : { at, text: lines[at] ?? '' };
}

/** npm alone: what it says first is why. */
function npmError(lines: readonly string[]): Found | undefined {
  const aside = /^npm (?:ERR!|error)(?: (?:code|errno|syscall|path|command|A complete log)\b.*)?\s*$/;
  const at = lines.findIndex((line) => /^npm (?:ERR!|error)/.test(line) && !aside.test(line));
  return at < 0 ? undefined : { at, text: lines[at] ?? '' };
}

/** Those at the end that say no more than that something failed. */
function withoutTrailers(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => !TRAILERS.some((trailer) => trailer.test(line))) + 1);
}

/** A line that ends with a colon, or only opens an object, goes on until its stack. */
function joined(lines: readonly string[], at: number): string {
  const [first = '', ...more] = lines.slice(at, at + MOST_LINES);
  if (!/:\s*$|^[[{(]$/.test(first)) return first.replace(/ \{$/, '');
  const end = more.findIndex(isFrame);
  return [first, ...(end < 0 ? more : more.slice(0, end))].join(' ').slice(0, LONGEST);
}

/** What an error was caused by tells two errors of one text apart: `fetch failed`. */
function withCause(text: string, cause: string | undefined): string {
  const said = cause?.trim().replace(/ \{$/, '') ?? '';
  return said === '' || text.includes(said) ? text : `${text} (${said})`;
}

function nextSaid(lines: readonly string[], from: number): number | undefined {
  const at = lines.findIndex((line, index) => index >= from && line.trim() !== '');
  return at < 0 ? undefined : at;
}
