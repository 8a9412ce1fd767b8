import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import { runAction } from './run-action.js';
import { emptyFolder, runCli, write } from './run-cli.js';

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(() => server.close());

/** A defect that nobody has foreseen, in flowgate's own process: NODE_OPTIONS loads it. */
function defect(how: string): Readonly<Record<'NODE_OPTIONS' | 'NOW', string>> {
  const folder = emptyFolder();
  const now = join(folder, 'now');
  const code = `if (/(index|cli)\\.js$/.test(process.argv[1] ?? '')) {
    const waiting = setInterval(() => {
      if (!require('fs').existsSync('${now}')) return;
      clearInterval(waiting);
      setTimeout(() => { ${how} }, 100);
    }, 20);
    waiting.unref();
  }`;
  write(folder, 'defect.cjs', code);
  return { NODE_OPTIONS: `--require ${join(folder, 'defect.cjs')}`, NOW: now };
}

const FORGED = "new Error('it broke\\n::error::forged\\r::set-output name=verdict::pass\\u001b[2J')";

const DEFECTS = [
  { name: 'an exception', how: `throw ${FORGED};` },
  { name: 'a rejection', how: `Promise.reject(${FORGED});` },
  { name: 'an error event that nobody hears', how: `new (require('events'))().emit('error', ${FORGED});` },
];

const running = (mark: string): boolean =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(mark);

test.each(DEFECTS)(
  '$name in the action ends what was started, and the check run, and fails the step',
  async ({ how }) => {
    const mark = `31.${Math.floor(Math.random() * 1e9)}`;
    const end = await runAction({
      apiUrl: server.url,
      env: defect(how),
      inputs: {
        run: `[ $FLOWGATE_ITERATION -lt 4 ] || { touch $NOW; exec sleep ${mark}; }`,
        flows: '1',
        iterations: '5',
        timeout: '60s',
        thresholds: 'success_rate >= 0%',
        'check-name': 'gate',
      },
    });
    expect(end.exitCode).toBe(1);
    expect(running(mark)).toBe(false);
    for (const command of end.commands)
      expect(command).toMatch(/^::(add-mask|error title=|warning title=|debug)/);
    expect(end.annotations.some(({ message }) => message.includes('it broke'))).toBe(true);
    expect(end.stdout).not.toContain('\u001b[2J');
    expect(server.checkRuns).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
    // What was measured until then is kept.
    expect(end.results?.scenarios[0]?.counts.ok).toBe(3);
    expect(end.outputs).toMatchObject({ verdict: 'fail' });
  },
);

test.each(DEFECTS)('$name at a terminal does the same', async ({ how }) => {
  const mark = `32.${Math.floor(Math.random() * 1e9)}`;
  const run = await runCli(
    [
      'run',
      '--run',
      `[ $FLOWGATE_ITERATION -lt 4 ] || { touch $NOW; exec sleep ${mark}; }`,
      '--flows',
      '1',
      '--iterations',
      '5',
      '--threshold',
      'success_rate >= 0%',
    ],
    { env: defect(how) },
  );
  expect(run.status).toBe(1);
  expect(running(mark)).toBe(false);
  expect(run.stderr).toContain('it broke');
  expect(run.stderr).not.toMatch(/^::|\r|\u001b\[2J/m);
  expect(run.results().scenarios[0]).toMatchObject({ verdict: 'fail', counts: { ok: 3 } });
});
