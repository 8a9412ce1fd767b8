import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScenario } from './flowgate.mjs';
import { hello, served } from './http-server.mjs';
import { autocannonProgram, noAutocannon } from './load-tools.mjs';

const CONNECTIONS = 10;
const SMALL = 1e4;
const LARGE = 1e6;
const MB = 1e6;
const KIB = 1024;

const HOOK = ['--require', join(import.meta.dirname, 'programs/peak-memory.cjs')];

/** Gives the highest resident set, in bytes, that the program of Node had which `use` runs with this environment. */
function peakOf(use) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-bench-'));
  try {
    const file = join(folder, 'peak');
    const told = use({ ...process.env, BENCH_PEAK: file });
    return { told, peak: Number(readFileSync(file, 'utf8')) * KIB };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function flowgate(requests, url) {
  const { told, peak } = peakOf((env) =>
    runScenario(
      { http: { url }, flows: CONNECTIONS, iterations: requests, thresholds: ['success_rate >= 100%'] },
      { options: HOOK, env },
    ),
  );
  return { peak, rate: told.metrics.throughput.value };
}

function autocannon(requests, url) {
  const { told, peak } = peakOf((env) =>
    execFileSync(
      process.execPath,
      [...HOOK, autocannonProgram(), '--json', '-c', String(CONNECTIONS), '-a', String(requests), url],
      { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ),
  );
  const { requests: sent, duration } = JSON.parse(told);
  return { peak, rate: sent.total / duration };
}

const figures = (small, large) => ({
  'peak with 10⁴ requests, MB': small.peak / MB,
  'with 10⁶, MB': large.peak / MB,
  'growth, MB': (large.peak - small.peak) / MB,
  'requests/s of the 10⁶': large.rate,
});

const both = (load) => async () =>
  figures(await served(hello, (url) => load(SMALL, url)), await served(hello, (url) => load(LARGE, url)));

export default {
  title: `Memory of the load generator itself from 10⁴ to 10⁶ requests, ${CONNECTIONS} connections, one node server`,
  unit: 'MB',
  target:
    'Target 9: at most 64 MB more (resident set at its highest). A request is a whole flow of flowgate, with a record of its own and exact percentiles of all; autocannon keeps a histogram.',
  rounds: 3,
  missing: () => (existsSync('/proc/self/status') ? undefined : 'no /proc that tells peaks of memory'),
  columns: Object.keys(figures({}, {})),
  peers: [
    { name: 'flowgate', run: both(flowgate) },
    { name: 'autocannon', missing: noAutocannon, run: both(autocannon) },
  ],
};
