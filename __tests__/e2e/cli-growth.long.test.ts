import { expect, test } from '@jest/globals';
import { emptyFolder, runCli, write } from './run-cli.js';

test('the demo with a leak fails by growth and by nothing else, and says what grew', async () => {
  const run = await runCli(['demo', '--bug', 'leak']);
  expect(run.status).toBe(1);
  const [demo] = run.results().scenarios;
  expect(demo?.checks.filter(({ outcome }) => outcome !== 'pass')).toMatchObject([
    { id: 'growth', level: 'fail', outcome: 'fail' },
  ]);
  expect(demo?.thresholds.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  expect(run.stdout).toMatch(/memory of the host process grew by [\d.]+ (KB|MB) a flow/);
}, 60_000);

test('a service that leaks, one whose cache is full at 75% of the run, and one that keeps nothing are told apart', async () => {
  const cwd = emptyFolder();
  write(
    cwd,
    'server.cjs',
    `const kept = [];
    require('node:http').createServer((_, response) => {
      const body = Buffer.alloc(10_000, 1);
      // At 80% the rule is at its edge: docs/checks.md.
      const most = { leak: Infinity, cache: 3750, none: 0 }[process.argv[3]];
      if (kept.length < most) kept.push(body);
      // Not at once: the run is to be long enough for the monitor to look often.
      setTimeout(() => response.end(body), 8);
    }).listen(Number(process.argv[2]), '127.0.0.1');`,
  );
  const scenario = (how: string) => ({
    http: { url: 'http://127.0.0.1:{{port}}/' },
    iterations: 5000,
    service: { run: `exec node server.cjs {{port}} ${how}`, ready: 'tcp://127.0.0.1:{{port}}' },
    // What the monitor costs depends on how fast the machine is.
    checks: { growth: 'fail', monitoring: 'off' },
    thresholds: ['success_rate >= 100%'],
  });
  const scenarios = { leak: scenario('leak'), cache: scenario('cache'), none: scenario('none') };
  write(cwd, 'flowgate.json', JSON.stringify({ version: 1, scenarios }));
  const run = await runCli(['run', '--config', 'flowgate.json'], { cwd });
  const checks = run.results().scenarios.map(({ name, verdict, checks }) => ({
    name,
    verdict,
    growth: checks.find(({ id }) => id === 'growth'),
  }));
  expect(checks.map(({ name, verdict, growth }) => [name, growth?.outcome, verdict])).toEqual([
    ['leak', 'fail', 'fail'],
    ['cache', 'inconclusive', 'inconclusive'],
    ['none', 'pass', 'pass'],
  ]);
  expect(checks[1]?.growth?.evidence).toEqual([
    expect.stringMatching(
      /^memory of the service slows down and may still be filling up: .*; 15\s000 flows would tell$/,
    ),
  ]);
}, 120_000);
