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

test('a service that leaks and one that does not are told apart', async () => {
  const cwd = emptyFolder();
  write(
    cwd,
    'server.cjs',
    `const kept = [];
    require('node:http').createServer((_, response) => {
      const body = Buffer.alloc(10_000, 1);
      if (process.argv[3] === 'leak') kept.push(body);
      // Not at once: the run is to be long enough for the monitor to look often.
      setTimeout(() => response.end(body), 8);
    }).listen(Number(process.argv[2]), '127.0.0.1');`,
  );
  const scenario = (how: string) => ({
    http: { url: 'http://127.0.0.1:{{port}}/' },
    iterations: 5000,
    service: { run: `exec node server.cjs {{port}} ${how}`, ready: 'tcp://127.0.0.1:{{port}}' },
    checks: { growth: 'fail' },
    thresholds: ['success_rate >= 100%'],
  });
  const scenarios = { leak: scenario('leak'), none: scenario('none') };
  write(cwd, 'flowgate.json', JSON.stringify({ version: 1, scenarios }));
  const run = await runCli(['run', '--config', 'flowgate.json'], { cwd });
  const outcomes = run
    .results()
    .scenarios.map(({ name, checks }) => [name, checks.find(({ id }) => id === 'growth')?.outcome]);
  expect(outcomes).toEqual([
    ['leak', 'fail'],
    ['none', 'pass'],
  ]);
}, 60_000);
