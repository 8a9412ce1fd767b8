/** A line of a CSV file, or several where a field has line breaks. */
export interface CsvRecord {
  /** On which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvProblem {
  readonly line: number;
  /** The end of a sentence that begins with where it is. */
  readonly message: string;
}

interface CsvReading {
  readonly records: readonly CsvRecord[];
  readonly problems: readonly CsvProblem[];
}

/** A field that begins without a quotation mark goes on to the next of these. */
const PLAIN = /[^,\r\n]*/y;
const LINE_BREAK = /\r\n|\r|\n/y;

/**
 * Reads CSV (RFC 4180): commas, quotation marks doubled in quoted fields, any line break. Empty lines are passed over. A
 * quotation mark anywhere else is a problem: readers differ in what they make of it.
 */
export function parseCsv(text: string): CsvReading {
  const records: CsvRecord[] = [];
  const problems: CsvProblem[] = [];
  let at = 0;
  let line = 1;
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const field = (): string | undefined => {
    if (text[at] !== '"') {
      const plain = match(PLAIN);
      if (plain.includes('"')) problems.push({ line, message: STRAY });
      return plain;
    }
    const end = endOfQuoted(text, at);
    if (end === undefined) {
      problems.push({ line, message: 'has a quotation mark that is never closed' });
      return undefined;
    }
    const written = text.slice(at + 1, end);
    at = end + 1;
    if (match(PLAIN) !== '') problems.push({ line, message: BEHIND });
    line += written.split(/\r\n|\r|\n/).length - 1;
    return written.replaceAll('""', '"');
  };
  while (at < text.length) {
    const record = { line, fields: [] as string[] };
    const isEmpty = match(LINE_BREAK) !== '';
    for (let more = !isEmpty; more;) {
      const value = field();
      // Where the rest of the file is within quotation marks, there is nothing more to read.
      if (value === undefined) return { records, problems };
      record.fields.push(value);
      more = text[at] === ',';
      if (more) at += 1;
      else match(LINE_BREAK);
    }
    if (!isEmpty) records.push(record);
    line += 1;
  }
  return { records, problems };
}

const STRAY =
  'has a quotation mark in a field that does not begin with one; write the whole field in quotation marks, and those in it twice';
const BEHIND = 'has text behind the closing quotation mark of a field; write quotation marks within it twice';

/** The place of the closing quotation mark of a field that begins with one. */
function endOfQuoted(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return undefined;
}
