import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { killOf } from '../../src/faults/injection.js';
import type { KillPlan } from '../../src/model/faults.js';
import type { ScenarioResults } from '../../src/model/results.js';
import { nodeFreePorts } from '../../src/services/free-ports.js';
import { type CliRun, emptyFolder, metricOf, runCli, write } from './run-cli.js';

const GATE = 'thresholds: [success_rate >= 100%]';

let server: Server;
let upstream = 0;
let listen = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    // Each flow has a connection of its own, and so luck of its own.
    response.setHeader('connection', 'close');
    response.end(`hello ${request.url ?? ''}`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  upstream = (server.address() as AddressInfo).port;
  [listen = 0] = await nodeFreePorts.find(1);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function runScenario(...lines: string[]): Promise<CliRun> {
  const cwd = emptyFolder();
  const config = ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`)];
  write(cwd, '.github/flowgate.yml', config.join('\n'));
  return runCli(['run'], { cwd });
}

function scenarioOf(run: CliRun): ScenarioResults {
  const [scenario] = run.results().scenarios;
  if (scenario === undefined) throw new Error(`no scenario: ${run.stdout}${run.stderr}`);
  expect(scenario.problems).toEqual([]);
  return scenario;
}

const proxied = (faults: string): string =>
  `faults: {rounds: 1, network: [{listen: ${listen}, upstream: "127.0.0.1:${upstream}", ${faults}}]}`;

describe('faults.kill', () => {
  const kill: KillPlan = { share: 0.4, after: { from: 50, to: 200 }, signal: 'SIGKILL' };
  const drawn = (iterations: readonly number[]): number[] =>
    iterations.filter((iteration) => killOf({ kill, seed: 9 }, iteration) !== undefined);

  test('ends the flows that the plan draws, with their tree, not before their time, and no other', async () => {
    const run = await runScenario(
      'run: (sleep 1.5; touch late-$FLOWGATE_ITERATION) & wait; touch done-$FLOWGATE_ITERATION',
      'flows: 8',
      GATE,
      'faults: {seed: 9, rounds: 1, kill: {share: 40%, after: 50ms..200ms}}',
    );
    const { flows, hits, counts, injected, waves } = scenarioOf(run);
    const killed = drawn(
      flows.flatMap(({ wave, iteration }) => (wave === 2 || wave === 4 ? [iteration] : [])),
    );
    expect(killed.length).toBeGreaterThan(1);
    expect(flows.filter(({ hit }) => hit !== undefined).map(({ iteration }) => iteration)).toEqual(killed);
    for (const { iteration, startedAt, outcome, error, hit } of flows) {
      const isKilled = killed.includes(iteration);
      expect(outcome).toBe(isKilled ? 'killed' : 'ok');
      expect(existsSync(join(run.cwd, `done-${iteration}`))).toBe(!isKilled);
      expect(existsSync(join(run.cwd, `late-${iteration}`))).toBe(!isKilled);
      if (hit === undefined) continue;
      expect(error?.message).toMatch(/^killed by a fault: SIGKILL after [\d.]+ m?s$/);
      // A timer of Node may fire a part of a ms early.
      expect(hit.at - startedAt).toBeGreaterThan((killOf({ kill, seed: 9 }, iteration)?.after ?? 0) - 2);
    }
    expect(counts).toMatchObject({ ok: 40 - killed.length, killed: killed.length });
    expect(hits).toMatchObject({ killed: killed.length, ok: 0, untraced: 0 });
    expect(injected?.counts).toEqual([{ kind: 'kill', times: killed.length, flows: killed.length }]);
    expect(waves?.map(({ kind }) => kind)).toEqual(['clean', 'faulted', 'clean', 'faulted', 'clean']);
    expect(run.status).toBe(0);
    expect(metricOf(run.results(), 'success_rate')).toBe(1);
    expect(run.stdout).toContain(
      `${killed.length} flows were hit by faults on purpose: ${killed.length} killed`,
    );
    expect(run.stdout).toContain(`gates judge the ${40 - killed.length} others`);
  });

  test('sends a signal that can be caught to the flow alone, which may end as it should', async () => {
    const run = await runScenario(
      `run: trap 'touch caught-$FLOWGATE_ITERATION; exit 0' TERM; sleep 3 & wait`,
      'flows: 2',
      GATE,
      'faults: {rounds: 1, kill: {share: 100%, after: 300ms, signal: SIGTERM}}',
    );
    const { flows } = run.results().scenarios[0] ?? { flows: [] };
    const faulted = flows.filter(({ wave }) => wave === 2);
    expect(faulted.map(({ outcome, hit }) => [outcome, hit?.kind])).toEqual([
      ['ok', 'kill'],
      ['ok', 'kill'],
    ]);
    expect(existsSync(join(run.cwd, 'caught-3'))).toBe(true);
  });

  test('ends the process of a module flow with isolate: process, and its slot goes on', async () => {
    const cwd = emptyFolder();
    write(cwd, 'flow.mjs', 'export default () => new Promise((end) => setTimeout(end, 1500));\n');
    write(
      cwd,
      '.github/flowgate.yml',
      'version: 1\nscenarios:\n  s:\n    module: flow.mjs\n    isolate: process\n    flows: 4\n' +
        `    ${GATE}\n    faults: {seed: 9, rounds: 1, kill: {share: 40%, after: 50ms..200ms}}\n`,
    );
    const run = await runCli(['run'], { cwd });
    const { flows } = scenarioOf(run);
    const killed = drawn([5, 6, 7, 8, 13, 14, 15, 16]);
    expect(killed.length).toBeGreaterThan(0);
    expect(flows.filter(({ outcome }) => outcome === 'killed').map(({ iteration }) => iteration)).toEqual(
      killed,
    );
    expect(flows.filter(({ outcome }) => outcome === 'ok')).toHaveLength(20 - killed.length);
    expect(run.status).toBe(0);
  });
});

describe('faults.network', () => {
  test('resets connections of HTTP flows; each is traced to its flow by its port', async () => {
    const run = await runScenario(
      `http: http://127.0.0.1:${listen}/`,
      'flows: 4',
      'iterations: 40',
      GATE,
      proxied('reset: 30%'),
    );
    const { flows, injected, hits } = scenarioOf(run);
    const failed = flows.filter(({ outcome }) => outcome === 'failed');
    expect(failed.length).toBeGreaterThan(2);
    for (const flow of failed) {
      expect(flow.error?.message).toBe(`connection reset: 127.0.0.1:${listen}`);
      expect(flow.hit?.kind).toBe('reset');
      expect([2, 5]).toContain(flow.wave);
    }
    expect(flows.filter(({ hit }) => hit !== undefined)).toEqual(failed);
    expect(injected).toMatchObject({
      counts: [{ kind: 'reset', times: failed.length, flows: failed.length }],
      untraced: 0,
    });
    expect(injected?.faults.map(({ iteration }) => iteration).toSorted((a = 0, b = 0) => a - b)).toEqual(
      failed.map(({ iteration }) => iteration),
    );
    expect(hits).toMatchObject({ failed: failed.length, untraced: 0 });
    expect(run.status).toBe(0);
    expect(metricOf(run.results(), 'success_rate')).toBe(1);
  });

  test('slows the flows that meet latency, which no time of a bystander shows', async () => {
    const run = await runScenario(
      `http: http://127.0.0.1:${listen}/`,
      'flows: 4',
      'iterations: 40',
      GATE,
      proxied('latency: {mean: 300ms, probability: 20%}'),
    );
    const { flows } = scenarioOf(run);
    const slow = flows.filter(({ startedAt, endedAt }) => endedAt - startedAt >= 298);
    const hit = flows.filter((flow) => flow.hit?.kind === 'latency');
    expect(hit.length).toBeGreaterThan(1);
    for (const flow of hit) expect(slow).toContainEqual(flow);
    const judged = flows.filter((flow) => flow.hit === undefined).map((f) => f.endedAt - f.startedAt);
    expect(metricOf(run.results(), 'flow_time.max')).toBeCloseTo(Math.max(...judged), 6);
    expect(judged).toHaveLength(200 - hit.length);
  });

  test('is traced to command flows by the canary that they send', async () => {
    const ask = `printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' "$FLOWGATE_TOKEN" >&3; grep -q hello <&3`;
    const run = await runScenario(
      `run: "exec 3<>/dev/tcp/127.0.0.1/${listen}; ${ask.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
      'flows: 3',
      'iterations: 15',
      GATE,
      proxied('reset: 50%'),
    );
    const { flows, injected } = scenarioOf(run);
    const hit = flows.filter((flow) => flow.hit !== undefined);
    expect(hit.length).toBeGreaterThan(1);
    expect(flows.filter(({ outcome }) => outcome !== 'ok')).toEqual(hit);
    expect(injected).toMatchObject({ untraced: 0, counts: [{ times: hit.length, flows: hit.length }] });
    expect(run.status).toBe(0);
  });

  test('stands in front of a service of the scenario, wherever that listens', async () => {
    const serve = `require("node:http").createServer((q, r) => r.setHeader("connection", "close").end()).listen(process.env.FLOWGATE_PORT)`;
    const run = await runScenario(
      `http: http://127.0.0.1:${listen}/`,
      'flows: 4',
      'iterations: 40',
      GATE,
      'services:',
      `  other: sleep 60`,
      `  app: {run: 'exec node -e ''${serve}''', ready: 'tcp://127.0.0.1:{{port}}'}`,
      `faults: {rounds: 1, network: [{listen: ${listen}, upstream: '127.0.0.1:{{port.app}}', reset: 30%}]}`,
    );
    const { flows, counts, hits } = scenarioOf(run);
    const failed = flows.filter(({ outcome }) => outcome === 'failed');
    expect(failed.length).toBeGreaterThan(2);
    expect(failed.every(({ hit }) => hit?.kind === 'reset')).toBe(true);
    expect([counts.ok, hits?.failed, run.status]).toEqual([200 - failed.length, failed.length, 0]);
  });

  test('says which port is taken, and starts no flow', async () => {
    const run = await runScenario(
      'run: touch started',
      GATE,
      `faults: {network: [{listen: ${upstream}, upstream: "127.0.0.1:1", reset: 5%}]}`,
    );
    expect(run.status).toBe(1);
    expect(run.results().scenarios[0]?.problems.join()).toContain(
      `faults.network[0].listen: port ${upstream} of 127.0.0.1 is in use`,
    );
    expect(existsSync(join(run.cwd, 'started'))).toBe(false);
  });
});
