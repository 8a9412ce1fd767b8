/**
 * What flowgate gives, frozen: proves that a refactoring changed no byte of it. Build first: `npm run build`.
 *
 *   node scripts/frozen.mjs                    compares, about 40 s; a short diff of what differs, and exit status 1
 *   node scripts/frozen.mjs --all              the same with whole diffs
 *   node scripts/frozen.mjs reports            one part only: reports or texts
 *   node scripts/frozen.mjs --write            writes reports and texts anew: look at `git diff --stat`, and say why
 *   node scripts/frozen.mjs --live [NAME …]    runs the scenarios of __tests__/frozen/live.mjs again, about 2 minutes, and
 *                                              compares what results.json and output look like: numbers are masked, and
 *                                              what differed from run to run when it was frozen is let pass
 *   node scripts/frozen.mjs --live --write     runs all three times and writes everything anew, the saved results too
 *
 * What is compared, byte for byte:
 *   reports   saved results of real runs (__tests__/frozen/results), in every medium: by `flowgate report` of dist/cli.js,
 *             and by the renderers in build/ for what the command line does not show (see renderers())
 *   texts     help, errors of options, inputs and configs (__tests__/frozen/config-errors.txt), what init writes, schemas
 *
 * results.json may gain fields: say in toCurrent() what old ones lack.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..');
const FROZEN = join(ROOT, '__tests__/frozen');
const CLI = join(ROOT, 'dist/cli.js');
const ACTION = join(ROOT, 'dist/index.js');
const TIMES = process.argv.includes('--once') ? 1 : 3;
const LINES_SHOWN = 40;

/** Saved results in the form that the current build reads: where results.json has gained fields, they are added here. */
function toCurrent(results) {
  const scenarios = results.scenarios.map((scenario) => ({
    ...scenario,
    thresholds: scenario.thresholds.map(toParsed),
  }));
  return { ...results, scenarios };
}

let parseThreshold;

/** Thresholds had their text and the limit in the base unit; they are kept as the grammar reads them. */
function toParsed(threshold) {
  if ('op' in threshold) return threshold;
  const { expression, level, limit: bound, actual, unit, outcome, reason, origin } = threshold;
  const parsed = parseThreshold(expression, level);
  if (!parsed.ok) throw new Error(`${expression} is no threshold`);
  const { metric, label, stat, op, limit, written } = parsed.threshold;
  const read = { expression, level, metric, label, stat, op, limit, written, origin };
  return { ...read, actual, bound, unit, outcome, reason };
}

/**
 * For what the command line shows of no saved results. They are taken from build/src, which `npm run build` writes,
 * wherever in it they are: `name(results)` → text. Where they have got another form, say here how they are called now.
 */
async function renderers() {
  const summary = await findExport('renderSummary');
  const annotations = await findExport('annotations');
  const terminal = await findExport('renderTerminal');
  return {
    'summary.md': (results) => summary(results, { limit: 1024 * 1024 }),
    'summary-short.md': (results) => summary(results, { limit: 20_000 }),
    'summary-plain.md': (results) => summary(results, { limit: 65_536, charts: false }),
    'annotations.json': (results) => JSON.stringify(annotations(results), undefined, 1),
    'colour.txt': (results) => terminal(results, { color: true, width: 100 }),
    'narrow.txt': (results) => terminal(results, { color: false, width: 60 }),
  };
}

async function findExport(name) {
  const pattern = new RegExp(`^export (?:async )?(?:function|const) ${name}\\b`, 'm');
  const file = listFiles(join(ROOT, 'build/src')).find(
    (path) => path.endsWith('.js') && pattern.test(readFileSync(path, 'utf8')),
  );
  if (file === undefined)
    throw new Error(`build/src exports no ${name}: run npm run build, or see renderers()`);
  return (await import(pathToFileURL(file).href))[name];
}

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

// ---- reports ----

