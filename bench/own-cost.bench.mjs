import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const action = join(import.meta.dirname, '../dist/index.js');

function time(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-cost-'));
  const start = performance.now();
  execFileSync(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, RUNNER_TEMP: folder, ...env },
    stdio: 'ignore',
  });
  const taken = performance.now() - start;
  rmSync(folder, { recursive: true });
  return taken;
}

const INPUTS = {
  INPUT_RUN: 'true',
  INPUT_FLOWS: '1',
  INPUT_THRESHOLDS: 'success_rate >= 100%',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_EVENT_PATH: '',
  GITHUB_OUTPUT: '',
  GITHUB_STEP_SUMMARY: '',
};

export default {
  title: 'The action around one true, start to finish',
  unit: 'ms',
  target: 'Target 15: at most 500 ms more than bare node.',
  peers: [
    { name: 'flowgate', run: () => time([action], INPUTS) },
    { name: 'bare node', run: () => time(['-e', '0']) },
  ],
};
