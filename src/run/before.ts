import { messageOf } from '../lib/errors.js';
import { MARK } from '../lib/identity.js';
import { placeholdersIn } from '../lib/placeholders.js';
import type { ScenarioPlan } from '../model/plan.js';
import { runHook } from '../system/hook.js';
import { killAll, watchingMarked } from '../watch/process-watch.js';
import type { ExecuteContext, ExecutePorts } from './stage.js';

/**
 * Runs the command `before` of a scenario, if it has one, before anything of the scenario is started. It has a mark of its own,
 * so that what it leaves running is there for every start after it, and is no part of any.
 * @returns ends what it has left running; never rejects
 * @throws Error if the command failed, or an interrupt cut it short
 */
export async function runBefore(
  { before, shell, workingDirectory, env, seed }: ScenarioPlan,
  ports: ExecutePorts,
  context: Pick<ExecuteContext, 'env'>,
): Promise<() => Promise<void>> {
  if (before === undefined || ports.interrupt.aborted) return () => Promise.resolve();
  const mark = ports.newRunId();
  const end = async (): Promise<void> => {
    try {
      await watchingMarked(ports.openTable(`${MARK}=${mark}`), async (watch) =>
        killAll(watch, ports.spawner, ports.clock),
      );
    } catch (thrown) {
      ports.logger.warn(`what before has left running could not be ended: ${messageOf(thrown)}`);
    }
  };
  // The services have no ports yet.
  const known = Object.entries(env).filter(([, value]) => placeholdersIn(value).length === 0);
  const given = { ...context.env, ...Object.fromEntries(known), FLOWGATE_SEED: String(seed), [MARK]: mark };
  const { ok, message } = await runHook({ shell, command: before, cwd: workingDirectory, env: given }, ports);
  if (ok) return end;
  await end();
  throw new Error(`before failed: ${message}`);
}
