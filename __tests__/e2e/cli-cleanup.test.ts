import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CheckResult, ScenarioResults } from '../../src/model/results.js';
import { isAlive } from '../processes.js';
import { emptyFolder, runCli, write, type CliRun } from './run-cli.js';

interface Run {
  /** Of the scenario, as YAML. */
  readonly scenario: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** In one run: with the check as a gate, and nothing else that could fail, on a slow machine either. */
async function runScenarios(
  scenarios: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<CliRun & { readonly all: readonly ScenarioResults[] }> {
  const cwd = emptyFolder();
  for (const [path, content] of Object.entries(files)) write(cwd, path, content);
  const rest =
    'checks: {cleanup: fail, concurrency: off, monitoring: off}, thresholds: [success_rate == 100%]';
  const lines = scenarios.map((scenario, index) => `  s${index}: {${scenario}, ${rest}}\n`);
  write(cwd, 'f.yml', `version: 1\nscenarios:\n${lines.join('')}`);
  const run = await runCli(['run', '--config', 'f.yml'], { cwd });
  return { ...run, all: run.results().scenarios };
}

async function runScenario({ scenario, files }: Run): Promise<CliRun & { readonly one: ScenarioResults }> {
  const run = await runScenarios([scenario], files);
  return { ...run, one: at(run.all, 0) };
}

function at(scenarios: readonly ScenarioResults[], index: number): ScenarioResults {
  const one = scenarios[index];
  if (one === undefined) throw new Error(`there is no scenario ${index}`);
  return one;
}

const failing = ({ checks }: ScenarioResults) =>
  checks.filter(({ outcome }) => outcome !== 'pass').map(({ id }) => id);

const cleanupOf = ({ checks }: ScenarioResults): CheckResult | undefined =>
  checks.find(({ id }) => id === 'cleanup');

const onLinux = process.platform === 'linux' ? describe : describe.skip;
const hasSetsid = spawnSync('setsid', ['true']).status === 0;
const hasPerl = spawnSync('perl', ['-e', '1']).status === 0;

onLinux('what flows leave', () => {
  const withSetsid = hasSetsid ? test : test.skip;

  withSetsid.each([
    ['a daemon that forks twice', `setsid sh -c 'echo $$ >/dev/null; sleep 71 & '`, /^flow \d \(slot \d\)/],
    ['one with an empty environment', `setsid env -i sh -c 'sleep 71 & '`, /^a flow of slot \d|^flow \d/],
  ])('%s is found, named and ended', async (_, run, who) => {
    const { one, status } = await runScenario({ scenario: `run: "${run}", flows: 3, iterations: 6` });
    expect(status).toBe(1);
    expect(failing(one)).toEqual(['cleanup']);
    const lines = cleanupOf(one)?.evidence ?? [];
    expect(lines).toHaveLength(6);
    for (const line of lines) {
      expect(line).toMatch(who);
      expect(line).toMatch(/ left process \d+ "sleep 71" \(parent \d+\) in \//);
    }
    for (const { pid } of one.leftovers) expect(isAlive(pid)).toBe(false);
  });

  (hasPerl ? test : test.skip)('a daemon that closes all it has, seen while it was in the tree', async () => {
    const daemon = `use POSIX; exit if fork; setsid; select undef, undef, undef, 0.4; exit if fork;
      close STDIN; close STDOUT; close STDERR; exec 'env', '-i', 'sleep', '72';`;
    const { one } = await runScenario({
      scenario: `run: "perl daemon.pl; sleep 0.5", flows: 2`,
      files: { 'daemon.pl': daemon },
    });
    expect(failing(one)).toEqual(['cleanup']);
    expect(one.leftovers.map(({ command }) => command)).toEqual(['sleep 72', 'sleep 72']);
    for (const { pid } of one.leftovers) expect(isAlive(pid)).toBe(false);
  });

  const HIDES = `use POSIX; exit if fork; setsid; exit if fork; POSIX::close($_) for 0 .. 9;
    exec 'env', '-i', @ARGV;`;
  const withPerl = hasPerl ? test : test.skip;

  const hiding = [
    [
      'a command',
      `run: "perl hide.pl sleep 78", flows: 2`,
      /^a flow of slot [12] left|^flow [12] \(slot [12]\)/,
    ],
    ['a module', `module: m.mjs, flows: 2`, /^a flow left|^flow [12]/],
    ['a module with a process each', `module: m.mjs, isolate: process, flows: 2`, /^a flow left|^flow [12]/],
  ] as const;
  let hidden: readonly ScenarioResults[];

  beforeAll(async () => {
    if (!hasPerl) return;
    const scenarios = hiding.map(([, scenario]) => scenario);
    const run = await runScenarios(scenarios, {
      'hide.pl': HIDES,
      'm.mjs': `import { spawnSync } from 'node:child_process';
        export default () => { spawnSync('perl', ['hide.pl', 'sleep', '78']); };`,
    });
    hidden = run.all;
  });

  withPerl.each(hiding.map(([what, , who], index) => [what, who, index] as const))(
    'a daemon of %s that hides at once: no parent, no environment, no descriptor',
    (_, who, index) => {
      const one = at(hidden, index);
      expect([one.verdict, failing(one)]).toEqual(['fail', ['cleanup']]);
      expect(one.leftovers.map(({ command }) => command)).toEqual(['sleep 78', 'sleep 78']);
      for (const line of cleanupOf(one)?.evidence ?? []) expect(line).toMatch(who);
      for (const { pid } of one.leftovers) expect(isAlive(pid)).toBe(false);
    },
  );

  withPerl('what a daemon that hides uses counts for the gates', async () => {
    const { one } = await runScenario({
      scenario: `run: "perl hide.pl perl -e '$x = q(x) x 2e8; sleep 79'; sleep 0.8", flows: 1`,
      files: { 'hide.pl': HIDES },
    });
    expect(one.metrics.peak_memory?.value).toBeGreaterThan(2e8);
    for (const { pid } of one.leftovers) expect(isAlive(pid)).toBe(false);
  });

  withPerl('flows that the timeout has ended leave no daemon that hides either', async () => {
    const { cwd, one } = await runScenario({
      scenario: `run: "perl hide.pl sleep 80; sleep 30", flows: 2, timeout: 500ms`,
      files: { 'hide.pl': HIDES },
    });
    expect(one.metrics.timed_out?.value).toBe(2);
    const alive = readdirSync('/proc').filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === cwd;
      } catch {
        return false;
      }
    });
    expect(alive).toEqual([]);
  });

  test('files in the temporary folder, known by a token in their name or in what they hold', async () => {
    const { one } = await runScenario({
      scenario: `run: sh leave.sh, flows: 2`,
      files: {
        'leave.sh': `touch /tmp/$FLOWGATE_TOKEN.sock
          echo "for $FLOWGATE_TOKEN" > "$(mktemp)"
          mkdir -p "$(mktemp -d)/order-$FLOWGATE_TOKEN"
          : > "$(mktemp)-somebody"`,
      },
    });
    const left = one.leftBehind?.files ?? [];
    for (const { path } of left) rmSync(path, { recursive: true });
    expect(failing(one)).toEqual(['cleanup']);
    expect(left.map(({ iteration }) => iteration).sort()).toEqual([1, 1, 1, 2, 2, 2]);
    expect(cleanupOf(one)?.title).toBe('Left behind: 6 files');
    expect(cleanupOf(one)?.evidence[0]).toMatch(/^flow 1 \(slot 1\) left \/tmp\//);
  });

  test('a port, with whoever listens on it', async () => {
    const { one } = await runScenario({
      scenario: `run: "node server.mjs & until test -e $FLOWGATE_WORKSPACE/up; do sleep 0.05; done", flows: 2`,
      files: {
        'server.mjs': `import { createServer } from 'node:net';
          import { writeFileSync } from 'node:fs';
          createServer().listen(0, '127.0.0.1', () => writeFileSync(process.env.FLOWGATE_WORKSPACE + '/up', ''));`,
      },
    });
    expect(failing(one)).toEqual(['cleanup']);
    const pids = one.leftovers.map(({ pid }) => pid);
    expect(one.leftBehind?.ports.map(({ pid }) => pid).sort()).toEqual([...pids].sort());
    expect(cleanupOf(one)?.evidence.at(-1)).toMatch(
      /^port 127\.0\.0\.1:\d+ is still listened on by process \d+ "node server\.mjs", left by flow \d \(slot \d\)$/,
    );
  });

  test('a port that a module’s flow opens in its host, unless the teardown closes it', async () => {
    const source = (teardown: string): string => `import { createServer } from 'node:net';
      const open = [];
      export default () => new Promise((r) => open.push(createServer().listen(0, '::1', r)));
      ${teardown}`;
    const run = (teardown: string) =>
      runScenario({ scenario: 'module: flow.mjs, flows: 2', files: { 'flow.mjs': source(teardown) } });
    const { one } = await run('');
    expect(failing(one)).toEqual(['cleanup']);
    expect(cleanupOf(one)?.evidence[0]).toMatch(
      /^port \[::1\]:\d+ is still listened on by process \d+ ".*host\.js"$/,
    );
    const closed = await run('export const teardown = () => { for (const server of open) server.close(); };');
    expect([failing(closed.one), closed.status]).toEqual([[], 0]);
  });

  test('a child in a session of its own that an HTTP service leaves when it is stopped', async () => {
    const { one } = await runScenario({
      scenario: `http: "http://127.0.0.1:{{port}}/", flows: 2,
        service: {run: node server.mjs, ready: "tcp://127.0.0.1:{{port}}"}`,
      files: {
        'server.mjs': `import { createServer } from 'node:http';
          import { spawn } from 'node:child_process';
          createServer((_, answer) => {
            spawn('sleep', ['73'], { detached: true, stdio: 'ignore' }).once('spawn', () => answer.end());
          }).listen(Number(process.env.FLOWGATE_PORT), '127.0.0.1');`,
      },
    });
    expect(failing(one)).toEqual(['cleanup']);
    expect(one.leftovers).toHaveLength(2);
    expect(cleanupOf(one)?.evidence[0]).toMatch(
      /^a service left process \d+ "sleep 73" \(parent \d+\) in \/.* when it was stopped$/,
    );
    for (const { pid } of one.leftovers) expect(isAlive(pid)).toBe(false);
  });
});

describe('no alarm', () => {
  const SERVICE = `import { createServer } from 'node:http';
    import { fork } from 'node:child_process';
    const [, , role] = process.argv;
    if (role === 'worker') setInterval(() => {}, 1000);
    else {
      const workers = [fork('server.mjs', ['worker'])];
      createServer((_, answer) => {
        workers.push(fork('server.mjs', ['worker']));
        answer.end();
      }).listen(Number(process.env.FLOWGATE_PORT), '127.0.0.1');
    }`;

  const quiet: readonly (readonly [string, Run])[] = [
    ['for a child that takes 200 ms to end', { scenario: `run: "sleep 0.2 &", flows: 4, iterations: 12` }],
    [
      'for a service that lives through the run and grows its pool of workers',
      {
        scenario: `http: "http://127.0.0.1:{{port}}/", flows: 3,
          service: {run: node server.mjs, ready: "tcp://127.0.0.1:{{port}}"}`,
        files: { 'server.mjs': SERVICE },
      },
    ],
    [
      'for what setup has started, and what the warm-up has',
      {
        scenario: `run: "test -e once || { touch once; sleep 74 & }; true", flows: 2, iterations: 4, warmup: 1,
          setup: "setsid sleep 75 </dev/null >/dev/null 2>&1 &"`,
      },
    ],
    [
      'for a process that a module has started in its setup, nor for its port',
      {
        scenario: 'module: flow.mjs, flows: 2, iterations: 4',
        files: {
          'flow.mjs': `import { spawn } from 'node:child_process';
            import { createServer } from 'node:net';
            export const setup = () => { spawn('sleep', ['76'], { stdio: 'ignore' }); createServer().listen(0); };
            export default () => new Promise((r) => setTimeout(r, 50));`,
        },
      },
    ],
    [
      'for a file that the teardown removes',
      {
        scenario: `run: touch /tmp/kept-$FLOWGATE_TOKEN, flows: 2, teardown: "rm -f /tmp/kept-fg-*"`,
      },
    ],
  ];
  let runs: readonly ScenarioResults[];

  beforeAll(async () => {
    const files = quiet.map(([, { files: own }]) => own);
    const run = await runScenarios(
      quiet.map(([, { scenario }]) => scenario),
      Object.assign({}, ...files) as Record<string, string>,
    );
    runs = run.all;
    expect(run.status).toBe(0);
  });

  test.each(quiet.map(([what], index) => [what, index] as const))('%s', (_, index) => {
    const one = at(runs, index);
    expect([failing(one), one.problems, one.leftovers]).toEqual([[], [], []]);
    expect(cleanupOf(one)?.title).toBe('Nothing was left behind');
  });

  test('for a flow that its timeout has ended: it had no time to tidy up', async () => {
    const { one } = await runScenario({
      scenario: `run: "touch /tmp/cut-$FLOWGATE_TOKEN; sleep 30", flows: 2, timeout: 400ms`,
    });
    for (const { path } of one.leftBehind?.files ?? []) rmSync(path);
    expect(failing(one)).toEqual([]);
    if (process.platform === 'linux') {
      expect(cleanupOf(one)?.evidence).toEqual([
        '2 things of flows that were killed not counted: they had no time to tidy up',
      ]);
    }
  });
});

describe('the demo', () => {
  const scenario = (bug: string, seed: number): string =>
    `module: "flowgate:demo", flows: 10, seed: ${seed}, options: {speed: "1000", bug: "${bug}"}`;
  let runs: readonly ScenarioResults[];

  beforeAll(async () => {
    const orphans = [1, 2, 3].map((seed) => scenario('orphan', seed));
    runs = (await runScenarios([...orphans, scenario('', 4)])).all;
  });

  (process.platform === 'linux' ? test : test.skip).each([1, 2, 3])(
    'with bug orphan only cleanup fails, and names the flows: seed %i',
    (seed) => {
      const one = at(runs, seed - 1);
      expect(failing(one)).toEqual(['cleanup']);
      expect(cleanupOf(one)?.evidence).toEqual([
        expect.stringMatching(/^flow 1 \(slot 1\) left process \d+ "sleep 60" \(parent \d+\)/),
        expect.stringMatching(/^flow 6 \(slot 6\) left process \d+ "sleep 60" \(parent \d+\)/),
      ]);
    },
  );

  test('without a bug nothing is left', () => {
    expect(cleanupOf(at(runs, 3))).toMatchObject({ outcome: 'pass', level: 'fail', evidence: [] });
  });

  test('asks for the check by itself', async () => {
    const demo = await runCli(['demo', '--bug', 'orphan']);
    expect(demo.status).toBe(1);
    const [one] = demo.results().scenarios;
    expect(one?.checks.find(({ id }) => id === 'cleanup')?.level).toBe('fail');
    expect(existsSync(join(demo.cwd, '.flowgate/results.json'))).toBe(true);
    expect(readFileSync(join(demo.cwd, '.flowgate/results.json'), 'utf8')).toContain('leftBehind');
  });
});
