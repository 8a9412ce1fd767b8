import { Buffer } from 'node:buffer';
import { messageOf } from '../lib/errors.js';
import { formatBytes } from '../lib/format.js';
import { parseJson, RepeatedKey, toJson } from '../lib/json.js';
import { ExactNumber } from '../model/json.js';
import type { DataRow } from '../model/plan.js';
import { parseCsv } from './csv.js';

/* The rows of a file, one for each flow. */

/** Bytes of a file. */
export const LARGEST_FILE = 10e6;
const MOST_ROWS = 100_000;
/** Bytes of a row as JSON: Linux gives no program a variable of 128 KiB or more (execve(2), MAX_ARG_STRLEN). */
const LARGEST_ROW = 100e3;

export interface ReadRow {
  readonly values: DataRow;
  /** In its file, from 1; a list of JSON has none. */
  readonly line?: number;
}

export interface RowProblem {
  /** The end of a sentence that begins with the file and the line. */
  readonly message: string;
  readonly line?: number;
}

/** There are no rows to use where there are problems. */
export interface RowsReading {
  readonly rows: readonly ReadRow[];
  readonly problems: readonly RowProblem[];
}

const READERS = { csv: readCsv, json: readList, ndjson: readLines, jsonl: readLines } as const;

export type RowFormat = keyof typeof READERS;

/** By the extension; undefined if it is that of no format. */
export function formatOf(file: string): RowFormat | undefined {
  const extension = /\.([^.]+)$/.exec(file)?.[1]?.toLowerCase();
  return Object.keys(READERS).find((format): format is RowFormat => format === extension);
}

/** Everything that is wrong with a file, or all of its rows. */
export function readRows(written: string, format: RowFormat): RowsReading {
  const text = written.replace(/^\uFEFF/, '');
  const strange = text.indexOf('\uFFFD');
  if (strange !== -1)
    return refused('holds bytes that are not UTF-8; save it as UTF-8', lineAt(text, strange));
  if (text.trim() === '') return refused(`is empty; ${WANTED[format]}`);
  const { rows, problems } = READERS[format](text);
  if (problems.length > 0) return { rows: [], problems };
  if (rows.length === 0) return refused(`has no rows; ${WANTED[format]}`);
  if (rows.length > MOST_ROWS) {
    return refused(`has ${rows.length} rows; at most ${MOST_ROWS} are read`);
  }
  const message = `has more than ${formatBytes(LARGEST_ROW)} as JSON, the most that a row may have`;
  const large = rows.flatMap((row, index) =>
    Buffer.byteLength(toJson(row.values)) > LARGEST_ROW ? [problemOfRow(row, index, message)] : [],
  );
  return { rows, problems: large };
}

const WANTED: Readonly<Record<RowFormat, string>> = {
  csv: 'write a line with the names of its columns, and a line for each row',
  json: 'write a list of rows, such as [{"user": "ann"}]',
  ndjson: 'write a row a line, such as {"user": "ann"}',
  jsonl: 'write a row a line, such as {"user": "ann"}',
};

/** Of a row that is known by its line, or else by its number (`index` is from 0). */
export function problemOfRow({ line }: Pick<ReadRow, 'line'>, index: number, message: string): RowProblem {
  return line === undefined ? { message: `row ${index + 1}: ${message}` } : { message, line };
}

function refused(message: string, line?: number): RowsReading {
  return { rows: [], problems: [{ message, line }] };
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split(/\r\n|\r|\n/).length;
}

/** The first line names the columns. */
function readCsv(text: string): RowsReading {
  const { records, problems } = parseCsv(text);
  const [header, ...lines] = records;
  if (header === undefined) return { rows: [], problems };
  const columns = header.fields.map((name) => name.trim());
  const ragged = lines.filter(({ fields }) => fields.length !== columns.length);
  const all = [
    ...problems,
    ...headerFaults(columns).map((message) => ({ message, line: header.line })),
    ...ragged.map(({ fields, line }) => ({
      message: `has ${fieldsOf(fields.length)}, and the header has ${fieldsOf(columns.length)}`,
      line,
    })),
  ];
  const rows = lines.map(({ fields, line }) => ({
    values: Object.fromEntries(columns.map((name, index) => [name, fields[index] ?? ''])),
    line,
  }));
  return { rows, problems: all.toSorted((one, other) => one.line - other.line) };
}

function fieldsOf(count: number): string {
  return count === 1 ? '1 field' : `${count} fields`;
}

function headerFaults(columns: readonly string[]): readonly string[] {
  const again = columns.filter((name, index) => name !== '' && columns.indexOf(name) !== index);
  return [
    ...columns.flatMap((name, index) => (name === '' ? [`column ${index + 1} has no name`] : [])),
    ...[...new Set(again)].map(
      (name) => `there are several columns ${JSON.stringify(name)}; give each a name of its own`,
    ),
  ];
}

/** One list of maps. */
function readList(text: string): RowsReading {
  const parsed = parsedJson(text);
  if ('problem' in parsed) return { rows: [], problems: [parsed.problem] };
  if (!Array.isArray(parsed.value))
    return refused('is no list; write the rows in [ ], or one a line in a file .ndjson');
  const values = parsed.value as readonly unknown[];
  const strange = values.flatMap((row, index) => (isRow(row) ? [] : [problemOfRow({}, index, NO_MAP)]));
  return { rows: values.map((row) => ({ values: row as DataRow })), problems: strange };
}

/** A map a line. */
function readLines(text: string): RowsReading {
  const read = text.split(/\r?\n/).flatMap((written, index) => {
    const line = index + 1;
    if (written.trim() === '') return [];
    const parsed = parsedJson(written);
    if ('problem' in parsed) return [{ problem: { ...parsed.problem, line } }];
    const { value } = parsed;
    return [isRow(value) ? { row: { values: value, line } } : { problem: { message: NO_MAP, line } }];
  });
  return {
    rows: read.flatMap(({ row }) => row ?? []),
    problems: read.flatMap(({ problem }) => problem ?? []),
  };
}

const NO_MAP = 'is no map of names and values';

function isRow(value: unknown): value is DataRow {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

function parsedJson(text: string): { readonly value: unknown } | { readonly problem: RowProblem } {
  try {
    return { value: parseJson(text) };
  } catch (thrown) {
    if (thrown instanceof RepeatedKey) return { problem: { message: thrown.message } };
    if (thrown instanceof RangeError) return { problem: { message: 'is nested too deeply' } };
    const [, message = messageOf(thrown), position] =
      /^(.*) at position (\d+)$/s.exec(messageOf(thrown)) ?? [];
    const line = position === undefined ? undefined : lineAt(text, Number(position));
    return { problem: { message: `is not JSON: ${message}`, line } };
  }
}
