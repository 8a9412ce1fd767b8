import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive } from '../processes.js';
import { emptyFolder, metricOf, runCli, write, type CliRun } from './run-cli.js';

interface Run {
  readonly isolate: string;
  readonly source: string;
  /** Of the scenario, as YAML. */
  readonly rest?: string;
}

function runModule({ isolate, source, rest = 'flows: 3, iterations: 9' }: Run): Promise<CliRun> {
  const cwd = emptyFolder();
  write(cwd, 'flow.mjs', source);
  write(cwd, 'f.yml', `version: 1\nscenarios:\n  s: {module: flow.mjs, isolate: ${isolate}, ${rest}}\n`);
  return runCli(['run', '--config', 'f.yml'], { cwd });
}

const outcomesOf = (run: CliRun) => run.results().scenarios[0]?.flows.map(({ outcome }) => outcome);
const problemsOf = (run: CliRun) => run.results().scenarios[0]?.problems;

/** Each flow writes down how many flows its module has seen, and in which process. */
const COUNTS = `import { appendFileSync } from 'node:fs';
let seen = 0;
export default async () => {
  seen += 1;
  appendFileSync('seen.txt', seen + ' ' + process.pid + '\\n');
  await new Promise((r) => setTimeout(r, 150));
};`;

describe('state of the module', () => {
  test.each([
    ['none', ['1', '2', '3', '4', '5', '6'], 1],
    ['thread', ['1', '1', '1', '2', '2', '2'], 1],
    ['process', ['1', '1', '1', '2', '2', '2'], 3],
  ])('isolate: %s', async (isolate, counts, processes) => {
    const run = await runModule({ isolate, source: COUNTS, rest: 'flows: 3, iterations: 6' });
    expect(run.status).toBe(0);
    expect(metricOf(run.results(), 'max_concurrency')).toBe(3);
    const lines = readFileSync(join(run.cwd, 'seen.txt'), 'utf8').trim().split('\n');
    const seen = lines.map((line) => line.split(' '));
    expect(seen.map(([count]) => count).sort()).toEqual(counts);
    const pids = new Set(seen.map(([, pid]) => Number(pid)));
    expect(pids.size).toBe(processes);
    for (const pid of pids) expect(isAlive(pid)).toBe(false);
    // All of them are watched.
    const watched = run.results().scenarios[0]?.monitor.processes.map(({ pid }) => pid);
    expect(watched).toEqual(expect.arrayContaining([...pids]));
  });
});