async function reportsNow() {
  const rendered = await renderers();
  parseThreshold = await findExport('parseThreshold');
  const names = readdirSync(join(FROZEN, 'results')).map((file) => file.replace('.json.br', ''));
  const all = await inParallel(names, async (name) => {
    const folder = temporaryFolder();
    const saved = toCurrent(JSON.parse(unpacked(join(FROZEN, 'results', `${name}.json.br`))));
    writeFileSync(join(folder, 'results.json'), JSON.stringify(saved));
    const files = { 'results.json': '--json', 'page.html': '--html', 'comment.md': '--markdown' };
    const options = Object.entries(files).flatMap(([file, option]) => [option, `out/${file}`]);
    const { status, stdout, stderr } = await cli(['report', 'results.json', ...options], folder);
    const texts = { 'terminal.txt': stdout, status: `${status}\n${stderr}` };
    for (const file of Object.keys(files)) texts[file] = readFileSync(join(folder, 'out', file), 'utf8');
    const shown = JSON.parse(texts['results.json']);
    for (const [file, render] of Object.entries(rendered)) texts[file] = render(shown);
    return Object.entries(texts).map(([file, text]) => [`${name}/${file}`, text]);
  });
  return Object.fromEntries(all.flat());
}

/** What was frozen of a report, with the fields that results.json has gained since. */
function expectedReport(name, text) {
  return name.endsWith('/results.json')
    ? `${JSON.stringify(toCurrent(JSON.parse(text)), undefined, 2)}\n`
    : text;
}

// ---- texts ----

const HELP = [[], ['run'], ['demo'], ['compare'], ['calibrate'], ['init'], ['validate'], ['report']];

/** Calls that say what is wrong, or nothing that hangs on the machine. */
const CALLS = [
  ['--version'],
  ['rum'],
  ['run', '--flow', '3'],
  ['run', 'extra'],
  ['run'],
  ['run', '--config', 'nowhere.yml'],
  ['run', '--run', ''],
  [
    'run',
    '--run',
    'x',
    '--flows',
    'many',
    '--iterations',
    '1.5',
    '--timeout',
    'soon',
    '--seed',
    'x',
    '--rate',
    '5',
  ],
  ['run', '--run', 'x', '--module', 'y', '--url', 'z', '--scenario', 'a'],
  ['run', '--run', 'x', '--config', 'flowgate.yml'],
  ['run', '--module', 'nowhere.mjs'],
  ['run', '--url', 'ftp://x'],
  [
    'run',
    '--run',
    'x',
    '--threshold',
    'flow_tme.p95 < 5s',
    '--threshold',
    'peak_memory < 5',
    '--alert',
    'foo',
  ],
  ['run', '--run', 'x', '--threshold', 'flow_time.p95 <= base + 5%'],
  ['run', '--run', 'x', '--budget', '5s', '--prepare', 'y', '--on-inconclusive', 'maybe'],
  ['run', '--run', 'x', '--no-compare', '--compare', 'base', '--budget', '5s'],
  ['run', '--run', 'x', '--compare', 'base'],
  ['run', '--run', 'x', '--rate', '5/s'],
  ['run', '--run', 'x', '--max-flows', '3'],
  ['run', '--run', 'x', '--rate', '5/s', '--duration', '1s', '--flows', '3'],
  ['run', '--run', 'x', '--iterations', '3', '--duration', '1s'],
  ['run', '--run', 'x', '--iterations', '3', '--flows', '5'],
  ['run', '--run', 'x', '--working-directory', 'nowhere'],
  ['run', '--url', 'http://127.0.0.1:1/', '--working-directory', '.'],
  ['demo', '--bug', 'sloth'],
  ['demo', '--run', 'x'],
  ['compare'],
  ['compare', '--run', 'x'],
  ['compare', '--base-run', 'x', '--module', 'y.mjs'],
  ['compare', '--base-run', 'x', '--run', 'y', '--budget', '1', '--threshold', 'flow_time.p95 <= base - 5%'],
  ['compare', '--base-config', 'a.yml', '--config', 'b.yml'],
  ['calibrate', '--run', 'true', '--budget', '2', '--for', 'soon', '--runs', '0'],
  ['report'],
  ['report', 'nowhere.json'],
  ['report', 'broken.json'],
  ['report', 'other.json'],
  ['report', 'list.json'],
  ['validate', 'nowhere.yml'],
  ['validate'],
];

