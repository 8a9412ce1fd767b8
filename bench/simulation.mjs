/** The simulation of the tests, for benches that give it more runs and other noise. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The sources are TypeScript: compiled to a folder that is removed again. */
export async function importSimulation() {
  const root = join(import.meta.dirname, '..');
  mkdirSync(join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(join(root, 'build/simulation-'));
  const project = join(folder, 'tsconfig.json');
  const tests = '__tests__/compare/statistics';
  const compilerOptions = { noEmit: false, noCheck: true, rootDir: '../..', outDir: 'out', types: [] };
  const files = ['simulation', 'rounds', 'noises', 'peers'].map((name) => `../../${tests}/${name}.ts`);
  writeFileSync(
    project,
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, files, include: [] }),
  );
  try {
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', project], { stdio: 'inherit' });
    const load = (path) => import(pathToFileURL(join(folder, 'out', `${path}.js`)).href);
    return {
      simulation: await load(`${tests}/simulation`),
      rounds: await load(`${tests}/rounds`),
      noises: await load(`${tests}/noises`),
      peers: await load(`${tests}/peers`),
      counts: await load('src/lib/statistics/exact-counts'),
      ranks: await load('src/lib/statistics/signed-rank'),
      random: await load('src/lib/random'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of a table of comma-separated values, compressed or not: each line without the first as its cells. */
export function linesOf(file) {
  const bytes = readFileSync(file);
  const [, ...lines] = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n');
  return lines.map((line) => line.trim().split(','));
}
