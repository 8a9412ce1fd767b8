import { resolve } from 'node:path';
import type { PlanBase } from '../compare/trees/plans.js';
import { UserError } from '../lib/errors.js';
import type { Files } from '../system/ports.js';
import { DEFAULT_CONFIGS } from './find-config.js';
import { type Inputs, whereInput } from './inputs.js';
import { makePlan } from './plan.js';

/** Plans what base does in scenarios that these inputs ask of head. */
export function basePlanner(inputs: Inputs, files: Files): PlanBase {
  return async ({ scenario, source, workspace, moved }) => {
    const asked = await inputsForBase(inputs, { scenario, source, workspace, moved, files });
    if (asked === undefined) return 'no config';
    try {
      const { scenarios } = await makePlan(asked, { files, workspace, isBase: true });
      return scenarios.find(({ name }) => name === scenario) ?? 'no scenario';
    } catch (thrown) {
      const isUnknown = ({ problems }: UserError): boolean =>
        problems.some(({ where }) => where === whereInput('scenario'));
      if (thrown instanceof UserError && isUnknown(thrown)) return 'no scenario';
      throw thrown;
    }
  };
}

/** What says which work is done, and nothing of the load or the gates; undefined if the config is not there. */
async function inputsForBase(
  { config, run, module, url, workingDirectory, seed, compare = 'base' }: Inputs,
  { scenario, source, workspace, moved, files }: Parameters<PlanBase>[0] & { readonly files: Files },
): Promise<Inputs | undefined> {
  const inBase = (path: string | undefined) => (path === undefined ? undefined : moved(path));
  const common = { compare, workingDirectory: inBase(workingDirectory), seed };
  if (source.kind !== 'config') return { ...common, run, module: inBase(module), url };
  for (const candidate of config === undefined ? DEFAULT_CONFIGS : [moved(config)]) {
    if (await files.exists(resolve(workspace, candidate))) return { ...common, config: candidate, scenario };
  }
  return undefined;
}
