import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Results } from '../../src/model/results.js';
import { emptyFolder, runCli, write, type CliRun } from './run-cli.js';

/** Whether the monitor keeps its share depends on the machine. */
const CHECKS = 'checks: {isolation: fail, monitoring: off}';

/** The ids of the checks that did not pass, of each scenario. */
function notPassed(results: Results): readonly string[] {
  return results.scenarios.map(({ checks }) =>
    checks
      .filter(({ outcome }) => outcome !== 'pass')
      .map(({ id, outcome }) => `${id}: ${outcome}`)
      .join(),
  );
}

function isolationOf(run: CliRun) {
  return run.results().scenarios[0]?.checks.find(({ id }) => id === 'isolation');
}

async function runConfig(scenario: string, files: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  const cwd = emptyFolder();
  write(cwd, 'flowgate.yml', `version: 1\nscenarios:\n${scenario}`);
  for (const [path, content] of Object.entries(files)) write(cwd, path, content);
  return runCli(['run', '--config', 'flowgate.yml'], { cwd });
}

describe('the demo', () => {
  const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
  const scenarios = (options: string): string =>
    SEEDS.map(
      (seed) =>
        `  seed-${seed}: {module: "flowgate:demo", seed: ${seed}, flows: 10, checks: {monitoring: off}, options: {${options}}}\n`,
    ).join('');

  test('with the bug bleed exactly isolation fails, whatever the seed', async () => {
    const run = await runConfig(scenarios('speed: "1000", bug: bleed'));
    expect(run.status).toBe(1);
    expect(notPassed(run.results())).toEqual(SEEDS.map(() => 'isolation: fail'));
  }, 120_000);

  test('without a bug none does', async () => {
    const run = await runConfig(scenarios('speed: "1000"'));
    expect(notPassed(run.results())).toEqual(SEEDS.map(() => ''));
  }, 120_000);

  test('at its own speed, the evidence names who saw whose and where', async () => {
    const run = await runCli(['demo', '--bug', 'bleed']);
    expect(run.status).toBe(1);
    expect(notPassed(run.results())).toEqual(['isolation: fail']);
    const evidence = isolationOf(run)?.evidence.join('\n');
    expect(evidence).toMatch(
      /^flow 2 \(slot 2\) saw the token of flow 10 in stdout at byte \d+: ".* for fg-/m,
    );
    expect(evidence).toMatch(/saw the token of flow 10 in file article\.md of its workspace at byte \d+: "/);
  });
});

describe('command flows', () => {
  const inShared = (script: string, checks = CHECKS): string =>
    `  shared: {flows: 5, iterations: 20, thresholds: [failed == 0], ${checks}, run: ${JSON.stringify(script)}}\n`;

  test('a script that writes into a shared file and prints it is caught', async () => {
    const script = 'echo "$FLOWGATE_TOKEN" > current; sleep 0.1; cat current';
    const run = await runConfig(inShared(script));
    expect(run.status).toBe(1);
    expect(notPassed(run.results())).toEqual(['isolation: fail']);
    expect(isolationOf(run)?.evidence[0]).toMatch(
      /^flow \d+ \(slot \d\) saw the token of flow \d+ in stdout at byte 0: "fg-[0-9a-f]{12}-\d+"$/,
    );
  });

  test('the same with a file of its own is not', async () => {
    const script = 'cd "$FLOWGATE_WORKSPACE"; echo "$FLOWGATE_TOKEN" > current; sleep 0.1; cat current';
    const run = await runConfig(inShared(script));
    expect(run.status).toBe(0);
    expect(isolationOf(run)?.evidence).toEqual(["20 of 20 flows showed their own token, none another's"]);
  });

  test('a token in the middle of much output, and one in a file of the workspace, are found', async () => {
    const script =
      'if [ "$FLOWGATE_ITERATION" = 1 ]; then echo "$FLOWGATE_TOKEN" > first; else sleep 0.3; ' +
      'head -c 900000 /dev/zero; cat first; head -c 900000 /dev/zero; ' +
      'mkdir "$FLOWGATE_WORKSPACE/out"; cp first "$FLOWGATE_WORKSPACE/out/copy"; fi';
    const run = await runConfig(
      `  large: {flows: 2, iterations: 2, ${CHECKS}, run: ${JSON.stringify(script)}}\n`,
    );
    const evidence = isolationOf(run)?.evidence ?? [];
    expect(evidence[0]).toMatch(/^flow 2 \(slot 2\) saw the token of flow 1 in stdout at byte 900000: /);
    expect(evidence[1]).toMatch(/in file out\/copy of its workspace at byte 0: /);
  });

  test('flows that never show a token are not known to be apart', async () => {
    const asked = await runConfig(inShared('echo hello'));
    expect(asked.status).toBe(3);
    expect(isolationOf(asked)?.evidence.join()).toMatch(/no flow showed its own token: hand it on/);
    const unasked = await runConfig(inShared('echo hello', 'timeout: 5s'));
    expect(unasked.status).toBe(0);
    expect(isolationOf(unasked)).toBeUndefined();
  });
});

describe('HTTP flows', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** Answers each request with a user: its own, or whoever asked last if it mixes them up. */
  async function serve(mixesUp: boolean): Promise<string> {
    let current = '';
    const started = (server = createServer((request, response) => {
      const user = String(request.headers['x-user']);
      current = user;
      setTimeout(() => response.end(JSON.stringify({ user: mixesUp ? current : user })), 5);
    }));
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(started.address() as AddressInfo).port}/me`;
  }

  const scenario = (url: string, headers = '{x-user: "{{token}}"}'): string =>
    `  me: {flows: 8, iterations: 400, thresholds: [failed == 0], ${CHECKS}, http: {url: "${url}", headers: ${headers}}}\n`;

  test('a server that mixes up two users is caught', async () => {
    const run = await runConfig(scenario(await serve(true)));
    expect(run.status).toBe(1);
    expect(notPassed(run.results())).toEqual(['isolation: fail']);
    expect(isolationOf(run)?.evidence[0]).toMatch(
      /^flow \d+ \(slot \d\) saw the token of flow \d+ in the response to GET \/me at byte 9: "\{"user":"fg-/,
    );
    expect(run.results().scenarios[0]?.contamination?.sightings).toHaveLength(20);
  });

  test('one that does not is not', async () => {
    const run = await runConfig(scenario(await serve(false)));
    expect(run.status).toBe(0);
    expect(isolationOf(run)?.evidence).toEqual(["400 of 400 flows showed their own token, none another's"]);
  });

  test('where no request carries a token, nothing is known', async () => {
    const run = await runConfig(scenario(await serve(true), '{}'));
    expect(run.status).toBe(3);
    expect(notPassed(run.results())).toEqual(['isolation: inconclusive']);
  });
});

describe('module flows', () => {
  const SOURCE = `let current;
    export default async function flow(ctx) {
      current = ctx.token;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { user: { name: current } };
    }`;

  test.each([
    ['none', 'fail'],
    ['thread', 'pass'],
  ])('a variable that all share, isolate: %s', async (isolate, outcome) => {
    const run = await runConfig(`  mod: {module: flow.mjs, isolate: ${isolate}, flows: 4, ${CHECKS}}\n`, {
      'flow.mjs': SOURCE,
    });
    const check = isolationOf(run);
    expect(check?.outcome).toBe(outcome);
    if (outcome === 'fail') {
      expect(check?.evidence).toHaveLength(3);
      expect(check?.evidence[0]).toMatch(
        /^flow 1 \(slot 1\) saw the token of flow 4 in what it returned, at \.user\.name: "fg-/,
      );
    }
  });
});
