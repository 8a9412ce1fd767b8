import { headerFault, urlFault } from '../flows/http/sendable.js';
import { toJson } from '../lib/json.js';
import { didYouMean } from '../lib/nearest.js';
import { cellOf, columnsIn, template, textOf } from '../lib/template.js';
import type { DataRow, HttpRequestPlan } from '../model/plan.js';
import { problemOfRow, type ReadRow, type RowProblem } from './rows.js';

/* What requests ask of the rows that they are filled in from. */

interface RowsOfFile {
  /** As the scenario names it. */
  readonly name: string;
  /** At least one. */
  readonly rows: readonly ReadRow[];
}

/** A problem of a row, or of the requests (`where`). */
type RequestProblem = RowProblem & { readonly where?: 'http' };

/** Everything that could not be filled in or sent. */
export function requestProblems(
  requests: readonly HttpRequestPlan[],
  data: RowsOfFile | undefined,
): readonly RequestProblem[] {
  const columns = [...new Set(requests.flatMap(textsOf).flatMap(columnsIn))];
  if (data === undefined) {
    return columns.map((column) =>
      ofRequests(`{{data.${column}}} is a value of a row, and there is no data; write data: users.csv`),
    );
  }
  if (requests.length > 0 && columns.length === 0) {
    return [ofRequests(`no request uses a row of ${data.name}; write {{data.NAME}}, or leave data out`)];
  }
  const problems = columns.flatMap((column) => missing(column, data));
  if (problems.length > 0) return problems;
  const broken = columns.flatMap((column) => illFormed(column, data));
  if (broken.length > 0) return broken;
  return requests.flatMap((request) => unsendable(request, data));
}

function ofRequests(message: string): RequestProblem {
  return { where: 'http', message };
}

function textsOf({ url, headers, body = '', expect }: HttpRequestPlan): readonly string[] {
  const { body: text, headers: expected = {}, json = {} } = expect;
  const patterns = [...(text === undefined ? [] : [text]), ...Object.values(expected)];
  const inPatterns = patterns.map((pattern) => (pattern.kind === 'text' ? pattern.text : ''));
  return [url, ...Object.values(headers), body, ...inPatterns, toJson(json)];
}

/** A column that no row has is unknown; one that some do not have is missing there. */
function missing(column: string, { name, rows }: RowsOfFile): readonly RequestProblem[] {
  const without = rows.flatMap((row, index) =>
    cellOf(row.values, column) === undefined ? [problemOfRow(row, index, `has no ${column}`)] : [],
  );
  if (without.length < rows.length) return without;
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const known = `; columns are ${columns.slice(0, MOST_NAMED).join(', ')}${columns.length > MOST_NAMED ? ', …' : ''}`;
  const nearest = didYouMean(column, columns);
  return [ofRequests(`{{data.${column}}}: ${name} has no column ${column}${nearest}${known}`)];
}

const MOST_NAMED = 20;

/** JSON can write half of a surrogate pair, which is no character: no request can carry it. */
function illFormed(column: string, { rows }: RowsOfFile): readonly RowProblem[] {
  return rows.flatMap((row, index) =>
    textOf(cellOf(row.values, column) ?? '').isWellFormed()
      ? []
      : [problemOfRow(row, index, `${column} holds half of a surrogate pair, which is no character`)],
  );
}

/** Rows that make a URL or a header of what cannot be sent. */
function unsendable({ url, headers, name }: HttpRequestPlan, { rows }: RowsOfFile): readonly RowProblem[] {
  const asksIn = (text: string): boolean => columnsIn(text).length > 0;
  const ofUrl = asksIn(url) ? [{ what: 'url', fault: (row: DataRow) => urlFault(url, row) }] : [];
  const ofHeaders = Object.entries(headers)
    .filter(([, value]) => asksIn(value))
    .map(([header, value]) => ({
      what: header,
      fault: (data: DataRow) => headerFault(template(value)({ token: '', flow: '1', iteration: '1', data })),
    }));
  const texts = [...ofUrl, ...ofHeaders];
  return rows.flatMap((row, index) =>
    texts.flatMap(({ what, fault }) => {
      const message = fault(row.values);
      return message === undefined ? [] : [problemOfRow(row, index, `${what} of ${name} ${message}`)];
    }),
  );
}
