import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Results } from '../../src/model/results.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/** Flows of 5 ms, of a host that notes that it was started. */
const NOTED = `import { appendFileSync } from 'node:fs';
appendFileSync('starts', process.pid + '\\n');
export default () => new Promise((resolve) => setTimeout(resolve, 5));
`;

const config = (more: string): string => `version: 1
compare: { ref: base, services: restart }
scenarios:
  s:
    flows: 2
    iterations: 40
    warmup: 2
    thresholds: [success_rate >= base, throughput >= base - 50%]
${more}`;

async function compared(
  base: string,
  head: string,
  cwd = emptyFolder(),
): Promise<Results['scenarios'][number]> {
  write(cwd, 'flow.mjs', NOTED);
  write(cwd, 'old.yml', config(base));
  write(cwd, 'new.yml', config(head));
  const args = ['compare', '--base-config', 'old.yml', '--config', 'new.yml', '--budget', '60s'];
  const [scenario] = (await runCli(args, { cwd })).results().scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

describe('services: restart', () => {
  test('starts the host of module flows anew for each round', async () => {
    const cwd = emptyFolder();
    const module = '    module: flow.mjs';
    const { compared: comparison, comparison: results = [] } = await compared(module, module, cwd);
    expect(comparison?.rounds?.services).toBe('restart');
    const hosts = new Set(readFileSync(join(cwd, 'starts'), 'utf8').trim().split('\n'));
    // One more for head by itself, and one for the trial of each side.
    expect(comparison?.pairs.length).toBeGreaterThanOrEqual(10);
    expect(hosts.size).toBe(3 + 2 * (comparison?.pairs.length ?? 0));
    expect(results.find(({ metric }) => metric === 'success_rate')).toMatchObject({ base: 1, head: 1 });
  });

  test('a teardown that fails ends the comparison, as the next round would not start from the same state', async () => {
    const command = "    run: 'true'\n    service: { run: sleep 60 }\n";
    const { compared: comparison, verdict } = await compared(
      `${command}    teardown: echo rows are left >&2; exit 4\n`,
      command,
    );
    expect(comparison?.absent).toBe('old.yml can not be run: teardown failed: exit status 4: rows are left');
    expect(verdict).toBe('warn');
  });
});
