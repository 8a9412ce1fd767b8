/**
 * The product from inside, for benches that put an instrument of their own beside it or take a part out: a whole run of
 * one scenario as the CLI does it, but of the modules that the bundles are made of.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built, builtPath } from './built.mjs';

const silent = () => undefined;

/** The ports of the CLI, but for what would print. */
export async function quietPorts() {
  const { nodePorts } = await built('adapters.js');
  const { nodeSpawner } = await built('adapters.js');
  return {
    ...nodePorts(),
    spawner: nodeSpawner(builtPath('host.js')),
    logger: { info: silent, warn: silent, error: silent, debug: silent },
    progress: { update: silent, clear: silent },
    interrupt: new AbortController().signal,
  };
}

/**
 * Runs one scenario, given as the config has it, in an empty folder. `around` may put something around any port: it is
 * given the real ones and gives those that differ. The record and its figures (values by metric) come back.
 */
export async function runInside(scenario, around = () => ({})) {
  const { readMachine } = await built('system/environment.js');
  const { makePlan } = await built('config/plan.js');
  const { execute } = await built('run/execute.js');
  const { flowEnv } = await built('system/flow-env.js');
  const { summarize } = await built('measure/summarize.js');
  const folder = mkdtempSync(join(tmpdir(), 'flowgate-bench-'));
  try {
    const config = join(folder, 'flowgate.json');
    writeFileSync(config, JSON.stringify({ version: 1, scenarios: { bench: scenario } }));
    const ports = await quietPorts();
    const plan = await makePlan({ config }, { files: ports.files, workspace: folder });
    const context = { environment: readMachine(process.env), env: flowEnv(process.env, []) };
    const record = await execute(plan.scenarios[0], { ...ports, ...around(ports) }, context);
    if (record.problems.length > 0) throw new Error(record.problems.join('; '));
    return { record, figures: summarize(record).scalars };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A process table that reads nothing: a run without a monitor. */
export const readNothing = () => ({ source: 'nothing', read: () => [], close: silent });

/** The samples that a record's figures are made of. */
export async function samplesOf(record) {
  const { tallyOf } = await built('measure/tally.js');
  const { samplesDuring } = await built('measure/machine.js');
  return samplesDuring(record.monitor.samples, tallyOf(record).window);
}
