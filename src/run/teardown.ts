import type { ModuleHooks } from '../flows/module/runner.js';
import { messageOf } from '../lib/errors.js';
import { runHook } from '../system/hook.js';
import { killAll } from '../watch/process-watch.js';
import { commandOn, type Stage } from './stage.js';
import type { Parts } from './start.js';

/** After an interrupt the teardown has this long: the runner kills everything soon. ms. */
const HURRIED_TEARDOWN = 3000;

const TEARDOWN = 'teardown';

/** Ends all that the session started. Each step happens whatever became of the one before. */
export async function tearDown(stage: Stage, parts: Parts): Promise<void> {
  const { plan, ports, watch } = stage;
  const { teardown } = plan;
  const steps: readonly [string, () => Promise<unknown>][] = [
    [TEARDOWN, async () => teardownModule(parts.module)],
    ['looking for ports that were left', async () => parts.search?.forPorts()],
    // What launchers and hosts have adopted is lost from sight when they end, unless it was seen before.
    ['looking for what flows have left', async () => watch.alive()],
    ['ending the flows', async () => parts.runner?.close()],
    [TEARDOWN, async () => (teardown === undefined ? undefined : teardownCommand(stage, teardown))],
    ['looking for files that were left', async () => parts.search?.forFiles()],
    ['stopping the services', async () => parts.services?.stop()],
    ['looking for what services have left', async () => parts.search?.inServices()],
    ['closing the network proxies', async () => parts.network?.proxy.close()],
    ['ending what was left', async () => killAll(watch, ports.spawner, ports.clock)],
    ['removing the limits', async () => stage.limits?.close()],
    ['closing the process table', () => closeTable(stage)],
    ['removing the temporary folder', async () => removeScratch(stage)],
  ];
  for (const [name, step] of steps) {
    try {
      await step();
    } catch (thrown) {
      const problem = `${name} failed: ${messageOf(thrown)}`;
      // What an interrupt cuts short has not failed: it must not make the run one that failed.
      if (name === TEARDOWN && ports.interrupt.aborted) ports.logger.warn(problem);
      else stage.problems.push(problem);
    }
  }
}

async function teardownModule(module: ModuleHooks | undefined): Promise<void> {
  if (module?.hooks.has('teardown') !== true) return;
  const error = await module.teardown(HURRIED_TEARDOWN);
  if (error !== undefined) throw new Error(error.message);
}

async function teardownCommand(stage: Stage, teardown: string): Promise<void> {
  const ports = { ...stage.ports, afterInterrupt: HURRIED_TEARDOWN };
  const { ok, message } = await runHook(commandOn(stage, teardown), ports);
  if (!ok) throw new Error(message);
}

/** What flows have made in there may not be ours to remove: that changes nothing of what was measured. */
async function removeScratch({ ports, scratch }: Stage): Promise<void> {
  try {
    await ports.files.remove(scratch);
  } catch (thrown) {
    ports.logger.warn(`the temporary folder ${scratch} could not be removed: ${messageOf(thrown)}`);
  }
}

function closeTable({ table }: Stage): Promise<void> {
  table.close();
  return Promise.resolve();
}
