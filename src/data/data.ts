import { countTurns, drawParts } from '../flows/mix.js';
import { codeOf, formatProblem, messageOf, type Problem, UserError } from '../lib/errors.js';
import { seededRandom } from '../lib/random.js';
import { ExactNumber, isSameNumber, type JsonValue } from '../model/json.js';
import type { DataPlan, DataRow, MixWork, ScenarioPlan } from '../model/plan.js';
import type { Files } from '../system/ports.js';
import { requestProblems } from './requests.js';
import { formatOf, LARGEST_FILE, problemOfRow, type ReadRow, readRows, type RowProblem } from './rows.js';

/** What the flows of a scenario are given. */
export interface Data {
  readonly count: number;
  /** The row of the n-th flow, from 1. After the last row comes the first again, and before the first the last. */
  readonly rowOf: (n: number) => DataRow | undefined;
}

type DataScenario = Pick<ScenarioPlan, 'data' | 'work' | 'seed'>;

/** More is nobody told of one file. */
const MOST_PROBLEMS = 10;

/**
 * For a run: undefined for a scenario without data. The file was looked at when the config was read, unless `prepare` was
 * to make it. Throws Error with all that is wrong, on one line.
 */
export async function openData(
  scenario: DataScenario,
  files: Pick<Files, 'read'>,
): Promise<Data | undefined> {
  const { work, seed } = scenario;
  return work.kind === 'mix' ? openDataOfParts(work, seed, files) : openRows(scenario, files);
}

/** Each part has its own: its first flow takes the first row, and so on. */
async function openDataOfParts(
  { parts }: MixWork,
  seed: number,
  files: Pick<Files, 'read'>,
): Promise<Data | undefined> {
  if (parts.every(({ data }) => data === undefined)) return undefined;
  const partOf = drawParts(parts, seed);
  const turnOf = countTurns(partOf);
  const opened = await Promise.all(
    parts.map(async ({ name, work, data }) => [name, await openRows({ work, data, seed }, files)] as const),
  );
  const byPart = new Map(opened);
  return {
    count: Math.min(...opened.flatMap(([, data]) => data?.count ?? [])),
    rowOf: (n) => byPart.get(partOf(n))?.rowOf(turnOf(n)),
  };
}

async function openRows(scenario: DataScenario, files: Pick<Files, 'read'>): Promise<Data | undefined> {
  const { data } = scenario;
  try {
    const rows = await readDataFile(data, files);
    if (data !== undefined && rows === undefined) throw new Error(`there is no file ${data.file}`);
    return dataFrom(scenario, rows);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new Error(thrown.problems.map(formatProblem).join('; '), { cause: thrown });
  }
}

/** The rows of a file; undefined if there is none. Throws UserError with all that is wrong with it, by the file's name. */
export async function readDataFile(
  data: Pick<DataPlan, 'name' | 'file'> | undefined,
  files: Pick<Files, 'read'>,
): Promise<readonly ReadRow[] | undefined> {
  if (data === undefined) return undefined;
  const { name, file } = data;
  let text: string | undefined;
  try {
    text = await files.read(file, LARGEST_FILE);
  } catch (thrown) {
    throw new UserError({ file: name, message: whyUnread(thrown) });
  }
  if (text === undefined) return undefined;
  const { rows, problems } = readRows(text, formatOf(name) ?? 'csv');
  refuse(problems, name);
  return rows;
}

function whyUnread(thrown: unknown): string {
  const [told] = thrown instanceof UserError ? thrown.problems : [];
  if (told !== undefined) return told.message;
  return codeOf(thrown) === 'EISDIR' ? 'is a folder' : `cannot be read: ${messageOf(thrown)}`;
}

/**
 * Rows as the flows of a scenario take them. Throws UserError with what is wrong with them for these flows, or with what
 * requests ask of them (`where` is then `http`).
 */
export function dataFrom(
  { data, work, seed }: DataScenario,
  rows: readonly ReadRow[] | undefined,
): Data | undefined {
  const requests = work.kind === 'http' ? work.requests : [];
  if (data === undefined) refuse(requestProblems(requests, undefined));
  if (data === undefined || rows === undefined) return undefined;
  const { name, order } = data;
  refuse(work.kind === 'http' ? requestProblems(requests, { name, rows }) : [], name);
  refuse(work.kind === 'module' ? rows.flatMap(changedNumbers) : [], name);
  const values = rows.map((row) => (work.kind === 'module' ? (plain(row.values) as DataRow) : row.values));
  const ordered = order === 'shuffle' ? shuffled(values, seed) : values;
  const count = ordered.length;
  return { count, rowOf: (n) => ordered[(((n - 1) % count) + count) % count] };
}

function refuse(problems: readonly (RowProblem & { readonly where?: string })[], name?: string): void {
  if (problems.length === 0) return;
  const told = problems
    .slice(0, MOST_PROBLEMS)
    .map((problem): Problem => (problem.where === undefined ? { ...problem, file: name } : problem));
  const left = problems.length - told.length;
  const rest = left === 0 ? [] : [{ file: name, message: `has ${left} more problems` }];
  throw new UserError([...told, ...rest]);
}

/** Fisher and Yates' shuffle: the same for the same seed. */
function shuffled<T>(values: readonly T[], seed: number): readonly T[] {
  const random = seededRandom(seed);
  const result = [...values];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

/** A double changes 12345678901234567890 to 12345678901234567000. */
function changedNumbers(row: ReadRow, index: number): readonly RowProblem[] {
  const changed = numbersIn(row.values).find((text) => !isSameNumber(text, String(Number(text))));
  if (changed === undefined) return [];
  return [
    problemOfRow(
      row,
      index,
      `holds ${changed}, which a module would read as ${Number(changed)}; write it as text`,
    ),
  ];
}

function numbersIn(value: JsonValue): readonly string[] {
  if (value instanceof ExactNumber) return [value.text];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** With numbers as hosts are told them. */
function plain(value: JsonValue): JsonValue {
  if (value instanceof ExactNumber) return Number(value.text);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
