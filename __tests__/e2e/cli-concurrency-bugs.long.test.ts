import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
import { emptyFolder, runCli, write, type CliRun } from './run-cli.js';

/*
 * Bugs that only show, or only hurt, when flows run together, in command flows and HTTP flows, each beside its healthy
 * twin, with every check as a gate: exactly the right one fails, and names the culprit.
 */

/**
 * In every scenario. What the monitor costs depends on how fast the machine is, which is not what these tests ask; and
 * runs of some seconds may be too uneven to rule out growth, which must not be called growth.
 */
const GATES = 'checks: {concurrency: fail, isolation: fail, cleanup: fail, growth: warn, monitoring: off}';

interface Case {
  /** Of the scenario, as YAML, without its checks. */
  readonly scenario: string;
  readonly files: Readonly<Record<string, string>>;
}

async function run({ scenario, files }: Case): Promise<CliRun & { readonly one: ScenarioResults }> {
  const cwd = emptyFolder();
  for (const [path, content] of Object.entries(files)) write(cwd, path, content);
  const rest = `${GATES}, thresholds: [success_rate == 100%]`;
  write(cwd, 'f.yml', `version: 1\nscenarios:\n  s: {${scenario}, ${rest}}\n`);
  const cli = await runCli(['run', '--config', 'f.yml'], { cwd });
  const [one] = cli.results().scenarios;
  if (one === undefined) throw new Error(`no scenario: ${cli.stderr}`);
  return { ...cli, one };
}

const notPassed = ({ checks }: ScenarioResults) =>
  checks
    .filter(({ id, outcome }) => outcome === 'fail' || (outcome !== 'pass' && id !== 'growth'))
    .map(({ id, outcome }) => `${id}: ${outcome}`);

/** What 100 commands do, five at once, slowly enough for growth to be judged; each asks a service, which answers with the token that it was sent. */
function commands(script: string, rest = ''): Case {
  return {
    scenario: `run: bash -e flow.sh, flows: 5, iterations: 100, ${rest}
      service: {run: exec node echo.mjs, ready: "tcp://127.0.0.1:{{port}}"}`,
    files: {
      'flow.sh': `exec 3<>/dev/tcp/127.0.0.1/$FLOWGATE_PORT
echo "order of $FLOWGATE_TOKEN" >&3
read -r answer <&3
exec 3>&-
echo "$answer"
${script}
`,
      'echo.mjs': `import { createServer } from 'node:net';
createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(Number(process.env.FLOWGATE_PORT), '127.0.0.1');
`,
    },
  };
}

/** What a server does with 3000 requests, eight at once. */
function requests(handle: string, rest = ''): Case {
  return {
    scenario: `http: {url: "http://127.0.0.1:{{port}}/order", headers: {x-user: "{{token}}"}}, flows: 8, iterations: 3000, ${rest}
      service: {run: exec node server.mjs, ready: "tcp://127.0.0.1:{{port}}"}`,
    files: {
      'server.mjs': `import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
let current;
let orders = 0;
createServer(async (request, response) => {
  if (request.url === '/orders') return response.end(String(orders));
  const user = request.headers['x-user'];
  ${handle}
}).listen(Number(process.env.FLOWGATE_PORT), '127.0.0.1');
`,
      'verify.mjs': `const answer = await fetch('http://127.0.0.1:' + process.env.FLOWGATE_PORT + '/orders');
const orders = await answer.text();
if (orders !== '3000') { console.error('3000 flows, but ' + orders + ' orders'); process.exit(1); }
`,
    },
  };
}

interface Bug {
  readonly broken: Case;
  readonly healthy: Case;
  readonly check: string;
  readonly evidence: RegExp;
}

