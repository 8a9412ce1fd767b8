/**
 * Runs the action once in @github/local-action, GitHub's own harness: it reads action.yml, imports dist/index.js, calls
 * run() and reads the commands that come out. Fetched when it runs: it is larger than everything else here together.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const PACKAGES = ['@github/local-action@7.0.1', 'tsx@4'];
const folder = mkdtempSync(join(tmpdir(), 'flowgate-local-action-'));
const variables = {
  INPUT_RUN: 'sleep 0.3; exit $((FLOWGATE_ITERATION % 5 == 0))',
  INPUT_FLOWS: '10',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_WORKSPACE: root,
};
const dotenv = join(folder, 'env');
writeFileSync(
  dotenv,
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join(''),
);
const { stdout, stderr, error } = spawnSync(
  'npx',
  [
    '--yes',
    ...PACKAGES.flatMap((name) => ['--package', name]),
    'local-action',
    'run',
    '.',
    'dist/index.js',
    dotenv,
  ],
  {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
    // It asks for its own loader through npm again.
    env: {
      ...process.env,
      npm_config_yes: 'true',
      RUNNER_TEMP: folder,
      GITHUB_OUTPUT: '',
      GITHUB_STEP_SUMMARY: '',
    },
  },
);
rmSync(folder, { recursive: true });
for (const line of [
  '::set-output name=verdict::fail',
  'success_rate >= 90%',
  '::error title=run misses a gate',
]) {
  if (stdout?.includes(line)) continue;
  console.error(`local-action did not show "${line}":\n${error ?? ''}\n${stdout}\n${stderr}`);
  process.exit(1);
}
console.log('local-action: the action ran, failed its gate, and said so');
