import { plain } from '../lib/escape.js';
import { codeOf, messageOf, UserError } from '../lib/errors.js';
import { isMap } from '../lib/fields.js';
import type { ImportedRun } from '../model/imported.js';
import type { Files } from '../system/ports.js';
import { isArtillery, readArtillery } from './artillery.js';
import { isAutocannon, isOha, readAutocannon, readOha } from './http-load.js';
import { isHyperfine, readHyperfine } from './hyperfine.js';
import { isJtlHead, JTL_XML, readJtl, WRITE_CSV } from './jmeter.js';
import { isK6Summary, readK6Summary } from './k6.js';
import { isK6Line, readK6Lines } from './k6-lines.js';
import { type Line, linesOf } from './lines.js';
import {
  isLocustHistory,
  isLocustStatistics,
  readLocustHistory,
  readLocustStatistics,
  whyNoFigures,
} from './locust.js';
import { Unusable } from './told.js';

type Json = Readonly<Record<string, unknown>>;

/** One that is read whole: which it is, its first keys tell. */
interface JsonFormat {
  readonly is: (json: Json) => boolean;
  readonly read: (json: Json) => ImportedRun;
}

const JSON_FORMATS: readonly JsonFormat[] = [
  { is: isK6Summary, read: readK6Summary },
  { is: isHyperfine, read: readHyperfine },
  { is: isArtillery, read: readArtillery },
  { is: isOha, read: readOha },
  { is: isAutocannon, read: readAutocannon },
];

/** Bytes of JSON that is read whole: a summary of some thousand metrics has some MB. */
const LARGEST = 64e6;

const LONGEST_MESSAGE = 1000;

const KNOWN =
  'known are: k6 (--summary-export, handleSummary, --out json), Locust (--csv: _stats.csv, _stats_history.csv), ' +
  'Artillery (--output), JMeter (JTL as CSV), oha (--output-format json), autocannon (--json), hyperfine (--export-json)';

/**
 * Reads what another tool has written, whichever it is: its content tells, not its name.
 * @param name how messages call it
 * @throws UserError that says why it cannot be used
 */
export async function readImport(
  { name, file }: { readonly name: string; readonly file: string },
  files: Pick<Files, 'read' | 'pieces' | 'exists'>,
): Promise<ImportedRun> {
  try {
    const run = await readAny(file, files);
    return { ...run, from: { ...run.from, file: name } };
  } catch (thrown) {
    // It may name what is in the file, and that is anybody's.
    throw new UserError({ file: name, message: plain(whyNot(thrown), LONGEST_MESSAGE) });
  }
}

function whyNot(thrown: unknown): string {
  if (thrown instanceof Unusable) return thrown.message;
  if (thrown instanceof UserError) return thrown.problems[0]?.message ?? '';
  const code = codeOf(thrown);
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'is a folder; name a file';
  if (code === undefined) throw thrown;
  return `cannot be read: ${messageOf(thrown)}`;
}

async function readAny(file: string, files: Pick<Files, 'read' | 'pieces' | 'exists'>): Promise<ImportedRun> {
  const head = await headOf(files.pieces(file));
  const [first = ''] = head.split(/\r?\n/, 1);
  if (head.trim() === '') throw new Unusable(`is empty; ${KNOWN}`);
  if (head.startsWith('\u001F')) throw new Unusable('is compressed; unpack it first, as with gunzip');
  if (head.includes('\0')) throw new Unusable('is no text in UTF-8; write it as UTF-8');
  if (!head.startsWith('{')) return readRows(first, { head, file, files });
  if (isK6Line(parsed(first))) return readK6Lines(linesOf(withoutMark(files.pieces(file))));
  const json = wholeJson((await files.read(file, LARGEST)) ?? '');
  const format = JSON_FORMATS.find(({ is }) => is(json));
  if (format !== undefined) return format.read(json);
  throw new Unusable(`is of no known format, as JSON with the keys ${keysOf(json)}; ${KNOWN}`);
}

interface Rows {
  readonly head: string;
  readonly file: string;
  readonly files: Pick<Files, 'pieces' | 'exists'>;
}

/** Text with a row a line: its first line tells. */
async function readRows(first: string, { head, file, files }: Rows): Promise<ImportedRun> {
  const lines = (path = file): AsyncIterable<Line> => linesOf(withoutMark(files.pieces(path)));
  if (isJtlHead(first)) return readJtl(lines());
  if (isLocustHistory(first)) return readLocustHistory(lines());
  if (isLocustStatistics(first)) {
    // What Locust writes beside it.
    const failures = file.replace(/_stats\.csv$/, '_failures.csv');
    const isBeside = failures !== file && (await files.exists(failures));
    return readLocustStatistics(lines(), isBeside ? lines(failures) : undefined);
  }
  const why = JTL_XML.test(head) ? WRITE_CSV : whyNoFigures(first);
  throw new Unusable(why ?? `is of no known format, as it begins with ${beginning(head)}; ${KNOWN}`);
}

/** The beginning, up to 64 KiB. */
async function headOf(pieces: AsyncIterable<string>): Promise<string> {
  let head = '';
  for await (const piece of withoutMark(pieces)) {
    head += piece;
    if (head.length >= 64_000) break;
  }
  return head.trimStart();
}

/** Some editors and shells begin a file with a byte order mark. */
async function* withoutMark(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const piece of pieces) {
    yield isFirst && piece.startsWith('\uFEFF') ? piece.slice(1) : piece;
    isFirst = false;
  }
}

function beginning(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

function keysOf(json: Json): string {
  const keys = Object.keys(json);
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 40)));
  return keys.length > 5 ? `${shown.join(', ')} and ${keys.length - 5} more` : shown.join(', ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wholeJson(text: string): Json {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    throw new Unusable(`begins like JSON and is none: ${messageOf(thrown)}; it may have been cut off`);
  }
  if (isMap(json)) return json;
  throw new Unusable(`is JSON, and no map; ${KNOWN}`);
}
