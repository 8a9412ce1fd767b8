/**
 * Comparisons of real processes, by the built CLI in a git repository of two commits, one after another for as long as
 * there is time. Each is one line in a log that is committed, with the build that made it, so that the hundreds that an
 * error rate asks for come together over several runs.
 *
 *   npm run bench:long                       for an hour
 *   npm run bench:long -- --minutes 20       the trial under way is finished
 *   npm run bench:long -- --report           what the log says so far, by build
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built } from './built.mjs';
import { fingerprint } from './machine.mjs';
import { median } from './measure.mjs';
import { commandText, loop } from './work.mjs';

const CLI = join(import.meta.dirname, '../dist/cli.js');
const LOG = join(import.meta.dirname, 'data/comparisons.jsonl');

/** Of a loop of JavaScript, some 2 ms. */
const TURNS = 2_000_000;

const SCENARIOS = {
  HTTP: {
    http: { url: 'http://127.0.0.1:{{port}}/' },
    flows: 2,
    iterations: 400,
    service: { run: 'exec node server.js {{port}}', ready: 'tcp://127.0.0.1:{{port}}' },
  },
  commands: { run: 'bash work.sh', flows: 2, iterations: 40 },
};

/** The file that does the work, and more or less of it. */
const PROGRAMS = {
  HTTP: (amount) => ({
    'server.js': `require('node:http').createServer((_, response) => { ${loop(TURNS * amount)} response.end(String(sum)); }).listen(Number(process.argv[2]), '127.0.0.1');\n`,
  }),
  commands: (amount) => ({ 'work.sh': `${commandText(amount)}\n` }),
};

/** Limits of 3%: with the default ones of 5% a change by 5% is at the limit, and found in every other comparison. */
const THREE = ['flow_time.med <= base + 3%', 'throughput >= base - 3%', 'cpu_per_flow <= base + 3%'];

/** What is tried, and how often in the end. */
const TRIALS = ['HTTP', 'commands'].flatMap((kind) => [
  { name: `${kind}, same code, default gates`, kind, amount: 1, wanted: 300 },
  { name: `${kind}, +5% work, limits of 3%`, kind, amount: 1.05, thresholds: THREE, wanted: 150 },
]);

const { values: options } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, report: { type: 'boolean', default: false } },
});
if (!options.report) run(Number(options.minutes));
await report();

function run(minutes) {
  const build = createHash('sha256').update(readFileSync(CLI)).digest('hex').slice(0, 12);
  const until = Date.now() + minutes * 60_000;
  const lines = read();
  while (Date.now() < until) {
    const [trial] = TRIALS.map((one) => ({
      ...one,
      share: lines.filter(({ trial: name }) => name === one.name).length / one.wanted,
    })).toSorted((a, b) => a.share - b.share);
    const seed = lines.length + 1;
    const line = {
      trial: trial.name,
      build,
      at: new Date().toISOString(),
      machine: fingerprint(),
      load: Number(loadavg()[0].toFixed(1)),
      seed,
      ...compare(trial, seed),
    };
    lines.push(line);
    mkdirSync(join(LOG, '..'), { recursive: true });
    appendFileSync(LOG, `${JSON.stringify(line)}\n`);
    console.log(`${line.trial}: ${line.answer}, ${line.pairs} pairs, ${line.seconds} s`);
  }
}

function compare({ kind, amount, thresholds }, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-long-'));
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], {
      cwd: folder,
      stdio: 'pipe',
    });
  const commit = (files) => {
    for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
    git('add', '-A');
    git('commit', '-q', '-m', 'work');
  };
  try {
    git('init', '-q');
    const scenarios = { bench: { ...SCENARIOS[kind], seed, thresholds } };
    const config = { version: 1, compare: 'HEAD~1', scenarios };
    commit({ ...PROGRAMS[kind](1), 'flowgate.yml': JSON.stringify(config) });
    commit({ ...PROGRAMS[kind](amount), head: '' });
    const began = performance.now();
    const ran = spawnSync(process.execPath, [CLI, 'run', '--json', 'results.json'], { cwd: folder });
    const took = performance.now() - began;
    const file = join(folder, 'results.json');
    if (!existsSync(file)) throw new Error(`no results: ${ran.stdout}${ran.stderr}`);
    return answerOf(JSON.parse(readFileSync(file, 'utf8')).scenarios[0], took);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The worst that the comparison says of any metric. */
function answerOf({ comparison = [], compared }, took) {
  if (compared?.ended === undefined) throw new Error(`nothing was compared: ${JSON.stringify(compared)}`);
  const { pairs, time, ended } = compared;
  const isClaim = ({ outcome }) => outcome === 'regression' || outcome === 'improvement';
  // A limit of base itself can be broken, but no number of pairs shows that it holds.
  const asked = comparison.filter((result) => isClaim(result) || result.limit > 0);
  const outcomes = asked.map(({ outcome }) => outcome);
  const order = ['regression', 'improvement', 'unresolved', 'no_regression'];
  return {
    answer: order.find((one) => outcomes.includes(one)) ?? 'nothing',
    ended,
    metrics: Object.fromEntries(
      comparison.map(({ metric, outcome, change, low, high }) => [metric, { outcome, change, low, high }]),
    ),
    pairs: pairs.length,
    dropped: pairs.filter(({ dropped }) => dropped !== undefined).length,
    seconds: Number((time / 1000).toFixed(1)),
    all: Number((took / 1000).toFixed(1)),
  };
}

function read() {
  if (!existsSync(LOG)) return [];
  return readFileSync(LOG, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function report() {
  const { shareBounds } = await built('lib/statistics/exact-counts.js');
  const percent = (share) => `${(share * 100).toFixed(1)}%`;
  const lines = read();
  console.log(
    '| comparison | build | trials | regression | improvement | unresolved | regression, 95% interval | pairs | s |',
  );
  console.log('| :-- | :-- | --: | --: | --: | --: | :-- | --: | --: |');
  for (const { name } of TRIALS) {
    const builds = [...new Set(lines.filter(({ trial }) => trial === name).map(({ build }) => build))];
    for (const builtAs of [...builds, ...(builds.length > 1 ? ['all'] : [])]) {
      const some = lines.filter(
        ({ trial, build }) => trial === name && (builtAs === 'all' || build === builtAs),
      );
      const count = (answer) => some.filter((line) => line.answer === answer).length;
      const { low, high } = shareBounds({ started: some.length, failed: count('regression') }, 0.025);
      const figures = [count('regression'), count('improvement'), count('unresolved')];
      const middle = (of) => median(some.map(of));
      console.log(
        `| ${name} | ${builtAs} | ${some.length} | ${figures.join(' | ')} | ${percent(low)} … ${percent(high)} | ` +
          `${middle(({ pairs }) => pairs)} | ${middle(({ seconds }) => seconds).toFixed(1)} |`,
      );
    }
  }
}
