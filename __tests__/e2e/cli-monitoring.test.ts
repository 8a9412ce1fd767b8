import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { resultsSchema } from '../../src/model/results.js';
import { CLI, emptyFolder } from './run-cli.js';

const HIDE = 'mount -t tmpfs none /proc && exec "$@"';
const mayHide =
  process.platform === 'linux' && spawnSync('unshare', ['-m', 'sh', '-c', HIDE, 'sh', 'true']).status === 0;

describe('what was measured', () => {
  const hidden = mayHide ? test : test.skip;
  hidden(
    'is not trusted where /proc is hidden: the check fails, and no gate on memory or CPU passes (skipped where nothing may be mounted)',
    () => {
      const cwd = emptyFolder();
      const gates = ['--threshold', 'peak_memory <= 500MB', '--threshold', 'peak_cpu <= 80%'];
      const args = [CLI, 'run', '--run', 'sleep 1.2', '--flows', '2', ...gates, '--json', 'r.json'];
      const ran = spawnSync('unshare', ['-m', 'sh', '-c', HIDE, 'sh', process.execPath, ...args], { cwd });
      const { scenarios } = resultsSchema.parse(JSON.parse(readFileSync(`${cwd}/r.json`, 'utf8')));
      const [scenario] = scenarios;
      expect(scenario?.thresholds.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
      expect(scenario?.checks.find(({ id }) => id === 'monitoring')).toMatchObject({ outcome: 'fail' });
      expect(ran.status).not.toBe(0);
    },
    60_000,
  );
});
