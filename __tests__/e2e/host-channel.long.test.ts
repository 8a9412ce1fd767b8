import { expect, test } from '@jest/globals';
import { emptyFolder, runCli, write, type CliRun } from './run-cli.js';

const OK =
  "{ startedAt: performance.now(), endedAt: performance.now(), steps: [], stdout: { head: '', tail: '', bytes: 0 }, stderr: { head: '', tail: '', bytes: 0 } }";

/** The second of three flows at once does this; then all of them throw, so that whatever is ok was made up. */
function attack(isolate: string, code: string): Promise<CliRun> {
  const cwd = emptyFolder();
  write(
    cwd,
    'flow.mjs',
    `import fs from 'node:fs';
     import * as workers from 'node:worker_threads';
     export default async (ctx) => {
       if (ctx.iteration === 2) { ${code} }
       await new Promise((r) => setTimeout(r, 300));
       throw new Error('thrown later');
     };`,
  );
  write(
    cwd,
    '.github/flowgate.yml',
    `version: 1\nscenarios: {s: {module: flow.mjs, isolate: ${isolate}, flows: 3, thresholds: [success_rate >= 1%]}}\n`,
  );
  return runCli(['run'], { cwd });
}

const outcomesOf = (run: CliRun) => run.results().scenarios[0]?.flows.map(({ outcome }) => outcome);
const errorsOf = (run: CliRun) => run.results().scenarios[0]?.flows.map(({ error }) => error?.message ?? '');

const ON_NODES_CHANNEL = {
  'process.send of an end': `for (const flow of [1, 2, 3]) for (const key of ['id', 'token'])
    process.send?.({ type: 'ended', [key]: key === 'id' ? flow : ctx.token.replace(/\\d+$/, flow), flow: ${OK} });`,
  'process.send of what is no message': `process.send?.('ready'); process.send?.({ type: 'ended', flow: null });`,
  'a message to the parent of the thread': `workers.parentPort?.postMessage({ type: 'ended', id: 1, token: ctx.token, flow: ${OK} });`,
};

test.each(
  ['none', 'thread', 'process'].flatMap((isolate) =>
    Object.entries(ON_NODES_CHANNEL).map(([name, code]) => ({ isolate, name, code })),
  ),
)('$name is nothing to flowgate (isolate: $isolate)', async ({ isolate, code }) => {
  const run = await attack(isolate, code);
  expect(errorsOf(run)).toEqual(['thrown later', 'thrown later', 'thrown later']);
  expect(run.status).toBe(1);
});

const ON_OURS = {
  bytes: String.raw`fs.writeSync(3, 'x\n::error::forged\n');`,
  'an end in the form of ours': String.raw`fs.writeSync(3, JSON.stringify({ type: 'ended', id: 1, flow: ${OK} }) + '\n');`,
  'what Node obeys on its own channel': String.raw`fs.writeSync(3, '{"cmd":"NODE_HANDLE","type":"net.Socket"}\n{"cmd":"NODE_CLUSTER","act":"x"}\n');`,
  'bytes that are no text': `fs.writeSync(3, Buffer.from([0xff, 0xfe, 0, 10, 10, 10]));`,
};

test.each(
  ['none', 'thread', 'process'].flatMap((isolate) =>
    Object.entries(ON_OURS).map(([name, code]) => ({ isolate, name, code })),
  ),
)('$name on the channel end that host, and nothing else (isolate: $isolate)', async ({ isolate, code }) => {
  const run = await attack(isolate, code);
  expect(run.status).toBe(1);
  expect(run.stdout + run.stderr).not.toMatch(/^::|defect|at .*dist/m);
  expect(outcomesOf(run)).toEqual(['failed', 'failed', 'failed']);
  const errors = errorsOf(run) ?? [];
  expect(errors[1]).toContain('wrote to the channel between flowgate and its process');
  // Of several processes, the others have ended as they did by themselves.
  if (isolate === 'process') expect([errors[0], errors[2]]).toEqual(['thrown later', 'thrown later']);
});

test('a child of a module has no part of the channel', async () => {
  const cwd = emptyFolder();
  write(
    cwd,
    'flow.mjs',
    `import { spawnSync } from 'node:child_process';
     export default () => {
       const { status } = spawnSync(process.execPath, ['-e', 'require("fs").fstatSync(3).isSocket() && process.exit(9)']);
       if (status === 9) throw new Error('it has');
     };`,
  );
  const run = await runCli(
    ['run', '--module', 'flow.mjs', '--flows', '1', '--threshold', 'success_rate >= 100%'],
    { cwd },
  );
  expect(errorsOf(run)).toEqual(['']);
  expect(run.status).toBe(0);
});
