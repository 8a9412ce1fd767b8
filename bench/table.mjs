/** What the rounds of a bench come to, as a Markdown table. */
import { shareBounds } from './exact.mjs';
import { median, noise, ratio } from './measure.mjs';

/** A reference that spreads more than this within one run tells nothing about a ratio near its limit. */
const TOO_NOISY = 0.15;

/** A bench with `columns` gives figures of its own kind, such as errors against a truth; another a time or a rate. */
export function tableOf(bench, rows, rounds) {
  return bench.columns === undefined ? ratioTable(bench, rows, rounds) : figureTable(bench, rows);
}

/** One number a round, against the first peer. */
function ratioTable({ unit }, rows, rounds) {
  const [ours] = rows;
  const lines = rows.map(({ name, missing, values }) =>
    missing === undefined
      ? `| ${name} | ${median(values).toPrecision(3)} | ±${(noise(values) * 100).toFixed(0)}% | ${ratio(ours.values, values).toFixed(2)} |`
      : `| ${name} | ${missing} | | |`,
  );
  const noisy = rows
    .filter(({ values }) => values.length > 0 && noise(values) > TOO_NOISY)
    .map(({ name }) => name);
  return [
    `| | ${unit}, median of ${rounds} | spread | ${ours.name} ÷ it |`,
    '|:--|--:|--:|--:|',
    ...lines,
    ...(noisy.length === 0 ? [] : ['', `The machine was too noisy to tell for: ${noisy.join(', ')}.`]),
  ].join('\n');
}

/**
 * Each round is {column: number}; a peer that can not tell a figure leaves it out. Medians over the rounds; means with
 * `mean`, for what is a yes or a no in each round. What is counted is [count, of how many] and is added up, with the bounds
 * of its rate, 95% each.
 */
function figureTable({ columns, mean }, rows) {
  const middle = mean ? (values) => values.reduce((sum, value) => sum + value, 0) / values.length : median;
  const cell = (values, column) => {
    const known = values.map((figures) => figures[column]).filter((value) => value !== undefined);
    if (known.length === 0) return '–';
    return Array.isArray(known[0]) ? counted(known) : shown(middle(known));
  };
  return [
    `| | ${columns.join(' | ')} |`,
    `|:--|${columns.map(() => '--:').join('|')}|`,
    ...rows.map(({ name, missing, values }) =>
      missing === undefined
        ? `| ${name} | ${columns.map((column) => cell(values, column)).join(' | ')} |`
        : `| ${name} | ${missing} |${' |'.repeat(columns.length - 1)}`,
    ),
  ].join('\n');
}

function counted(known) {
  const [count, of] = known.reduce(([hits, all], [hit, each]) => [hits + hit, all + each], [0, 0]);
  if (of === 0) return '–';
  const { low, high } = shareBounds(count, of);
  const percent = (share) => (share * 100).toFixed(1);
  return `${count} of ${of} (${percent(low)} … ${percent(high)}%)`;
}

/** Three digits, but all of a whole number. */
function shown(value) {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return value.toFixed(0);
  return Math.abs(value) < 1e-4 ? value.toExponential(0) : value.toPrecision(3);
}