const CALL_FILES = {
  'broken.json': '{"schema":',
  'other.json': '{"schema":"flowgate.results/0","scenarios":[{"name":5}]}',
  'list.json': '[]',
};

/** Repositories for init, by what is in them. */
const REPOSITORIES = {
  empty: {},
  node: {
    'package.json': JSON.stringify({
      name: 'shop',
      scripts: { start: 'node server.js', test: 'jest', build: 'tsc' },
      engines: { node: '>=22' },
      dependencies: { express: '^5' },
    }),
    'package-lock.json': '{}',
  },
  command: {
    'package.json': JSON.stringify({ name: 'tool', bin: './cli.js', scripts: { test: 'x' } }),
    'cli.js': '',
  },
  taken: { '.github/flowgate.yml': 'version: 1\n', '.github/workflows/flowgate.yml': 'on: push\n' },
  python: { 'pyproject.toml': '[project]\nname = "x"\n', 'main.py': '' },
};

async function textsNow() {
  const calls = [
    ...HELP.map((words) => [`help ${words.join(' ')}`, [...words, '--help'], {}]),
    ...CALLS.map((args) => [`call ${args.join(' ')}`, args, CALL_FILES]),
    ...configErrors().map(([name, text]) => [`config ${name}`, ['validate', 'f.yml'], { 'f.yml': text }]),
    ...Object.entries(REPOSITORIES).map(([name, files]) => [`init ${name}`, ['init'], files]),
  ];
  const ofCalls = await inParallel(calls, async ([name, args, files]) => {
    const folder = temporaryFolder(files);
    const { status, stdout, stderr } = await cli(args, folder);
    const written = name.startsWith('init ') ? filesIn(folder) : '';
    const text = `exit status ${status}\n-- stdout\n${stdout}-- stderr\n${stderr}${written}`;
    return [name, text.replaceAll(folder, '<folder>')];
  });
  const schemas = listFiles(join(ROOT, 'schema')).map((path) => [
    `schema ${path.slice(ROOT.length + 1)}`,
    readFileSync(path, 'utf8'),
  ]);
  const actions = await inParallel(
    (await liveCases()).filter(({ textOnly }) => textOnly),
    async (live) => [`inputs ${live.name}`, (await runLive(live)).text],
  );
  return Object.fromEntries([...ofCalls, ...schemas, ...actions]);
}

