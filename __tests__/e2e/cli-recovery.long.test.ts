import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CheckResult, ScenarioResults } from '../../src/model/results.js';
import { nodeFreePorts } from '../../src/services/free-ports.js';
import { type CliRun, emptyFolder, runCli, write } from './run-cli.js';

/** ms that the dependency takes for an answer. */
const ANSWER = 20;

let dependency: Server;
let upstream = 0;
let listen = 0;
let service = 0;

beforeAll(async () => {
  // A line in, a line out, as a small database would.
  dependency = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (line) => {
      setTimeout(() => socket.write(line), ANSWER);
    });
  });
  await new Promise<void>((resolve) => {
    dependency.listen(0, '127.0.0.1', resolve);
  });
  upstream = (dependency.address() as AddressInfo).port;
  [listen = 0, service = 0] = await nodeFreePorts.find(2);
});

afterAll(() => {
  dependency.close();
});

type Scenario = CliRun & { readonly one: ScenarioResults };

/** Whether the monitor keeps its share depends on the machine, and is not what is asked here. */
const OTHERWISE = 'checks: {monitoring: off}';

async function runScenario(lines: readonly string[], files: Record<string, string> = {}): Promise<Scenario> {
  const cwd = emptyFolder();
  for (const [path, content] of Object.entries(files)) write(cwd, path, content);
  write(
    cwd,
    '.github/flowgate.yml',
    ['version: 1', 'scenarios:', '  s:', ...[OTHERWISE, ...lines].map((line) => `    ${line}`)].join('\n'),
  );
  return withScenario(await runCli(['run'], { cwd }));
}

function withScenario(run: CliRun): Scenario {
  const [one] = run.results().scenarios;
  if (one === undefined) throw new Error(`no scenario: ${run.stdout}${run.stderr}`);
  expect(one.problems).toEqual([]);
  return { ...run, one };
}

const failing = ({ checks }: ScenarioResults): string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

const checkOf = ({ checks }: ScenarioResults, id: string): CheckResult | undefined =>
  checks.find((check) => check.id === id);

/** Saved results, judged once more, say the same. */
async function expectSameAgain({ cwd, one }: Scenario, file = '.flowgate/results.json'): Promise<void> {
  const again = await runCli(['report', file, '--json', 'again.json'], { cwd });
  expect(again.results('again.json').scenarios[0]?.checks).toEqual(one.checks);
}

/** A service with a pool of four connections, which shows the token of the flow to its dependency. */
const poolServer = (givesBack: boolean): string => `
import { createServer } from 'node:http';
import { connect } from 'node:net';

const idle = [];
const waiting = [];
const give = (connection) => {
  const next = waiting.shift();
  if (next === undefined) idle.push(connection);
  else next(connection);
};
const take = () => (idle.length > 0 ? Promise.resolve(idle.shift()) : new Promise((next) => waiting.push(next)));
const open = () => connect(${listen}, '127.0.0.1').on('error', () => undefined);
for (let count = 0; count < 4; count++) give(open());

const query = (connection, text) =>
  new Promise((resolve, reject) => {
    connection.once('data', resolve);
    connection.once('close', () => reject(new Error('the connection was reset')));
    connection.write(text + '\\n');
  }).finally(() => {
    connection.removeAllListeners('data');
    connection.removeAllListeners('close');
  });

createServer(async (request, response) => {
  if (request.url === '/ready') return response.end();
  const connection = await take();
  try {
    await query(connection, request.url);
    give(connection);
    response.end('ok');
  } catch (thrown) {
    ${givesBack ? 'give(open());' : '// Forgotten: the pool is one smaller from now on.'}
    response.statusCode = 502;
    response.end(thrown.message);
  }
}).listen(${service}, '127.0.0.1');
`;

const poolScenario = (): string[] => [
  `service: {run: exec node server.mjs, ready: "http://127.0.0.1:${service}/ready"}`,
  `http: "http://127.0.0.1:${service}/order/{{token}}"`,
  'flows: 8',
  'iterations: 40',
  'timeout: 3s',
  'thresholds: [success_rate >= 0%]',
  `faults: {seed: 2, network: [{listen: ${listen}, upstream: "127.0.0.1:${upstream}", reset: 60%}]}`,
];

describe('a pool of connections to a dependency that resets some', () => {
  test('recovers when it opens new ones; of containment nothing is known, as only its first connections are reset', async () => {
    const run = await runScenario(poolScenario(), { 'server.mjs': poolServer(true) });
    expect(run.one.hits?.failed).toBeGreaterThan(0);
    expect(run.one.hits?.untraced).toBe(0);
    expect(failing(run.one)).toEqual([]);
    expect(checkOf(run.one, 'containment')).toMatchObject({
      level: 'warn',
      outcome: 'inconclusive',
      evidence: expect.arrayContaining([
        expect.stringMatching(/^no fault hit any flow after the first faulted wave, which is not compared/),
      ]) as unknown,
    });
    expect(checkOf(run.one, 'recovery')).toMatchObject({ level: 'fail', outcome: 'pass' });
    await expectSameAgain(run);
  }, 60_000);

  test('fails recovery, and that alone, when it forgets what was reset', async () => {
    const run = await runScenario(poolScenario(), { 'server.mjs': poolServer(false) });
    expect(failing(run.one)).toEqual(['recovery']);
    expect(run.status).toBe(1);
    expect(checkOf(run.one, 'recovery')).toMatchObject({
      title: 'After the faults it was not as before',
      evidence: expect.arrayContaining([
        expect.stringMatching(/^(flow time .* in the clean waves after faults, .* at least \+|not ok: )/),
      ]) as unknown,
    });
    await expectSameAgain(run);
  }, 90_000);
});

