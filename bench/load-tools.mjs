/** Load generators that users would pick instead, each as its own documentation says. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const AUTOCANNON = ['--yes', '--package', 'autocannon@8', '--'];

export function text(program, args, options = {}) {
  return execFileSync(program, args.map(String), {
    encoding: 'utf8',
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
    ...options,
  });
}

/** The number that the pattern's first group finds. */
export function number(pattern, output) {
  return Number(pattern.exec(output)?.[1]);
}

let autocannonFetched;
export function noAutocannon() {
  autocannonFetched ??=
    spawnSync('npx', [...AUTOCANNON, 'autocannon', '--version'], { stdio: 'ignore' }).status === 0;
  return autocannonFetched ? undefined : 'autocannon could not be fetched';
}

/** Its results, as --json gives them. */
export function autocannon(args) {
  return JSON.parse(text('npx', [...AUTOCANNON, 'autocannon', '--json', ...args]));
}

/** Path of its program. */
export function autocannonProgram() {
  return realpathSync(text('npx', [...AUTOCANNON, 'sh', '-c', 'command -v autocannon']).trim());
}

/** The module of autocannon that makes and reads its histograms. */
export function autocannonHistograms() {
  return createRequire(autocannonProgram())('./lib/histUtil.js');
}

/** Runs one scenario (executor and its options); gives the metrics of its summary. */
export function k6(scenario, url) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-k6-'));
  try {
    const script = join(folder, 'script.js');
    const summary = join(folder, 'summary.json');
    writeFileSync(
      script,
      `import http from 'k6/http';
export const options = { scenarios: { bench: ${JSON.stringify(scenario)} }, summaryTrendStats: ['med', 'p(99)', 'max'] };
export default () => { http.get(${JSON.stringify(url)}); };
export const handleSummary = (data) => ({ ${JSON.stringify(summary)}: JSON.stringify(data.metrics) });
`,
    );
    text('k6', ['run', '--quiet', '--no-usage-report', script]);
    return createRequire(import.meta.url)(summary);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Its report; times in it are ns. */
export function vegeta(args, url) {
  const line = `vegeta attack ${args.join(' ')} | vegeta report -type json`;
  return JSON.parse(text('sh', ['-c', line], { input: `GET ${url}` }));
}

/** Its report; times in it are s. */
export function oha(args) {
  return JSON.parse(text('oha', ['--no-tui', '--output-format', 'json', ...args]));
}