/** Blocks that each begin with a line `=== NAME`. */
function configErrors() {
  const text = readFileSync(join(FROZEN, 'config-errors.txt'), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map((block) => {
      const end = block.indexOf('\n');
      return [block.slice(0, end), block.slice(end + 1)];
    });
}

function filesIn(folder) {
  return listFiles(folder)
    .map((path) => `-- ${path.slice(folder.length + 1)}\n${readFileSync(path, 'utf8')}`)
    .join('');
}

// ---- live runs ----

let chosen;

async function liveCases() {
  const { cases } = await import(pathToFileURL(join(FROZEN, 'live.mjs')).href);
  chosen ??= await freePorts(2);
  return cases({ ports: chosen });
}

/** One run: what it printed, as text, and results.json. */
async function runLive(live) {
  const folder = temporaryFolder(live.files);
  if (live.action !== undefined) return runAction(live, folder);
  makeRepository(folder, live.git ?? []);
  const ran = await cli(live.args, folder, { interrupt: live.interrupt });
  const file = join(folder, 'results.json');
  if (!existsSync(file)) throw new Error(`${live.name} wrote no results: ${ran.stdout}${ran.stderr}`);
  const results = JSON.parse(readFileSync(file, 'utf8'));
  return { results, text: `exit status ${ran.status}\n${ran.stdout}\n${ran.stderr}` };
}

function makeRepository(folder, commits) {
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  const git = (...args) => execFileSync('git', args, { cwd: folder, env, stdio: 'pipe' });
  commits.forEach(({ branch, message, files }, index) => {
    if (index === 0) git('init', '--quiet', '-b', 'main');
    if (branch !== undefined) git('checkout', '--quiet', '-b', branch);
    writeFiles(folder, files);
    git('add', '--all');
    git('commit', '--quiet', '-m', message);
  });
}

const HEAD = 'a'.repeat(40);
const HOME = { id: 1, full_name: 'octo/repo', default_branch: 'main' };
const PULL_REQUEST = {
  name: 'pull_request',
  payload: {
    repository: HOME,
    pull_request: {
      number: 12,
      head: { sha: HEAD, repo: HOME },
      base: { repo: HOME },
      user: { login: 'someone' },
    },
  },
};
const PUSH = { name: 'push', payload: { repository: HOME, after: 'c'.repeat(40) } };

/** The action, as a runner starts it, with a server that speaks the part of GitHub's API that it uses. */
async function runAction(live, workspace) {
  const github = await startGitHub();
  try {
    if (live.history) {
      const onMain = { GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main' };
      await actOnce(live, { workspace, github, event: PUSH, env: onMain });
      const [point] = github
        .kept()
        .trim()
        .split('\n')
        .slice(-1)
        .map((line) => JSON.parse(line));
      const past = Array.from({ length: 32 }, (_, index) => ({
        ...point,
        sha: (index + 1).toString(16).padStart(40, '0'),
        run: `${index}.1`,
        metrics: { ...point.metrics, peak_memory: index < 20 ? 100e6 : 120e6 },
      }));
      github.keep(past.map((one) => `${JSON.stringify(one)}\n`).join(''));
    }
    return await actOnce(live, { workspace, github, event: PULL_REQUEST });
  } finally {
    github.close();
  }
}

async function actOnce({ action }, { workspace, github, event, env = {} }) {
  const root = temporaryFolder({ output: '', summary: '', env: '', path: '', state: '' });
  mkdirSync(join(root, 'temp'));
  writeFileSync(join(root, 'event.json'), JSON.stringify(event.payload));
  const inputs = Object.entries({ 'github-token': 'ghs_frozen0123456789', matrix: 'null', ...action });
  const { status, stdout, stderr } = await run([ACTION], workspace, {
    env: {
      PATH: process.env.PATH,
      HOME: root,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: join(root, 'event.json'),
      GITHUB_OUTPUT: join(root, 'output'),
      GITHUB_STEP_SUMMARY: join(root, 'summary'),
      GITHUB_ENV: join(root, 'env'),
      GITHUB_PATH: join(root, 'path'),
      GITHUB_STATE: join(root, 'state'),
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: 'octo/repo',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: github.url,
      GITHUB_SHA: 'b'.repeat(40),
      GITHUB_REF_NAME: '12/merge',
      GITHUB_RUN_ID: '100',
      GITHUB_RUN_NUMBER: '7',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_WORKFLOW: 'ci',
      GITHUB_WORKFLOW_REF: 'octo/repo/.github/workflows/ci.yml@refs/pull/12/merge',
      GITHUB_JOB: 'gate',
      GITHUB_ACTOR: 'someone',
      RUNNER_TEMP: join(root, 'temp'),
      RUNNER_OS: 'Linux',
      ...env,
      ...Object.fromEntries(inputs.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  });
  const output = readFileSync(join(root, 'output'), 'utf8');
  const [, , path] = /^results<<(.+)\n(.+)\n\1$/m.exec(output) ?? [];
  const parts = {
    stdout,
    stderr,
    output,
    summary: readFileSync(join(root, 'summary'), 'utf8'),
    comments: github.comments.map(({ body }) => body).join('\n'),
    'check runs': JSON.stringify(github.checkRuns, undefined, 1),
    requests: github.requests.join('\n'),
  };
  const said = Object.entries(parts).map(([name, text]) => `-- ${name}\n${text}\n`);
  return {
    results: path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8')),
    text: [`exit status ${status}\n`, ...said]
      .join('')
      .replaceAll(root, '<root>')
      .replaceAll(workspace, '<folder>'),
  };
}

/** Comments, check runs, and a branch with one file. */
async function startGitHub() {
  const [comments, checkRuns, requests] = [[], [], []];
  const objects = new Map();
  let tip;
  const keep = (object) => {
    const sha = createHash('sha1')
      .update(JSON.stringify([object, objects.size]))
      .digest('hex');
    objects.set(sha, object);
    return sha;
  };
  const put = (content, path = 'history.jsonl') =>
    keep({ tree: keep({ tree: [{ path, type: 'blob', mode: '100644', sha: keep({ content }) }] }) });
  const answers = [
    [/^GET .*\/issues\/12\/comments/, () => [200, comments]],
    [
      /^POST .*\/issues\/12\/comments/,
      ({ body }) => {
        comments.push({
          id: 501,
          body,
          user: { login: 'github-actions[bot]', type: 'Bot' },
          performed_via_github_app: null,
        });
        return [201, comments.at(-1)];
      },
    ],
    [/^POST .*\/check-runs$/, (body) => [201, (checkRuns.push({ id: 601, ...body }), checkRuns.at(-1))]],
    [/^PATCH .*\/check-runs\/601/, (body) => [200, Object.assign(checkRuns[0], body)]],
    [
      /^GET .*\/git\/ref\//,
      () =>
        tip === undefined ? [404, { message: 'Not Found' }] : [200, { object: { sha: tip, type: 'commit' } }],
    ],
    [/^GET .*\/git\/commits\/(\w+)/, (_, [, sha]) => [200, { sha, tree: { sha: objects.get(sha).tree } }]],
    [/^GET .*\/git\/trees\/(\w+)/, (_, [, sha]) => [200, { sha, tree: objects.get(sha).tree }]],
    [
      /^GET .*\/git\/blobs\/(\w+)/,
      (_, [, sha]) => [
        200,
        { sha, encoding: 'base64', content: Buffer.from(objects.get(sha).content).toString('base64') },
      ],
    ],
    [
      /^POST .*\/git\/trees$/,
      ({ tree: [{ path, content }] }) => [201, { sha: objects.get(put(content, path)).tree }],
    ],
    [/^POST .*\/git\/commits$/, ({ tree }) => [201, { sha: keep({ tree }) }]],
    [/^POST .*\/git\/refs$|^PATCH .*\/git\/refs\//, ({ sha }) => [200, { object: { sha: (tip = sha) } }]],
  ];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      const asked = `${request.method} ${request.url}`;
      requests.push(asked);
      const [found] = answers
        .map(([pattern, answer]) => [pattern.exec(asked), answer])
        .filter(([match]) => match !== null);
      const [status, body] = found?.[1](text === '' ? {} : JSON.parse(text), found[0]) ?? [
        404,
        { message: 'Not Found' },
      ];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    comments,
    checkRuns,
    requests,
    kept: () => objects.get(objects.get(objects.get(tip).tree).tree[0].sha).content,
    keep: (content) => (tip = put(content)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Without what differs from run to run: numbers with their units, hexadecimal digits, drawings, widths. */
function masked(text) {
  return text
    .replaceAll(/\u001b\[[\d;]*m/g, '')
    .replaceAll(/\/tmp\/[\w./-]+/g, '<path>')
    .replaceAll(/\b[0-9a-f]{7,40}\b/g, '<hex>')
    .replaceAll(/[▁▂▃▄▅▆▇█░▒▓▏▎▍▌▋▊▉·]+/g, '<bar>')
    .replaceAll(
      /[-+−]?\d[\d.,]*(?:e[-+]?\d+)?\s?(?:ns|µs|us|ms|s|m|h|B|KB|MB|GB|KiB|MiB|GiB)?\b(?:\/(?:s|min))?/g,
      '#',
    )
    .replaceAll(/[ \t]+/g, ' ');
}

/** By what entries of a list are told apart. */
const KEYS = ['id', 'name', 'expression', 'metric'];

/** Every path of a value with what stands there, as masked text; entries of one list are one path unless they have names. */
function pathsOf(value, path = '', found = new Map()) {
  if (Array.isArray(value)) {
    for (const entry of value) {
      const key = KEYS.find((name) => typeof entry?.[name] === 'string');
      pathsOf(
        entry,
        `${path}[${key === undefined || /\.(steps|processes)$/.test(path) ? '' : masked(entry[key])}]`,
        found,
      );
    }
    if (value.length === 0) pathsOf('(empty)', path, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) pathsOf(one, `${path}.${masked(key)}`, found);
  } else {
    const text = typeof value === 'number' ? '#' : masked(String(value));
    found.set(path, [...new Set([...(found.get(path) ?? []), text])].sort());
  }
  return found;
}

/** Lines that a run has printed count as paths without a value. */
function shapeOf({ results, text }) {
  const lines = masked(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return { paths: [...pathsOf(results)], lines: [...new Set(lines)] };
}

/** What several runs have in common: which paths there always are or sometimes, and values where they never differ. */
function common(shapes) {
  const all = shapes.map(({ paths }) => new Map(paths));
  const paths = [...new Set(all.flatMap((map) => [...map.keys()]))].map((path) => {
    const values = all.map((map) => map.get(path)).filter((value) => value !== undefined);
    const isStable = values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]));
    return [path, values.length === shapes.length, isStable && values[0].length <= 20 ? values[0] : null];
  });
  const lines = shapes[0].lines.filter((line) => shapes.every((shape) => shape.lines.includes(line)));
  return { paths, lines };
}

/** What is not as it was frozen, in words. */
function unlike({ paths, lines }, shape) {
  const now = new Map(shape.paths);
  const known = new Set(paths.map(([path]) => path));
  return [
    ...paths.flatMap(([path, always, values]) => {
      const current = now.get(path);
      if (current === undefined) return always ? [`gone: ${path}`] : [];
      if (values === null || JSON.stringify(current) === JSON.stringify(values)) return [];
      return [`${path}\n    was ${values.join(' | ')}\n    is  ${current.join(' | ')}`];
    }),
    ...[...now.keys()]
      .filter((path) => !known.has(path))
      .map((path) => `new: ${path} = ${now.get(path).join(' | ')}`),
    ...lines.filter((line) => !shape.lines.includes(line)).map((line) => `no longer printed: ${line}`),
  ];
}

async function live({ write, names }) {
  const all = (await liveCases()).filter(
    ({ textOnly, name }) => !textOnly && (names.length === 0 || names.includes(name)),
  );
  const file = join(FROZEN, 'shapes.json.br');
  const frozen = existsSync(file) ? JSON.parse(unpacked(file)) : {};
  let differing = 0;
  // One after another where ports are fixed or times are compared; the others beside them.
  await inParallel(
    all,
    async (one) => {
      const began = Date.now();
      const runs = [];
      for (let time = 0; time < (write ? TIMES : 1); time += 1) runs.push(await runLive(one));
      const shapes = runs.map(shapeOf);
      console.log(`${one.name}: ${Math.round((Date.now() - began) / 100) / 10} s`);
      if (write) {
        frozen[one.name] = common(shapes);
        if (!one.calibration)
          pack(join(FROZEN, 'results', `${one.name}.json.br`), JSON.stringify(runs[0].results));
        return;
      }
      const found =
        frozen[one.name] === undefined ? ['was never frozen'] : unlike(frozen[one.name], shapes[0]);
      if (found.length > 0) differing += 1;
      for (const line of found) console.log(`  ${one.name}: ${line}`);
    },
    2,
  );
  if (write) pack(file, JSON.stringify(frozen));
  else
    console.log(
      differing === 0
        ? `live runs: ${all.length} as frozen`
        : `live runs: ${differing} of ${all.length} differ`,
    );
  return differing;
}

// ---- tools ----

const folders = [];

function temporaryFolder(files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-frozen-'));
  folders.push(folder);
  writeFiles(folder, files);
  return folder;
}

function writeFiles(folder, files) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function cli(args, cwd, options = {}) {
  return run([CLI, ...args], cwd, {
    env: { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', TZ: 'UTC', LANG: 'C.UTF-8' },
    ...options,
  });
}

function run(args, cwd, { env, interrupt }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (part) => (text.stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part) => (text.stderr += part));
    const timer = interrupt && setTimeout(() => child.kill(interrupt.signal), interrupt.after);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, ...text });
    });
  });
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createTcpServer());
  await Promise.all(
    servers.map((server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function inParallel(items, act, workers = availableParallelism() + 1) {
  const results = new Array(items.length);
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await act(items[index]);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

const unpacked = (file) => brotliDecompressSync(readFileSync(file)).toString();

function pack(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }));
}

function difference(name, was, is, whole) {
  const folder = temporaryFolder({ was: was ?? '', is: is ?? '' });
  const { stdout } = spawnSync(
    'diff',
    ['-U2', '--label', `frozen ${name}`, '--label', `now ${name}`, 'was', 'is'],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1e9,
    },
  );
  const lines = stdout
    .split('\n')
    .map((line) => (line.length > 400 && !whole ? `${line.slice(0, 400)} …` : line));
  const rest = lines.length - LINES_SHOWN;
  return whole || rest <= 1
    ? lines.join('\n')
    : `${lines.slice(0, LINES_SHOWN).join('\n')}\n… ${rest} more lines\n`;
}