describe.each(['thread', 'process'])('isolate: %s', (isolate) => {
  test('steps, output and errors are each flow’s own; verify and teardown run where setup ran', async () => {
    const run = await runModule({
      isolate,
      rest: 'flows: 2, iterations: 6, thresholds: [failed <= 1]',
      source: `import { appendFileSync } from 'node:fs';
        let here = 0;
        export function setup() { here = 7; return { prices: new Map([['nut', 3]]) }; }
        export default async function flow(ctx) {
          console.log('hello from', ctx.token);
          await ctx.step('wait', () => new Promise((r) => setTimeout(r, 60)));
          if (here !== 0) throw new Error('setup ran here');
          if (ctx.shared.prices.get('nut') !== 3) throw new Error('no prices');
          if (ctx.iteration === 3) throw new Error('third one');
        }
        export function verify(ctx) { if (here !== 7 || ctx.flows.length !== 6) throw new Error('verify elsewhere'); }
        export function teardown() { appendFileSync('down.txt', String(here)); }`,
    });
    expect(problemsOf(run)).toEqual([]);
    expect(run.status).toBe(0);
    const [scenario] = run.results().scenarios;
    expect(scenario?.errors).toMatchObject([{ count: 1, flows: [3], sample: 'third one' }]);
    expect(scenario?.flows[2]?.stdout?.head).toMatch(/^hello from fg-[0-9a-f]{12}-3\n$/);
    expect(metricOf(run.results(), 'step(wait).med')).toBeGreaterThan(50);
    expect(readFileSync(join(run.cwd, 'down.txt'), 'utf8')).toBe('7');
  });

  test('one that ends its host fails alone, and its slot goes on in a new one', async () => {
    const run = await runModule({
      isolate,
      source: `export default async (ctx) => {
        if (ctx.iteration === 2) { setTimeout(() => { throw new TypeError('stray'); }, 20); await new Promise(() => {}); }
        if (ctx.iteration === 5) process.exit(9);
        await new Promise((r) => setTimeout(r, 100));
      };`,
    });
    expect(problemsOf(run)).toEqual([]);
    expect(outcomesOf(run)).toEqual(['ok', 'failed', 'ok', 'ok', 'failed', 'ok', 'ok', 'ok', 'ok']);
    const errors = run.results().scenarios[0]?.flows.flatMap(({ error }) => error?.message ?? []);
    expect(errors?.[0]).toMatch(/TypeError: stray/);
    expect(errors?.[1]).toMatch(/exit status 9/);
  });

  test('one that blocks its event loop is ended alone after its timeout', async () => {
    const run = await runModule({
      isolate,
      rest: 'flows: 3, iterations: 9, timeout: 600ms',
      source: `export default async (ctx) => {
        if (ctx.iteration === 2) for (;;);
        await new Promise((r) => setTimeout(r, 50));
      };`,
    });
    expect(problemsOf(run)).toEqual([]);
    expect(outcomesOf(run)).toEqual(['ok', 'timed_out', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
  });

  test('what setup returns must be data, and the error says what to do', async () => {
    const run = await runModule({
      isolate,
      source: 'export const setup = () => ({ connect() {} }); export default () => {};',
    });
    expect(run.status).toBe(1);
    expect(problemsOf(run)?.join()).toMatch(
      /^setup failed: what setup returned can not be handed .* isolate: none \(.*could not be cloned/,
    );
  });

  test('a module that can not be loaded is said once', async () => {
    const run = await runModule({ isolate, source: 'throw new Error("no database");' });
    expect(run.status).toBe(1);
    expect(problemsOf(run)).toEqual([
      expect.stringMatching(/flow\.mjs can not be run: no database \(at flow\.mjs:1\)$/),
    ]);
  });
});

describe('kinds of module', () => {
  const esm = 'export default async (ctx) => { ctx.random(); };';
  const commonjs = 'exports.default = async (ctx) => { ctx.random(); };';

  test.each([
    ['flow.mjs', esm, {}],
    ['flow.js', esm, { type: 'module' }],
    ['flow.cjs', commonjs, {}],
    ['flow.js', 'module.exports = async (ctx) => { ctx.random(); };', { type: 'commonjs' }],
  ])('%s: %s', async (file, source, manifest) => {
    const cwd = emptyFolder();
    write(cwd, 'package.json', JSON.stringify(manifest));
    write(cwd, file, source);
    const scenarios = ['none', 'thread', 'process'].map(
      (isolate) =>
        `  ${isolate}: {module: ${file}, isolate: ${isolate}, flows: 2, thresholds: [success_rate == 100%]}\n`,
    );
    write(cwd, 'f.yml', `version: 1\nscenarios:\n${scenarios.join('')}`);
    const run = await runCli(['run', '--config', 'f.yml'], { cwd });
    const ends = run.results().scenarios.map(({ name, problems, counts }) => [name, problems, counts.ok]);
    expect(ends).toEqual(['none', 'thread', 'process'].map((isolate) => [isolate, [], 2]));
    expect(run.status).toBe(0);
  });

  test('TypeScript runs where Node strips types, and elsewhere it is said what to do', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'flows/order.mts',
      'export default async (ctx: { random(): number }): Promise<void> => { ctx.random(); };',
    );
    const args = [
      'run',
      '--module',
      'flows/order.mts',
      '--flows',
      '2',
      '--threshold',
      'success_rate == 100%',
    ];
    const run = await runCli(args, { cwd });
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const strips = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
    expect(run.status).toBe(strips ? 0 : 1);
    expect(problemsOf(run)).toEqual(
      strips ? [] : [expect.stringMatching(/TypeScript needs Node 22\.18 or later, and this is Node \d+/)],
    );
  });
});
