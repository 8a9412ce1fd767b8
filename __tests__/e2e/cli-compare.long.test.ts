import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Results } from '../../src/model/results.js';
import { nodeFreePorts } from '../../src/services/free-ports.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/*
 * Real processes that do real work: more of it is more rounds of a hash, so that nothing hangs on how fast the machine
 * is. What one sleeps is not what is compared.
 */
const HASH = `import { createHash } from 'node:crypto';
const data = Buffer.alloc(16_384, 'x');
for (let round = 0; round < Number(process.argv[2]); round += 1) createHash('sha256').update(data).digest();
`;

/** Answers with so many rounds of a hash, and writes down each start and each end. */
const SERVER = `import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { appendFileSync } from 'node:fs';
const [port, rounds, log] = process.argv.slice(2);
const data = Buffer.alloc(4096, 'x');
appendFileSync(log, 'start\\n');
process.on('SIGTERM', () => { appendFileSync(log, 'stop\\n'); process.exit(); });
createServer((q, s) => {
  for (let round = 0; round < Number(rounds); round += 1) createHash('sha256').update(data).digest();
  s.end('done');
}).on('error', ({ code }) => { console.error(code); process.exit(1); }).listen(Number(port), '127.0.0.1', () => console.log('listening'));
`;

/** Says that it is ready, and only then begins to listen. */
const EARLY = `import { createServer } from 'node:http';
console.log('ready');
setTimeout(() => {
  createServer((q, s) => setTimeout(() => s.end('done'), 100))
    .on('error', ({ code }) => { console.error(code); process.exit(1); }).listen(Number(process.argv[2]), '127.0.0.1');
}, 300);
`;

/** Ends when somebody listens. */
const LISTENS = `import { connect } from 'node:net';
const look = () => connect(Number(process.argv[2]), '127.0.0.1', () => process.exit()).on('error', () => setTimeout(look, 20));
look();
`;