/** Changed on purpose, as results.json has gained fields (see toCurrent): git shows how. */
const ON_PURPOSE = ['schema schema/results.schema.json'];

function compare(part, now, { whole, expected = (_, text) => text }) {
  const frozen = JSON.parse(unpacked(join(FROZEN, `${part}.json.br`)));
  const all = new Set([...Object.keys(frozen), ...Object.keys(now)]);
  const names = [...all].filter((name) => !ON_PURPOSE.includes(name)).sort();
  const differing = names.filter((name) => {
    const was = frozen[name] === undefined ? undefined : expected(name, frozen[name]);
    if (was === now[name]) return false;
    console.log(difference(name, was, now[name], whole));
    return true;
  });
  if (differing.length === 0) console.log(`${part}: ${names.length} as frozen`);
  else console.log(`${part}: ${differing.length} of ${names.length} differ:\n  ${differing.join('\n  ')}`);
  return differing.length;
}

const PARTS = {
  reports: { now: reportsNow, expected: expectedReport },
  texts: { now: textsNow },
};

async function main(args) {
  const has = (option) => args.includes(option);
  const names = args.filter((arg) => !arg.startsWith('--'));
  const write = has('--write');
  let differing = 0;
  if (has('--live')) differing += await live({ write, names });
  if (!has('--live') || (write && names.length === 0)) {
    for (const [part, { now, expected }] of Object.entries(PARTS)) {
      if (!has('--live') && names.length > 0 && !names.includes(part)) continue;
      const texts = await now();
      if (write) pack(join(FROZEN, `${part}.json.br`), JSON.stringify(texts));
      else differing += compare(part, texts, { whole: has('--all'), expected });
    }
  }
  return differing === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
