/**
 * The reference system, end to end: examples/crewai with real CrewAI, through the built CLI. The example must pass its
 * gates, each of its bugs must fail exactly its check, and the flows must take at most 1.2 times what the same flows take
 * in a bare ThreadPoolExecutor, in the median of rounds that alternate. Exit status 1 if anything of that does not hold.
 *
 *   npm run e2e:crewai                    installs requirements.txt into a temporary folder: a minute or two, 1 GB
 *   npm run e2e:crewai -- --python PATH   with an interpreter that has them, such as examples/crewai/.venv/bin/python
 *   npm run e2e:crewai -- --rounds 5
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fingerprint } from '../machine.mjs';
import { inTurn, median, ratio } from '../measure.mjs';

const root = join(import.meta.dirname, '../..');
const example = join(root, 'examples/crewai');
const FLOWS = 10;
/** Times the bare pool that ten flows may take. */
const MOST = 1.2;

/** The report that flowgate was born from. */
const REFERENCE = {
  ok: '10 of 10',
  total: '2.55 s',
  mean: '2.2 s',
  longest: '2.7 s',
  memory: '147 MB',
  cpu: '23%',
};

const { values: options } = parseArgs({
  options: { python: { type: 'string' }, rounds: { type: 'string', default: '5' } },
});

const folder = mkdtempSync(join(tmpdir(), 'flowgate-crewai-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A virtual environment with what the example needs. */
function install() {
  const venv = join(folder, 'venv');
  const bin = join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
  console.error('installing examples/crewai/requirements.txt …');
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  const requirements = join(example, 'requirements.txt');
  execFileSync(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], {
    stdio: 'inherit',
  });
  return join(bin, 'python');
}

const python = options.python === undefined ? install() : resolve(options.python);

/** The example's config with this interpreter in it. */
function configWith(name) {
  const text = readFileSync(join(example, name), 'utf8');
  const own = text.replaceAll('python: .venv/bin/python', `python: ${JSON.stringify(python)}`);
  if (own === text) throw new Error(`${name} names no interpreter`);
  const path = join(folder, name);
  writeFileSync(path, own);
  return path;
}

const configs = { good: configWith('flowgate.yml'), bugs: configWith('bugs.yml') };

/** Runs one scenario by the CLI; gives its exit status, what it printed, and its results. */
function gate(config, scenario) {
  const json = join(folder, 'results.json');
  rmSync(json, { force: true });
  const args = ['dist/cli.js', 'run', '--config', config, '--scenario', scenario, '--json', json];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status === null || status === 2) throw new Error(`exit status ${status}\n${stdout}${stderr}`);
  return {
    status,
    output: `${stdout}${stderr}`,
    results: JSON.parse(readFileSync(json, 'utf8')).scenarios[0],
  };
}

/** The same flows in a bare pool, against a model server of their own; seconds. */
async function barePool() {
  const port = await freePort();
  const server = spawn(process.execPath, ['model-server.mjs', port, '--failures', '2%'], {
    cwd: example,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((ready, failed) => {
      server.once('exit', (code) => failed(new Error(`the model server ended with ${code}`)));
      server.stdout.once('data', ready);
    });
    const args = [
      join(import.meta.dirname, 'pool.py'),
      'flow.py',
      `${FLOWS}`,
      `model=http://127.0.0.1:${port}/v1`,
    ];
    const output = execFileSync(python, args, {
      cwd: example,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { total, times, errors } = JSON.parse(output.trim().split('\n').at(-1));
    if (errors.length > 0) throw new Error(`bare pool: ${errors.join('; ')}`);
    return { total, mean: times.reduce((sum, time) => sum + time, 0) / times.length };
  } finally {
    server.removeAllListeners('exit');
    server.kill();
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return `${port}`;
}

const problems = [];
const metric = ({ metrics }, id) => metrics[id]?.value ?? NaN;
const seconds = (value) => `${value.toFixed(2)} s`;

/** What of a run's judgement is no pass: thresholds by their metric, checks by their id. */
function notPassed({ thresholds, checks }) {
  return [
    ...thresholds.filter(({ outcome, level }) => outcome !== 'pass' && level === 'fail'),
    ...checks.filter(({ outcome, level }) => outcome !== 'pass' && level === 'fail'),
  ].map(({ id, metric: name }) => id ?? name);
}

function runBug(name, check) {
  const { status, output, results } = gate(configs.bugs, name);
  const caught = notPassed(results);
  if (status !== 1 || caught.join() !== check) {
    problems.push(`${name}: exit status ${status}, failed: ${caught.join(', ') || 'nothing'}\n${output}`);
  }
  const evidence = results.checks.find(({ id }) => id === check)?.evidence[0] ?? '';
  return `| ${name} | ${status} | ${caught.join(', ')} | ${evidence.slice(0, 160)} |`;
}

console.log(
  `${fingerprint()}, ${execFileSync(python, ['--version'], { encoding: 'utf8' }).trim()}, CrewAI ${version()}\n`,
);

function version() {
  const script = 'from importlib.metadata import version; print(version("crewai"))';
  return execFileSync(python, ['-c', script], { encoding: 'utf8' }).trim();
}

const runs = [];
const peers = [
  {
    name: 'flowgate',
    run: () => {
      const one = gate(configs.good, 'crewai');
      if (one.status !== 0) problems.push(`the example: exit status ${one.status}\n${one.output}`);
      runs.push(one.results);
      return metric(one.results, 'total_time') / 1000;
    },
  },
  { name: 'bare pool', run: async () => (await barePool()).total },
];
const [gated, bare] = await inTurn(peers, Number(options.rounds));
const middle = (id) => median(runs.map((one) => metric(one, id)));

console.log(`| ten flows at once | reference | CrewAI, flowgate | bare ThreadPoolExecutor |
| :-- | --: | --: | --: |
| ok | ${REFERENCE.ok} | ${middle('success_rate') * FLOWS} of ${FLOWS} | |
| total time | ${REFERENCE.total} | ${seconds(median(gated.values))} | ${seconds(median(bare.values))} |
| flow time, mean | ${REFERENCE.mean} | ${seconds(middle('flow_time.avg') / 1000)} | |
| flow time, longest | ${REFERENCE.longest} | ${seconds(middle('flow_time.max') / 1000)} | |
| peak memory | ${REFERENCE.memory} | ${(middle('peak_memory') / 1e6).toFixed(0)} MB | |
| peak CPU | ${REFERENCE.cpu} | ${(middle('peak_cpu') * 100).toFixed(0)}% | |
| tokens | | ${middle('metric(tokens).sum')} | |
`);
const times = ratio(gated.values, bare.values);
console.log(
  `Medians of ${gated.values.length} rounds. flowgate takes ${times.toFixed(2)} times the bare pool (median of the pairs); at most ${MOST}.\n`,
);
if (!(times <= MOST))
  problems.push(`flowgate takes ${times.toFixed(2)} times the bare pool, at most ${MOST}`);

console.log('| bug | exit status | fails | evidence |\n| :-- | --: | :-- | :-- |');
console.log(runBug('race', 'invariants'));
console.log(runBug('bleed', 'isolation'));

for (const problem of problems) console.error(`\nFAIL ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
