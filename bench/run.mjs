/**
 * Reproduces what README and docs/performance.md claim, side by side with peers.
 *
 *   npm run bench                  all of it
 *   npm run bench -- NAME…         one target or more; --rounds N, --json FILE
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fingerprint, inTurn, median, noise, ratio } from './measure.mjs';

/** A reference that spreads more than this within one run tells nothing about a ratio near its limit. */
const TOO_NOISY = 0.15;

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'string' } },
});

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.bench.mjs'));
const all = await Promise.all(
  files.map(async (file) => ({
    name: file.replace('.bench.mjs', ''),
    ...(await import(join(import.meta.dirname, file))).default,
  })),
);
const unknown = names.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no bench ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

const results = [];
console.log(`${fingerprint()}\n`);
for (const bench of all.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const rows = await inTurn(bench.peers, Number(options.rounds));
  const [ours] = rows;
  console.log(
    `### ${bench.title}\n\n| | ${bench.unit}, median of ${options.rounds} | spread | flowgate ÷ it |\n|:--|--:|--:|--:|`,
  );
  for (const { name, missing, values } of rows) {
    console.log(
      missing === undefined
        ? `| ${name} | ${median(values).toPrecision(3)} | ±${(noise(values) * 100).toFixed(0)}% | ${ratio(ours.values, values).toFixed(2)} |`
        : `| ${name} | ${missing} | | |`,
    );
  }
  const noisy = rows
    .filter(({ values }) => values.length > 0 && noise(values) > TOO_NOISY)
    .map(({ name }) => name);
  console.log(`\n${bench.target}`);
  if (noisy.length > 0) console.log(`The machine was too noisy to tell for: ${noisy.join(', ')}.`);
  console.log();
  results.push({ name: bench.name, title: bench.title, unit: bench.unit, rows });
}
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ machine: fingerprint(), results }, undefined, 2)}\n`);
}