function only(results: Results): Results['scenarios'][number] {
  const [scenario] = results.scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

function folder(): string {
  const cwd = emptyFolder();
  write(cwd, 'hash.mjs', HASH);
  write(cwd, 'server.mjs', SERVER);
  write(cwd, 'early.mjs', EARLY);
  write(cwd, 'listens.mjs', LISTENS);
  return cwd;
}

const hash = (rounds: number): string => `exec node hash.mjs ${rounds}`;

const twoCommands = (base: number, head: number, ...more: string[]) =>
  runCli(
    ['compare', '--base-run', hash(base), '--run', hash(head), '--flows', '2', '--budget', '60s', ...more],
    { cwd: folder() },
  );

/** All that is said beside the report: what it will take. */
const SAID =
  /^flowgate: \S+: comparing with [^\n]+: 1[02] pairs at least, each a (start and a )?round of either side: 2 × [^\n]+ a pair, [^\n]+ to the first look; up to [^\n]+\n$/;

describe('two commands', () => {
  test('one that does half as much again fails: metric, effect and interval are named', async () => {
    const run = await twoCommands(8000, 12_000, '--threshold', 'cpu_per_flow <= base + 5%');
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(SAID);
    const { comparison = [], reasons, compared } = only(run.results());
    const [result] = comparison;
    expect(result).toMatchObject({ metric: 'cpu_per_flow', outcome: 'regression' });
    expect(result?.low).toBeGreaterThan(0.02);
    expect(result?.low).toBeLessThan(0.5);
    // The start of Node is part of a flow: less than half as much again.
    expect(result?.change).toBeGreaterThan(0.15);
    expect(result?.change).toBeLessThan(0.5);
    expect(reasons[0]).toMatch(
      /^cpu_per_flow is [\d.]+% higher than exec node hash\.mjs 8000 \(99% interval \+[\d.]+% … \+[\d.]+%, \d+ pairs\); the gate is <= base \+ 5%$/,
    );
    expect(compared?.pairs.every(({ base, head }) => base.flows.started === head.flows.started)).toBe(true);
    expect(run.stdout).toContain('cpu_per_flow');
  });

  test('one against itself passes, with a limit that the noise of this machine leaves room for', async () => {
    const run = await twoCommands(8000, 8000, '--threshold', 'cpu_per_flow <= base + 40%');
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(SAID);
    const [result] = only(run.results()).comparison ?? [];
    expect(result?.outcome).toBe('no_regression');
    expect(result?.low).toBeLessThan(0);
    expect(result?.high).toBeGreaterThan(0);
  });

  test('one that does two thirds of the work is said to use less', async () => {
    const run = await twoCommands(12_000, 8000, '--threshold', 'cpu_per_flow <= base + 5%');
    expect(run.status).toBe(0);
    const { comparison, reasons, verdict } = only(run.results());
    expect(verdict).toBe('pass');
    expect(comparison?.[0]?.outcome).toBe('improvement');
    expect(reasons.join('\n')).toMatch(/cpu_per_flow is [\d.]+% lower than exec node hash\.mjs 12000/);
  });
});

test('without thresholds the default gates on the base are in force, and no absolute ones', async () => {
  // Which gates there are is known before the first pair.
  const run = await twoCommands(500, 500, '--budget', '15s');
  const { compared, thresholds, defaultGates } = only(run.results());
  expect(defaultGates).toBe(false);
  expect(thresholds.map(({ expression }) => expression)).toEqual(compared?.defaultGates);
  // On a machine that is busy, rounds may hold too few flows for a CPU time that the kernel's ticks can tell.
  const gates = compared?.defaultGates?.filter((gate) => gate !== 'cpu_per_flow <= base + 5%');
  expect(gates).toEqual(['flow_time.med <= base + 5%', 'throughput >= base - 5%', 'success_rate >= base']);
}, 120_000);

describe('two configs', () => {
  const config = (port: string, rounds: number, name = 'api'): string => `version: 1
scenarios:
  ${name}:
    http: http://127.0.0.1:${port}/
    flows: 4
    iterations: 400
    warmup: 8
    service:
      run: exec node server.mjs ${port} ${rounds} log.txt
      ready: tcp://127.0.0.1:${port}
    thresholds: [success_rate >= 99%, cpu_per_flow <= base + 5%]
`;

  /** Before a config. */
  const KEEP = 'compare: { ref: base, services: keep }\n';

  const twoConfigs = async (base: string, head: string, budget = '60s') => {
    const cwd = folder();
    write(cwd, 'old.yml', base);
    write(cwd, 'new.yml', head);
    const args = ['compare', '--base-config', 'old.yml', '--config', 'new.yml', '--budget', budget];
    return runCli(args, { cwd });
  };

  const linesOf = ({ cwd }: { cwd: string }): readonly string[] =>
    readFileSync(join(cwd, 'log.txt'), 'utf8').trim().split('\n');

  test('services start anew for each round, and never two at once, on one port', async () => {
    const [port = 0] = await nodeFreePorts.find(1);
    const run = await twoConfigs(config(String(port), 200), config(String(port), 400));
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(SAID);
    const { compared, reasons } = only(run.results());
    const { pairs = [], rounds } = compared ?? {};
    expect(reasons[0]).toMatch(/^cpu_per_flow is [\d.]+% higher than old\.yml/);
    expect(rounds).toMatchObject({ services: 'restart', starts: pairs.length });
    expect(rounds?.note).toBeUndefined();
    expect(rounds?.warmup).toBeGreaterThan(0);
    const lines = linesOf(run);
    // Head by itself, either side in the trial, and both in each pair.
    expect(lines.filter((line) => line === 'start')).toHaveLength(3 + 2 * pairs.length);
    expect(lines).toEqual(lines.map((_, index) => (index % 2 === 0 ? 'start' : 'stop')));
  });

  test('one start of either side is kept up where that is asked for, on ports of their own', async () => {
    const run = await twoConfigs(config('{{port}}', 200), KEEP + config('{{port}}', 400));
    expect(run.status).toBe(1);
    const scenario = only(run.results());
    expect(scenario.compared?.rounds).toMatchObject({ services: 'keep', starts: 1 });
    expect(scenario.reasons[0]).toMatch(/^cpu_per_flow is [\d.]+% higher than old\.yml/);
    expect(run.stdout.replace(/\s+/gu, ' ')).toContain('differences between starts are not seen');
    // Head by itself first, then one of each.
    expect(linesOf(run)).toEqual(['start', 'stop', 'start', 'start', 'stop', 'stop']);
  });

  test('services that want one port can not be kept up both, which is said', async () => {
    const [port = 0] = await nodeFreePorts.find(1);
    const run = await twoConfigs(config(String(port), 200), KEEP + config(String(port), 400));
    const { compared } = only(run.results());
    expect(compared?.rounds).toMatchObject({
      services: 'restart',
      note: `the service of both listens on 127.0.0.1:${port}; with {{port}} for its port both could be kept up`,
    });
    expect(compared?.pairs.length).toBeGreaterThan(0);
  });

  test('services that want one port, which their readiness does not tell, end the comparison if kept', async () => {
    const [port = 0] = await nodeFreePorts.find(1);
    const printing = (rounds: number) =>
      config(String(port), rounds).replace(/ready: .*/, 'ready: listening');
    const run = await twoConfigs(printing(200), KEEP + printing(400));
    const { compared, problems } = only(run.results());
    expect(compared?.ended).toBe('failed');
    expect(problems.join()).toMatch(/new\.yml did not run: .*EADDRINUSE/s);
  });

  test('and are compared if each round has a start of its own', async () => {
    const [port = 0] = await nodeFreePorts.find(1);
    const printing = (rounds: number) =>
      config(String(port), rounds).replace(/ready: .*/, 'ready: listening');
    const scenario = only((await twoConfigs(printing(200), printing(400), '40s')).results());
    expect(scenario).toMatchObject({ problems: [], compared: { rounds: { services: 'restart' } } });
    expect(scenario.compared?.rounds?.note).toBeUndefined();
  });

  test('services that are ready before they listen are compared, as none is there beside another', async () => {
    const [port = 0] = await nodeFreePorts.find(1);
    const early = `version: 1
scenarios:
  api:
    http: http://127.0.0.1:${port}/
    flows: 4
    iterations: 8
    warmup: 4
    setup: exec node listens.mjs ${port}
    service: { run: exec node early.mjs ${port}, ready: ready }
    thresholds: [success_rate >= 99%, throughput >= base - 50%]
`;
    const { compared, problems, verdict } = only((await twoConfigs(early, early)).results());
    expect([problems, verdict]).toEqual([[], 'pass']);
    expect(compared?.rounds?.services).toBe('restart');
    expect(compared?.pairs.length).toBeGreaterThan(0);
  });

  test('a base whose service can not be started leaves the limit on it open, with its last words', async () => {
    const broken = config('{{port}}', 200).replace(/run: exec.*/, 'run: echo nothing was built >&2; exit 3');
    const run = await twoConfigs(broken, config('{{port}}', 200));
    expect(run.status).toBe(0);
    const scenario = only(run.results());
    expect(scenario.verdict).toBe('warn');
    expect(scenario.compared?.absent).toMatch(
      /^old\.yml can not be run: the service ended by itself \(exit status 3\); its last output: nothing was built/,
    );
    expect(scenario.thresholds.map(({ outcome }) => outcome)).toEqual(['pass', 'unresolved']);
  });

  test('a scenario that base does not have is judged by its absolute gates', async () => {
    const cwd = folder();
    write(cwd, 'old.yml', `version: 1\nscenarios:\n  other: {run: 'true'}\n  another: {run: 'true'}\n`);
    write(
      cwd,
      'new.yml',
      `version: 1\nscenarios:\n  fresh: {run: sleep 0.2, thresholds: [success_rate >= 99%, flow_time.med <= base + 5%]}\n`,
    );
    const run = await runCli(['compare', '--base-config', 'old.yml', '--config', 'new.yml'], { cwd });
    expect(run.status).toBe(0);
    expect(only(run.results()).compared?.absent).toBe('fresh is not in old.yml');
    expect(only(run.results()).reasons[0]).toBe(
      'flow_time.med <= base + 5% is unresolved: not judged: fresh is not in old.yml',
    );
  });

  test('a budget that is too small is said at once', async () => {
    const run = await runCli(
      ['compare', '--base-run', 'sleep 0.5', '--run', 'sleep 0.5', '--flows', '2', '--budget', '3s'],
      { cwd: folder() },
    );
    expect(run.status).toBe(0);
    const { compared, reasons } = only(run.results());
    expect(compared).toMatchObject({ ended: 'budget', pairs: [] });
    expect(reasons[0]).toMatch(
      /12 pairs of rounds of 2 flows, .* take about \d+ s \(.* each of base and .* of head\), and the budget is 3 s; raise the budget/,
    );
  });
});

describe('what can not be compared is refused', () => {
  test.each([
    [
      ['--run', 'true'],
      'compare: there is no base; give one of --base-run, --base-config, --base-module and --base-url',
    ],
    [
      ['--run', 'true', '--base-run', 'true', '--base-url', 'http://127.0.0.1/'],
      'compare: give one base, of',
    ],
    [['--run', 'true', '--base-run', 'true', '--budget', 'long'], 'input budget'],
    [
      ['--run', 'true', '--base-run', 'true', '--threshold', 'flow_time.med == base'],
      'no number of rounds shows that two things are equal; write flow_time.med <= base + 5%',
    ],
    [
      [
        '--run',
        'true',
        '--base-run',
        'true',
        '--threshold',
        'peak_memory <= base + 5%, peak_memory <= base + 1MB',
      ],
      'compares peak_memory in another way',
    ],
  ])('%j', async (args, message) => {
    const run = await runCli(['compare', ...args], { cwd: folder() });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(message);
  });
});
