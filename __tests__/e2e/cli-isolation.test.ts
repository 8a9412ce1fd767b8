import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Results, ScenarioResults } from '../../src/model/results.js';
import { isAlive } from '../processes.js';
import { emptyFolder, runCli, write } from './run-cli.js';

interface Module {
  readonly source: string;
  /** Of the scenario, as YAML. */
  readonly rest?: string;
}

/** Modules as scenarios of one run, as flowgate takes longer to start than they do: by their names. */
async function runModules(isolate: string, modules: Readonly<Record<string, Module>>) {
  const cwd = emptyFolder();
  const scenarios = Object.entries(modules).map(([name, { source, rest = 'flows: 3, iterations: 9' }]) => {
    write(cwd, `${name}.mjs`, source);
    return `  ${name}: {module: ${name}.mjs, isolate: ${isolate}, ${rest}}\n`;
  });
  write(cwd, 'f.yml', `version: 1\nscenarios:\n${scenarios.join('')}`);
  const run = await runCli(['run', '--config', 'f.yml'], { cwd });
  const results = run.results();
  return { cwd, of: (name: string) => scenarioOf(results, name) };
}

function scenarioOf({ scenarios }: Results, name: string): ScenarioResults {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}

/** Alerts aside, as on a busy machine the monitor may have one. */
const holds = ({ verdict }: ScenarioResults): boolean => verdict === 'pass' || verdict === 'warn';

const outcomesOf = ({ flows }: ScenarioResults) => flows.map(({ outcome }) => outcome);

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
    const run = await runModules(isolate, { s: { source: COUNTS, rest: 'flows: 3, iterations: 6' } });
    const scenario = run.of('s');
    expect(holds(scenario)).toBe(true);
    expect(scenario.metrics.max_concurrency?.value).toBe(3);
    const lines = readFileSync(join(run.cwd, 'seen.txt'), 'utf8').trim().split('\n');
    const seen = lines.map((line) => line.split(' '));
    expect(seen.map(([count]) => count).sort()).toEqual(counts);
    const pids = new Set(seen.map(([, pid]) => Number(pid)));
    expect(pids.size).toBe(processes);
    for (const pid of pids) expect(isAlive(pid)).toBe(false);
    // All of them are watched.
    const watched = scenario.monitor.processes.map(({ pid }) => pid);
    expect(watched).toEqual(expect.arrayContaining([...pids]));
  });
});

const MODULES = {
  own: {
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
  },
  ends: {
    source: `export default async (ctx) => {
      if (ctx.iteration === 2) { setTimeout(() => { throw new TypeError('stray'); }, 20); await new Promise(() => {}); }
      if (ctx.iteration === 5) process.exit(9);
      await new Promise((r) => setTimeout(r, 100));
    };`,
  },
  blocks: {
    rest: 'flows: 3, iterations: 9, timeout: 600ms',
    source: `export default async (ctx) => {
      if (ctx.iteration === 2) for (;;);
      await new Promise((r) => setTimeout(r, 50));
    };`,
  },
  connected: { source: 'export const setup = () => ({ connect() {} }); export default () => {};' },
  broken: { source: 'throw new Error("no database");' },
};

describe.each(['thread', 'process'])('isolate: %s', (isolate) => {
  let run: Awaited<ReturnType<typeof runModules>>;

  beforeAll(async () => {
    run = await runModules(isolate, MODULES);
  });

  test('steps, output and errors are each flow’s own; verify and teardown run where setup ran', () => {
    const scenario = run.of('own');
    expect(scenario.problems).toEqual([]);
    expect(holds(scenario)).toBe(true);
    expect(scenario.errors).toMatchObject([{ count: 1, flows: [3], sample: 'third one' }]);
    expect(scenario.flows[2]?.stdout?.head).toMatch(/^hello from fg-[0-9a-f]{12}-3\n$/);
    expect(scenario.metrics['step(wait).med']?.value).toBeGreaterThan(50);
    expect(readFileSync(join(run.cwd, 'down.txt'), 'utf8')).toBe('7');
  });

  test('one that ends its host fails alone, and its slot goes on in a new one', () => {
    const scenario = run.of('ends');
    expect(scenario.problems).toEqual([]);
    expect(outcomesOf(scenario)).toEqual(['ok', 'failed', 'ok', 'ok', 'failed', 'ok', 'ok', 'ok', 'ok']);
    const errors = scenario.flows.flatMap(({ error }) => error?.message ?? []);
    expect(errors[0]).toMatch(/TypeError: stray/);
    expect(errors[1]).toMatch(/exit status 9/);
  });

  test('one that blocks its event loop is ended alone after its timeout', () => {
    const scenario = run.of('blocks');
    expect(scenario.problems).toEqual([]);
    expect(outcomesOf(scenario)).toEqual(['ok', 'timed_out', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
  });

  test('what setup returns must be data, and the error says what to do', () => {
    const scenario = run.of('connected');
    expect(scenario.verdict).toBe('fail');
    expect(scenario.problems.join()).toMatch(
      /^setup failed: what setup returned can not be handed .* isolate: none \(.*could not be cloned/,
    );
  });

  test('a module that can not be loaded is said once', () => {
    const scenario = run.of('broken');
    expect(scenario.verdict).toBe('fail');
    expect(scenario.problems).toEqual([
      expect.stringMatching(/broken\.mjs can not be run: no database \(at broken\.mjs:1\)$/),
    ]);
  });
});

describe('kinds of module', () => {
  const esm = 'export default async (ctx) => { ctx.random(); };';
  const commonjs = 'exports.default = async (ctx) => { ctx.random(); };';

  const kinds = [
    ['flow.mjs', esm, {}],
    ['flow.js', esm, { type: 'module' }],
    ['flow.cjs', commonjs, {}],
    ['flow.js', 'module.exports = async (ctx) => { ctx.random(); };', { type: 'commonjs' }],
  ] as const;
  const isolations = ['none', 'thread', 'process'];
  let results: Results;

  beforeAll(async () => {
    const cwd = emptyFolder();
    const scenarios = kinds.flatMap(([file, source, manifest], kind) => {
      write(cwd, `${kind}/package.json`, JSON.stringify(manifest));
      write(cwd, `${kind}/${file}`, source);
      return isolations.map(
        (isolate) =>
          `  ${kind}-${isolate}: {module: ${kind}/${file}, isolate: ${isolate}, flows: 2, thresholds: [success_rate == 100%]}\n`,
      );
    });
    write(cwd, 'f.yml', `version: 1\nscenarios:\n${scenarios.join('')}`);
    results = (await runCli(['run', '--config', 'f.yml'], { cwd })).results();
  });

  test.each(kinds.map(([file, source], kind) => [file, source, kind] as const))('%s: %s', (_, __, kind) => {
    const scenarios = isolations.map((isolate) => scenarioOf(results, `${kind}-${isolate}`));
    const ends = scenarios.map((one) => [holds(one), one.problems, one.counts.ok]);
    expect(ends).toEqual(isolations.map(() => [true, [], 2]));
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
    const ran = await runCli(args, { cwd });
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const strips = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
    expect(ran.status).toBe(strips ? 0 : 1);
    expect(ran.results().scenarios[0]?.problems).toEqual(
      strips ? [] : [expect.stringMatching(/TypeScript needs Node 22\.18 or later, and this is Node \d+/)],
    );
  });
});
