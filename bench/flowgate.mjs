/** flowgate as a person runs it, for benches: the built CLI, its results read back. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cli = join(import.meta.dirname, '../dist/cli.js');

/**
 * Runs one scenario, given as the config has it; gives its results. Its verdict does not matter here.
 * @param how `options` of Node itself and the environment, where they are not ours
 */
export function runScenario(scenario, { options = [], env = process.env } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-bench-'));
  try {
    const config = join(folder, 'flowgate.json');
    writeFileSync(config, JSON.stringify({ version: 1, scenarios: { bench: scenario } }));
    const results = join(folder, 'results.json');
    try {
      execFileSync(process.execPath, [...options, cli, 'run', '--config', config, '--json', results], {
        cwd: folder,
        env,
        stdio: 'ignore',
      });
    } catch (error) {
      if (error.status === null || error.status === 2) throw error;
    }
    return JSON.parse(readFileSync(results, 'utf8')).scenarios[0];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
