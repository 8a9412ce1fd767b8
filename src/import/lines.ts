import { parseCsv } from '../data/csv.js';
import { Unusable } from './told.js';

/* Lines and records of a file that is read piece by piece. */

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** Characters: no tool writes a line as long. */
const LONGEST = 1_000_000;

/** The lines of a text that comes in pieces, without their ends. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<Line> {
  let rest = '';
  let number = 0;
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      number += 1;
      yield { text: text.endsWith('\r') ? text.slice(0, -1) : text, number };
    }
    if (rest.length > LONGEST)
      throw new Unusable(`has a line ${number + 1} of more than 1,000,000 characters`);
  }
  if (rest !== '') yield { text: rest, number: number + 1 };
}

export interface Row {
  readonly fields: readonly string[];
  /** Of its first line, from 1. */
  readonly number: number;
}

/** The records of CSV; a field in quotation marks may go over several lines. */
export async function* rowsOf(lines: AsyncIterable<Line>): AsyncGenerator<Row> {
  let open: string[] = [];
  let size = 0;
  let isOpen = false;
  let number = 0;
  for await (const line of lines) {
    if (!isOpen) number = line.number;
    open.push(line.text);
    size += line.text.length;
    if (size > LONGEST)
      throw new Unusable(`has a record in line ${number} of more than 1,000,000 characters`);
    if (line.text.includes('"') && line.text.split('"').length % 2 === 0) isOpen = !isOpen;
    if (isOpen) continue;
    const text = open.length === 1 ? line.text : open.join('\n');
    open = [];
    size = 0;
    if (text.trim() === '') continue;
    yield { fields: text.includes('"') ? quoted(text, number) : text.split(','), number };
  }
  if (isOpen) throw new Unusable(`has a quotation mark in line ${number} that is never closed`);
}

function quoted(text: string, number: number): readonly string[] {
  const { records, problems } = parseCsv(text);
  const [problem] = problems;
  if (problem !== undefined) throw new Unusable(`has line ${number}, which ${problem.message}`);
  return records[0]?.fields ?? [];
}
