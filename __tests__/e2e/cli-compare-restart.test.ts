import { describe, expect, test } from '@jest/globals';
import type { Results } from '../../src/model/results.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/** Flows of 5 ms, which fail once their host has run 100 of them: those of two rounds and a half. */
const COUNTING = `let before = 0;
export default async () => {
  before += 1;
  if (before > 100) throw new Error('kept up');
  await new Promise((resolve) => setTimeout(resolve, 5));
};
`;

const config = (more: string): string => `version: 1
compare: { ref: base, services: restart }
scenarios:
  s:
    flows: 2
    iterations: 40
    thresholds: [success_rate >= base, throughput >= base - 50%]
${more}`;

async function compared(base: string, head: string): Promise<Results['scenarios'][number]> {
  const cwd = emptyFolder();
  write(cwd, 'flow.mjs', COUNTING);
  write(cwd, 'old.yml', config(base));
  write(cwd, 'new.yml', config(head));
  const args = ['compare', '--base-config', 'old.yml', '--config', 'new.yml', '--budget', '60s'];
  const [scenario] = (await runCli(args, { cwd })).results().scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

describe('services: restart', () => {
  test('starts the host of module flows anew for each round', async () => {
    const { compared: comparison, comparison: results = [] } = await compared(
      '    module: flow.mjs',
      '    module: flow.mjs',
    );
    expect(comparison?.rounds?.services).toBe('restart');
    const started = comparison?.pairs.reduce((sum, { head }) => sum + head.flows.started, 0) ?? 0;
    expect(started).toBeGreaterThan(200);
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
