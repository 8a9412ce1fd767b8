import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CliRun, emptyFolder, metricOf, runCli, write } from './run-cli.js';

describe('module flows', () => {
  test('run together in one process, with setup, steps and verify', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'flow.mjs',
      `export function setup() { return { seen: [] }; }
       export default async function flow(ctx) {
         console.log('hello from', ctx.token);
         await ctx.step('wait', () => new Promise((r) => setTimeout(r, 100)));
         ctx.shared.seen.push(process.pid);
         if (ctx.iteration === 3) throw new Error('third one');
       }
       export function verify(ctx) {
         if (new Set(ctx.shared.seen).size !== 1) throw new Error('more than one process');
         if (ctx.flows.length !== 5) throw new Error('flows: ' + ctx.flows.length);
       }`,
    );
    const run = await runCli(['run', '--module', 'flow.mjs', '--flows', '5', '--threshold', 'failed <= 1'], {
      cwd,
    });
    expect(run.status).toBe(0);
    const [scenario] = run.results().scenarios;
    expect(scenario?.verify?.ok).toBe(true);
    expect(scenario?.errors).toMatchObject([{ count: 1, flows: [3] }]);
    expect(scenario?.flows[2]?.stdout?.head).toMatch(/^hello from fg-[0-9a-f]{12}-3\n$/);
    expect(metricOf(run.results(), 'step(wait).med')).toBeGreaterThan(90);
    expect(metricOf(run.results(), 'max_concurrency')).toBe(5);
  });

  const faulty = [
    [
      'throws on import',
      '\nthrow new Error("no database");',
      /can not be run: no database \(at m0\.mjs:2\)$/,
    ],
    [
      'throws from below',
      'const parse = () => JSON.parse("{");\n\nparse();',
      /can not be run: .*JSON.* \(at m1\.mjs:1\)$/,
    ],
    ['can not be parsed', 'export default () => { const a = ; }', /';'; node --check FILE shows the line$/],
    ['imports what is not there', 'import "./none.mjs";', /Cannot find module '.*none\.mjs'/],
    ['has no default export', 'export const flow = 1;', /no default export/],
    [
      'kills its process',
      'export default () => { setTimeout(() => process.exit(9), 50); return new Promise(() => {}); }',
      /process ended \(exit status 9\)/,
    ],
    [
      'throws outside its flow',
      'export default () => { setTimeout(() => { throw new TypeError("stray") }, 50); return new Promise(() => {}); }',
      /TypeError: stray/,
    ],
  ] as const;
  // Scenarios of one run, as flowgate takes longer to start than they do.
  let faults: CliRun;

  beforeAll(async () => {
    const cwd = emptyFolder();
    faulty.forEach(([, source], index) => {
      write(cwd, `m${index}.mjs`, source);
    });
    const scenarios = faulty.map((_, index) => `  s${index}: {module: m${index}.mjs, flows: 2}\n`);
    write(cwd, 'c.yml', `version: 1\nscenarios:\n${scenarios.join('')}`);
    faults = await runCli(['run', '--config', 'c.yml'], { cwd });
  });

  test.each(faulty.map(([what, , message], index) => [what, message, index] as const))(
    'a module that %s is said to, and the gate stands',
    (_, message, index) => {
      const scenario = faults.results().scenarios[index];
      expect([faults.status, scenario?.verdict]).toEqual([1, 'fail']);
      expect(scenario?.problems.join()).toMatch(message);
    },
  );

  test.each(['none', 'thread', 'process'])(
    'what they are given is made of the classes of their own code (isolate: %s)',
    async (isolate) => {
      const cwd = emptyFolder();
      write(
        cwd,
        'given.mjs',
        `import assert from 'node:assert';
export const setup = (ctx) => { assert(ctx instanceof Object); return { stock: 1 }; };
export const verify = (ctx) => { assert(ctx instanceof Object && ctx.flows instanceof Array); };
export default async (ctx) => {
  assert(ctx instanceof Object && ctx.options instanceof Object && ctx.shared instanceof Object);
  assert(ctx.signal instanceof AbortSignal);
  const step = ctx.step('a', () => 7);
  assert(step instanceof Promise);
  assert.equal(await step, 7);
  await assert.rejects(ctx.step('b', async () => { throw new RangeError('low'); }), RangeError);
  await assert.rejects(ctx.step('c'), (thrown) => thrown instanceof Error && /needs a function/.test(thrown.message));
};
`,
      );
      write(
        cwd,
        'flowgate.yml',
        `version: 1\nscenarios: {a: {module: given.mjs, isolate: ${isolate}, flows: 2, options: {a: b}, thresholds: [success_rate >= 100%], checks: {invariants: fail}}}\n`,
      );
      const run = await runCli(['run'], { cwd });
      // The output is shown if it fails: it has the assertion that did not hold.
      expect([run.status, run.stdout]).toEqual([0, expect.stringMatching(/success_rate >= 100% +100% /)]);
      expect(metricOf(run.results(), 'step(a).med')).not.toBeNull();
    },
  );

  test('a module that blocks its event loop is ended after its timeout', async () => {
    const cwd = emptyFolder();
    write(cwd, 'flow.mjs', 'export default () => { for (;;); }');
    const run = await runCli(['run', '--module', 'flow.mjs', '--flows', '2', '--timeout', '300ms'], { cwd });
    expect(run.status).toBe(1);
    expect(run.results().scenarios[0]?.problems.join()).toMatch(
      /blocked its event loop for more than 2 s .*; its process was killed: .* \(isolate: thread\)$/,
    );
    expect(metricOf(run.results(), 'timed_out')).toBe(2);
  });
});

describe('flowgate demo', () => {
  test('holds, with all its steps', async () => {
    const run = await runCli(['demo', '--flows', '10']);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/all 4 gates hold/);
    expect(metricOf(run.results(), 'success_rate')).toBe(1);
    for (const crew of ['research', 'audience', 'draft', 'style', 'quality']) {
      expect(metricOf(run.results(), `step(${crew}).med`)).toBeGreaterThan(0);
    }
  });

  test('with the bug race, verify catches the lost updates', async () => {
    const run = await runCli(['demo', '--bug', 'race']);
    expect(run.status).toBe(1);
    const [scenario] = run.results().scenarios;
    expect(scenario?.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual([
      'invariants',
    ]);
  });

  test('a bug that does not exist is unusable input', async () => {
    const run = await runCli(['demo', '--bug', 'rase']);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/race/);
  });
});
