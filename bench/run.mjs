/**
 * Reproduces what README and docs/performance.md claim, side by side with peers.
 *
 *   npm run bench                  all of it, one after another
 *   npm run bench -- NAME…         one target or more; --rounds N, --json FILE
 *   npm run bench -- NAME --title HTTP     those of its tables that have this in their title
 *   npm run bench -- --report FILE what a bench with --log FILE has left there, whatever became of it
 *
 * An interrupt ends it after what is under way, and reports what there is.
 */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fingerprint, noiseStatement, watchNoise } from './machine.mjs';
import { inTurn } from './measure.mjs';
import { tableOf } from './table.mjs';

/** Of a bench that does not say how many it takes itself. */
const ROUNDS = 7;

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    json: { type: 'string' },
    log: { type: 'string' },
    report: { type: 'string' },
    title: { type: 'string', default: '' },
  },
});

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.bench.mjs'));
const all = [];
for (const file of files) {
  // A file is one table, or a list of them under one name.
  const tables = (await import(join(import.meta.dirname, file))).default;
  for (const table of [tables].flat()) all.push({ name: file.replace('.bench.mjs', ''), ...table });
}
const unknown = names.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no bench ${unknown.join(', ')}; there are ${[...new Set(all.map(({ name }) => name))].join(', ')}`,
  );
  process.exit(2);
}

if (options.report !== undefined) {
  reportLogged(options.report);
  process.exit(0);
}

let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isStopped = true));
const log = (title) => (name, value) => {
  if (options.log !== undefined) appendFileSync(options.log, `${JSON.stringify({ title, name, value })}\n`);
};

const results = [];
console.log(`${fingerprint()}\n`);
const isAsked = ({ name, title }) =>
  (names.length === 0 || names.includes(name)) && title.includes(options.title);
for (const bench of all.filter(isAsked)) {
  if (isStopped) break;
  const instrument = bench.missing?.();
  if (instrument !== undefined) {
    console.log(`### ${bench.title}\n\nNot measured: ${instrument}.\n`);
    continue;
  }
  const rounds = Number(options.rounds ?? bench.rounds ?? ROUNDS);
  const noiseUntilNow = bench.untimed ? undefined : watchNoise();
  const rows = await inTurn(bench.peers, rounds, { onValue: log(bench.title), stopped: () => isStopped });
  const noise = noiseUntilNow?.();
  console.log(
    `### ${bench.title}\n\n${tableOf(bench, rows, rounds)}\n\n${bench.target}\n\n${noiseStatement(noise)}\n`,
  );
  const { name, title, unit, target, columns } = bench;
  results.push({ name, title, unit, target, columns, rounds, noise, rows });
}
if (options.json !== undefined) {
  const at = new Date().toISOString();
  writeFileSync(options.json, `${JSON.stringify({ at, machine: fingerprint(), results }, undefined, 2)}\n`);
}

function reportLogged(file) {
  const logged = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const bench of all) {
    const values = logged.filter(({ title }) => title === bench.title);
    if (values.length === 0) continue;
    const rows = bench.peers.map(({ name }) => ({
      name,
      values: values.filter((one) => one.name === name).map(({ value }) => value),
    }));
    const rounds = Math.max(...rows.map((row) => row.values.length));
    console.log(`### ${bench.title}\n\n${tableOf(bench, rows, rounds)}\n\n${bench.target}\n`);
  }
}
