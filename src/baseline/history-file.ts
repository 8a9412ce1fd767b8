import { historyPointSchema, type HistoryPoint } from '../model/history.js';

/** Lines of the file that are kept: the newest ones. At about 1.5 KB each it stays below 8 MB. */
const MOST_LINES = 5000;
/** A longer line is none of ours. */
const LONGEST_LINE = 64_000;

/** The points of a file of JSON lines, in its order; what is not one of ours, a half line say, is passed over. */
export function readPoints(text: string): readonly HistoryPoint[] {
  return linesOf(text).flatMap((line) => {
    const parsed = historyPointSchema.safeParse(parsedJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

/** The file with the points behind what is in it, without those that are there already; the oldest lines fall out. */
export function withPoints(text: string, points: readonly HistoryPoint[]): string {
  const lines = linesOf(text);
  const known = new Set(lines);
  const added = points.map((point) => JSON.stringify(point)).filter((line) => !known.has(line));
  return [...lines, ...added]
    .slice(-MOST_LINES)
    .map((line) => `${line}\n`)
    .join('');
}

/** Of what is in the file nothing is lost but empty lines. */
function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

function parsedJson(line: string): unknown {
  if (line.length > LONGEST_LINE) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
