/**
 * Runs what is in dist/: a bundle that compiles need not run. On whatever Node this is started with, so that the action's
 * own runtime can be tried as well as the oldest one.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = join(import.meta.dirname, '../dist');

function run(args, folder, env = {}) {
  return execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, RUNNER_TEMP: folder, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/**
 * The CLI says its version, the action gates two command flows, and the host runs the demo and a module that it was not
 * bundled with. Throws if one does not.
 */
export function runDist() {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-dist-'));
  const version = run([join(dist, 'cli.js'), '--version'], folder).trim();
  const output = join(folder, 'output');
  writeFileSync(output, '');
  run([join(dist, 'index.js')], folder, {
    INPUT_RUN: 'sleep 0.1',
    INPUT_FLOWS: '2',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: '',
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: '',
  });
  if (!/^verdict<<(.*)\npass\n\1$/m.test(readFileSync(output, 'utf8')))
    throw new Error('dist/index.js did not pass');
  const demo = run([join(dist, 'cli.js'), 'demo'], folder);
  if (!demo.includes('10 of 10')) throw new Error(`dist/cli.js demo did not pass:\n${demo}`);
  writeFileSync(join(folder, 'flow.mjs'), 'export default () => 1;\n');
  const module = run([join(dist, 'cli.js'), 'run', '--module', 'flow.mjs', '--flows', '2'], folder);
  if (!module.includes('2 of 2')) throw new Error(`dist/host.js did not run a module:\n${module}`);
  rmSync(folder, { recursive: true });
  console.log(`dist runs on Node ${process.versions.node}: cli ${version}, the action, the demo, a module`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) runDist();
