import { expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/** As test libraries and instrumentation replace them, or worse. Each is done when a flow runs. */
const REPLACED: Readonly<Record<string, string>> = {
  'performance.now': 'const t = performance.now(); performance.now = () => t;',
  'Performance.prototype.now':
    'const t = performance.now(); Object.getPrototypeOf(performance).now = () => t;',
  'performance itself': 'globalThis.performance = { now: () => 0 };',
  'Date.now and Date': 'Date.now = () => 0; globalThis.Date = class { static now() { return 0; } };',
  'process.hrtime': 'process.hrtime = () => [0, 0]; process.hrtime.bigint = () => 0n;',
  timers: `for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'queueMicrotask'])
    globalThis[name] = () => 0;
  process.nextTick = () => {};`,
  'JSON.stringify': `JSON.stringify = () => '{}'; JSON.parse = () => ({});`,
  'Array.prototype': `const { push } = Array.prototype;
  Array.prototype.push = function (...all) { return all[0]?.startedAt > 0 ? 0 : push.apply(this, all); };
  Array.prototype.toJSON = () => [];
  Object.prototype.toJSON = function () { return 'nothing'; };`,
  'Map.prototype': 'Map.prototype.get = Map.prototype.delete = Map.prototype.set = () => undefined;',
  'process.send and exit': 'process.send = process.exit = process.kill = () => true;',
  'String.prototype': `String.prototype.split = () => ['nothing'];`,
  'AsyncLocalStorage.prototype': `(await import('node:async_hooks')).AsyncLocalStorage.prototype.getStore = () => undefined;`,
  'what node:fs and node:net export': `const fs = (await import('node:fs')).default;
  fs.writeSync = fs.readSync = () => 0; (await import('node:net')).default.Socket = class {};`,
};

test.each(['none', 'thread', 'process'])(
  'a module that replaces clocks, timers, JSON or collections changes nothing that is measured (isolate: %s)',
  async (isolate) => {
    const cwd = emptyFolder();
    const names = Object.keys(REPLACED);
    const scenarios = names.map((name, index) => {
      // What it waits with, and what it is measured by here, is bound before.
      write(
        cwd,
        `${index}.mjs`,
        `const wait = ((later) => (ms) => new Promise((resolve) => later(resolve, ms)))(setTimeout);
         const print = process.stdout.write;
         export default async (ctx) => {
           if (ctx.iteration === 1) { ${REPLACED[name] ?? ''} }
           process.stdout.write('flow ' + ctx.iteration + '\\n');
           await ctx.step('wait', () => wait(200));
           if (ctx.iteration === 2) throw new Error('the second');
         };`,
      );
      return `  s${index}: {module: ${index}.mjs, isolate: ${isolate}, flows: 1, iterations: 3, thresholds: [flow_time.min < 150ms]}`;
    });
    write(cwd, '.github/flowgate.yml', `version: 1\nscenarios:\n${scenarios.join('\n')}\n`);
    const run = await runCli(['run'], { cwd });
    const seen = run
      .results()
      .scenarios.map((scenario, index) => ({ name: names[index], ...seenOf(scenario) }));
    expect(seen).toEqual(
      names.map((name) => ({
        name,
        problems: [],
        errors: ['the second'],
        gate: 'fail',
        fastFlows: [],
        fastSteps: [],
        printed: 'flow 2\n',
      })),
    );
    expect(run.status).toBe(1);
  },
  120_000,
);

function seenOf({ problems, errors, thresholds, flows }: ScenarioResults) {
  return {
    problems,
    errors: errors.map(({ sample }) => sample),
    gate: thresholds[0]?.outcome,
    fastFlows: flows.map(({ startedAt, endedAt }) => endedAt - startedAt).filter((time) => time < 190),
    fastSteps: flows
      .flatMap(({ steps: [step, ...more] = [] }) =>
        step !== undefined && more.length === 0 ? step : { startedAt: 0, endedAt: 0 },
      )
      .map(({ startedAt, endedAt }) => endedAt - startedAt)
      .filter((time) => time < 190),
    printed: flows[1]?.stdout?.head,
  };
}
