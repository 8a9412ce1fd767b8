/*
 * Writes what is derived from the sources: JSON Schemas, and the tables of README.md and docs/thresholds.md between
 * their marks. With --check nothing is written, and stale files are an error.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (path) => join(root, path);
const check = process.argv.includes('--check');

/** The sources are TypeScript, which Node 20 cannot import: compiled to a folder that is removed again. */
async function importSources() {
  mkdirSync(at('build'), { recursive: true });
  const folder = mkdtempSync(at('build/generate-'));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const entries = ['src/config/json-schema.ts', 'src/model/metrics.ts'];
  const project = join(folder, 'tsconfig.json');
  writeFileSync(
    project,
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { noEmit: false, noCheck: true, rootDir: '../..', outDir: 'out', types: [] },
      files: entries.map((entry) => `../../${entry}`),
      include: [],
    }),
  );
  try {
    execFileSync(process.execPath, [tsc, '-p', project], { stdio: ['ignore', 'inherit', 'inherit'] });
    const compiled = (path) => import(pathToFileURL(join(folder, 'out', path)).href);
    return { ...(await compiled('src/config/json-schema.js')), ...(await compiled('src/model/metrics.js')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

function inputsTable({ inputs }) {
  const rows = Object.entries(inputs).map(([name, { description, default: preset }]) => [
    `\`${name}\``,
    description,
    preset === undefined ? '' : `\`${preset}\``,
  ]);
  return table(['Input', 'Meaning', 'Default'], rows);
}

function outputsTable({ outputs }) {
  return table(
    ['Output', 'Meaning'],
    Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description]),
  );
}

const UNITS = {
  ms: 'time',
  bytes: 'size',
  ratio: 'share',
  count: 'count',
  per_second: 'per second',
  bytes_per_minute: 'size per minute',
};

function metricsTable(metrics) {
  const rows = Object.entries(metrics).map(([id, { unit, shape, labelled, sums, meaning }]) => [
    `\`${id}${labelled ? (shape === 'scalar' ? '(N)' : '(NAME)') : ''}${shape === 'distribution' ? `.{avg,min,med,max,pN${sums ? ',sum' : ''}}` : ''}\``,
    UNITS[unit] ?? 'its own',
    meaning,
  ]);
  return table(['Metric', 'Unit', 'Meaning'], rows);
}

/** The text with the part between the marks replaced; as it is if it has no such marks. */
function between(text, name, content) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return text;
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** Formatted, so that what is written passes the lint as it is. */
async function withTables(path, tables) {
  if (!existsSync(at(path))) return [];
  const text = readFileSync(at(path), 'utf8');
  const written = Object.entries(tables).reduce((all, [name, rows]) => between(all, name, rows), text);
  if (!Object.keys(tables).some((name) => text.includes(`<!-- ${name}:start -->`))) return [];
  return [
    { path, content: await format(written, { ...(await resolveConfig(at(path))), filepath: at(path) }) },
  ];
}

async function generated() {
  const { configJsonSchema, resultsJsonSchema, calibrationJsonSchema, METRICS } = await importSources();
  const action = parse(readFileSync(at('action.yml'), 'utf8'));
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  return [
    { path: 'schema/config.schema.json', content: json(configJsonSchema()) },
    { path: 'schema/results.schema.json', content: json(resultsJsonSchema()) },
    { path: 'schema/calibration.schema.json', content: json(calibrationJsonSchema()) },
    ...(await withTables('README.md', { inputs: inputsTable(action), outputs: outputsTable(action) })),
    ...(await withTables('docs/thresholds.md', { metrics: metricsTable(METRICS) })),
  ];
}

const isStale = ({ path, content }) => !existsSync(at(path)) || readFileSync(at(path), 'utf8') !== content;
const stale = (await generated()).filter(isStale);
if (check) {
  for (const { path } of stale) console.error(`${path} is stale: run npm run generate`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { path, content } of stale) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
    console.log(`${path} written`);
  }
}