const BUGS: readonly (readonly [string, Bug])[] = [
  [
    'a script that keeps its user in a shared file',
    {
      broken: commands('echo "$FLOWGATE_TOKEN" > user; sleep 0.25; echo "receipt for $(cat user)"'),
      healthy: commands(
        'cd "$FLOWGATE_WORKSPACE"; echo "$FLOWGATE_TOKEN" > user; sleep 0.25; echo "receipt for $(cat user)"',
      ),
      check: 'isolation',
      evidence:
        /^flow \d+ \(slot \d\) saw the token of flow \d+ in stdout at byte \d+: ".*receipt for fg-[0-9a-f]{12}-\d+"$/,
    },
  ],
  [
    'a script that counts in a shared file and loses updates',
    {
      broken: commands(
        'n=$(cat count 2>/dev/null || true); sleep 0.25; echo $((n + 1)) > count',
        'verify: "sh count.sh $(cat count)",',
      ),
      // Appending is one step, of which the kernel lets nothing come between.
      healthy: commands('sleep 0.25; echo x >> count', 'verify: "sh count.sh $(wc -l < count)",'),
      check: 'invariants',
      evidence: /100 flows, but a count of \d+/,
    },
  ],
  [
    'a daemon that forks twice and stays',
    {
      broken: commands('[ $((FLOWGATE_ITERATION % 50)) != 7 ] || (setsid sleep 71 &); sleep 0.25'),
      healthy: commands('setsid sleep 71 & child=$!; trap "kill $child" EXIT; sleep 0.25'),
      check: 'cleanup',
      evidence: /^flow (7|57) \(slot \d\) left process \d+ "sleep 71" \(parent \d+\) in \//,
    },
  ],
  [
    'a server that mixes up two users',
    {
      broken: requests('current = user; await delay(2); orders += 1; response.end(current);'),
      healthy: requests('await delay(2); orders += 1; response.end(user);'),
      check: 'isolation',
      evidence:
        /^flow \d+ \(slot \d\) saw the token of flow \d+ in the response to GET \/order at byte 0: "fg-[0-9a-f]{12}-\d+"$/,
    },
  ],
  [
    'a server that loses updates',
    {
      broken: requests(
        'const before = orders; await delay(2); orders = before + 1; response.end(user);',
        'verify: node verify.mjs,',
      ),
      healthy: requests('await delay(2); orders += 1; response.end(user);', 'verify: node verify.mjs,'),
      check: 'invariants',
      evidence: /3000 flows, but \d+ orders/,
    },
  ],
  [
    'a server that leaves a process behind for some requests',
    {
      broken: requests(
        `orders += 1; if (orders % 1000 === 7) spawn('sleep', ['72'], { detached: true, stdio: 'ignore' });
         await delay(2); response.end(user);`,
      ),
      healthy: requests(
        `orders += 1; if (orders % 1000 === 7) await once(spawn('true', { detached: true, stdio: 'ignore' }), 'exit');
         await delay(2); response.end(user);`,
      ),
      check: 'cleanup',
      evidence: /^a service left process \d+ "sleep 72" \(parent \d+\) in \/.* when it was stopped$/,
    },
  ],
];

const COUNT = 'test "$1" = 100 || { echo "100 flows, but a count of $1" >&2; exit 1; }\n';
const SPAWN = "import { once } from 'node:events';\nimport { spawn } from 'node:child_process';\n";

/** The files that the bugs need beside their own. */
function complete({ scenario, files }: Case): Case {
  const server = files['server.mjs'];
  return {
    scenario,
    files: {
      ...files,
      'count.sh': COUNT,
      ...(server === undefined ? {} : { 'server.mjs': SPAWN + server }),
    },
  };
}

const hasSetsid = process.platform === 'linux' && spawnSync('setsid', ['true']).status === 0;

(hasSetsid ? test : test.skip).each(BUGS)(
  '%s fails exactly the right check, which names the culprit; its healthy twin passes them all',
  async (_, { broken, healthy, check, evidence }) => {
    const [bad, good] = await Promise.all([run(complete(broken)), run(complete(healthy))]);
    expect([notPassed(bad.one), bad.one.problems]).toEqual([[`${check}: fail`], []]);
    expect(bad.one.thresholds.map(({ outcome }) => outcome)).toEqual(['pass']);
    const found = bad.one.checks.find(({ id }) => id === check)?.evidence;
    expect(found?.[0]).toMatch(evidence);
    expect([bad.status, bad.stdout]).toEqual([1, expect.stringContaining(`✗ ${check}`)]);

    expect([notPassed(good.one), good.one.problems, good.status]).toEqual([[], [], 0]);
    const verified = healthy.scenario.includes('verify') ? ['invariants'] : [];
    expect(good.one.checks.map(({ id }) => id)).toEqual([
      'concurrency',
      ...verified,
      'isolation',
      'cleanup',
      'growth',
    ]);
  },
);