/** Takes 80 ms a request. With `crashes`, the error that a client's death raises is nobody's, and all requests go down. */
const crashServer = (crashes: boolean): string => `
import { createServer } from 'node:http';

process.on('uncaughtException', () => server.closeAllConnections());
const server = createServer((request, response) => {
  if (request.url === '/ready') return response.end();
  ${crashes ? "response.on('close', () => { if (!response.writableFinished) throw new Error('aborted'); });" : ''}
  setTimeout(() => response.end('ok'), 80);
});
server.listen(${service}, '127.0.0.1');
`;

const crashScenario = (): string[] => [
  `service: {run: exec node server.mjs, ready: "http://127.0.0.1:${service}/ready"}`,
  `http: "http://127.0.0.1:${service}/order"`,
  'flows: 8',
  'iterations: 24',
  'thresholds: [success_rate >= 0%]',
  'faults: {seed: 1, kill: {share: 20%, after: 10ms..60ms}}',
];

describe('a server whose clients are killed', () => {
  test('passes both checks when it lets them go', async () => {
    const run = await runScenario(crashScenario(), { 'server.mjs': crashServer(false) });
    expect(run.one.hits?.killed).toBeGreaterThan(5);
    expect(failing(run.one)).toEqual([]);
    expect(checkOf(run.one, 'containment')?.outcome).toBe('pass');
    expect(checkOf(run.one, 'recovery')?.outcome).toBe('pass');
  }, 60_000);

  test('fails containment, and that alone, when one takes the requests of all others down', async () => {
    const run = await runScenario(crashScenario(), { 'server.mjs': crashServer(true) });
    expect(failing(run.one)).toEqual(['containment']);
    expect(run.status).toBe(1);
    const { evidence = [] } = checkOf(run.one, 'containment') ?? {};
    expect(evidence[0]).toMatch(/^not ok: \d+ of \d+ flows \(.*\) in the faulted waves, 0 of \d+ \(0%\)/);
    const [, flow] =
      /^wave \d+: after flow (\d+) \(slot \d\) was killed, flows? /.exec(evidence[1] ?? '') ?? [];
    expect(run.one.flows.find(({ iteration }) => iteration === Number(flow))?.hit?.kind).toBe('kill');
    await expectSameAgain(run);
  }, 60_000);
});

test('command flows that are killed leave the others as they were', async () => {
  const run = await runScenario([
    'run: sleep 0.2',
    'flows: 6',
    'thresholds: [success_rate >= 100%]',
    'faults: {seed: 3, kill: {share: 30%, after: 20ms..150ms}}',
  ]);
  expect(run.one.hits?.killed).toBeGreaterThan(3);
  expect(failing(run.one)).toEqual([]);
  expect(checkOf(run.one, 'containment')?.outcome).toBe('pass');
  expect(checkOf(run.one, 'recovery')?.outcome).toBe('pass');
  expect(run.status).toBe(0);
  await expectSameAgain(run);
}, 60_000);

test('a module flow that shares its process is aborted, and counts as killed whatever it does then', async () => {
  const run = await runScenario(
    [
      'module: flow.mjs',
      'flows: 4',
      'thresholds: [success_rate >= 100%]',
      'faults: {seed: 9, rounds: 1, kill: {share: 50%, after: 50ms..100ms}}',
    ],
    {
      'flow.mjs': `
import { setTimeout as delay } from 'node:timers/promises';
export default async ({ signal, iteration }) => {
  if (iteration % 2 === 0) await delay(400, undefined, { signal });
  else await delay(400);
};`,
    },
  );
  const hit = run.one.flows.filter((flow) => flow.hit !== undefined);
  expect(hit.length).toBeGreaterThan(0);
  for (const { outcome, error, endedAt, hit: by } of hit) {
    expect(outcome).toBe('killed');
    expect(error?.message).toMatch(/^killed by a fault: aborted after [\d.]+ ms$/);
    expect(endedAt - (by?.at ?? 0)).toBeLessThan(300);
  }
  expect(run.one.counts).toMatchObject({ ok: 20 - hit.length, killed: hit.length });
  // One round is too few to tell, and nobody has asked.
  expect(checkOf(run.one, 'containment')).toMatchObject({ level: 'warn', outcome: 'inconclusive' });
  expect(run.status).toBe(0);
}, 60_000);

describe('the demo', () => {
  test.each([
    ['cascade', 'containment'],
    ['stuck', 'recovery'],
  ])(
    'with the bug %s fails %s, and that alone',
    async (bug, check) => {
      const run = withScenario(await runCli(['demo', '--bug', bug, '--seed', '5']));
      expect(failing(run.one)).toEqual([check]);
      await expectSameAgain(run);
    },
    180_000,
  );
});
