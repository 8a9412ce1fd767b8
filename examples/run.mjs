/**
 * Runs every example through dist/cli.js and compares its exit status with the one that it must have; an example that
 * must fail is a test of the gate; one that needs what is not installed is skipped and says so.
 *
 *   node examples/run.mjs [NAME…]       all of them, or those whose name holds one of the words
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const cli = join(root, 'dist', 'cli.js');

const PASS = [0];
const FAIL = [1];

/** Where the distributions install the server, beside the PATH. */
const POSTGRES = '/usr/lib/postgresql';

/** Why an example cannot be run here; undefined if it can. */
function postgresIsMissing() {
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES) : [];
  const found = versions.some((version) => existsSync(join(POSTGRES, version, 'bin', 'postgres')));
  return found ? undefined : `there is no PostgreSQL in ${POSTGRES}; apt-get install postgresql`;
}

function pythonIsMissing() {
  const { status } = spawnSync('python3', ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'there is no python3 on this machine';
}

const examples = [
  { name: 'demo', args: ['run', '--config', 'examples/demo/flowgate.yml'], expected: PASS },
  {
    name: 'demo with a race must fail',
    args: ['demo', '--bug', 'race'],
    expected: FAIL,
    says: 'metrics collector',
  },
  { name: 'compress', args: ['run', '--config', 'examples/compress/flowgate.yml'], expected: PASS },
  { name: 'open', args: ['run', '--config', 'examples/open/flowgate.yml'], expected: PASS },
  {
    name: 'open with an overload must fail',
    args: ['run', '--config', 'examples/open/overload.yml'],
    expected: FAIL,
    says: 'abort-on-fail',
  },
  {
    name: 'ladder',
    args: ['run', '--config', 'examples/ladder/flowgate.yml', '--scenario', 'capacity'],
    expected: PASS,
    says: 'memory = ',
  },
  {
    name: 'ladder with a limit must fail',
    args: ['run', '--config', 'examples/ladder/flowgate.yml', '--scenario', 'limit'],
    expected: FAIL,
    says: 'holds up to 2 at once; at 40 ',
  },
  { name: 'orders', args: ['run', '--config', 'examples/orders/flowgate.yml'], expected: PASS },
  {
    name: 'orders with a race must fail',
    args: ['run', '--config', 'examples/orders/flowgate.yml', '--scenario', 'orders-module'],
    env: { ORDERS_BUG: 'race' },
    expected: FAIL,
    says: 'seeded',
  },
  {
    name: 'postgres',
    args: ['run', '--config', 'examples/postgres/flowgate.yml'],
    expected: PASS,
    missing: postgresIsMissing,
  },
  {
    name: 'postgres with a race must fail',
    args: ['run', '--config', 'examples/postgres/flowgate.yml'],
    env: { BANK_BUG: 'race' },
    expected: FAIL,
    says: 'transfers',
    missing: postgresIsMissing,
  },
  {
    name: 'orders-http with a race must fail',
    args: ['run', '--config', 'examples/orders/flowgate.yml', '--scenario', 'orders-http'],
    env: { ORDERS_BUG: 'race' },
    expected: FAIL,
    says: 'seeded',
  },
  {
    name: 'python',
    args: ['run', '--config', 'examples/python/flowgate.yml'],
    expected: PASS,
    missing: pythonIsMissing,
  },
  {
    name: 'writing',
    args: ['run', '--config', 'examples/writing/flowgate.yml'],
    expected: PASS,
    missing: pythonIsMissing,
  },
  ...[
    ['threads-race', 'invariants'],
    ['threads-bleed', 'isolation'],
    ['asyncio-race', 'invariants'],
    ['asyncio-bleed', 'isolation'],
  ].map(([scenario, check]) => ({
    name: `writing with ${scenario} must fail ${check}`,
    args: ['run', '--config', 'examples/writing/bugs.yml', '--scenario', scenario],
    expected: FAIL,
    fails: check,
    missing: pythonIsMissing,
  })),
];

/** Ids of the gates that did not pass: checks, and metrics of thresholds. */
function closedGates(results) {
  return JSON.parse(readFileSync(results, 'utf8')).scenarios.flatMap(({ checks, thresholds }) =>
    [...checks, ...thresholds]
      .filter(({ level, outcome }) => level === 'fail' && outcome !== 'pass')
      .map(({ id, metric }) => id ?? metric),
  );
}

/** Undefined if the example did what it must, else what it did instead. */
function complaintOf({ args, env = {}, expected, says = '', fails }, folder) {
  const results = join(folder, 'results.json');
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--json', results], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 300_000,
  });
  const output = `${stdout}${stderr}`;
  if (!expected.includes(status)) {
    return `ended with ${signal ?? `exit status ${status}`}, must be ${expected.join(' or ')}\n${output}`;
  }
  if (!output.includes(says)) return `does not say "${says}"\n${output}`;
  const closed = fails === undefined ? [] : closedGates(results);
  return fails === undefined || closed.join() === fails
    ? undefined
    : `must fail ${fails} and nothing else, failed ${closed.join(', ') || 'nothing'}\n${output}`;
}

function run(example) {
  const folder = mkdtempSync(join(tmpdir(), 'example-'));
  try {
    const complaint = complaintOf(example, folder);
    console.log(
      `${complaint === undefined ? 'ok  ' : 'FAIL'} ${example.name}${complaint ? `: ${complaint}` : ''}`,
    );
    return complaint === undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
const chosen = examples.filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
);
const runnable = chosen.filter(({ name, missing }) => {
  const reason = missing?.();
  if (reason !== undefined) console.log(`skip ${name}: ${reason}`);
  return reason === undefined;
});
const passed = runnable.filter(run).length;
const failed = runnable.length - passed;
console.log(`${passed} passed, ${failed} failed, ${chosen.length - runnable.length} skipped`);
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
