import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Repository } from '../compare/trees/repository.js';
import { readConfig } from '../config/file.js';
import { DEFAULT_CONFIGS, defaultConfig } from '../config/find-config.js';
import type { Inputs } from '../config/inputs.js';
import { makePlan } from '../config/plan.js';
import type { Plan } from '../model/plan.js';
import { type Files, SMALL_FILE } from '../system/ports.js';

interface BaseConfig {
  readonly repository: Repository;
  /** Whose config it is. */
  readonly commit: string;
  readonly files: Files;
  readonly inputs: Inputs;
  /** Absolute: the workspace that head's plan was made in. */
  readonly workspace: string;
  /** Names of head's scenarios. */
  readonly scenarios: readonly string[];
}

/**
 * The plan that the base's config makes of the same inputs; undefined if base has no config where head's may be.
 * Nothing is checked out. Throws UserError if it is not valid.
 */
export async function basePlan(
  from: BaseConfig,
): Promise<(Pick<Plan, 'scenarios'> & Partial<Plan>) | undefined> {
  const { inputs, workspace } = from;
  const candidates = inputs.config === undefined ? DEFAULT_CONFIGS : [inputs.config];
  for (const config of candidates) {
    const text = await textOf(from, resolve(workspace, config));
    if (text !== undefined) return planOf(from, { config, text });
  }
  return undefined;
}

/** Scenarios that the input selects and base does not have yet are left out, or base's plan would be refused. */
async function planOf(
  { inputs, workspace, files, scenarios }: BaseConfig,
  { config, text }: { readonly config: string; readonly text: string },
): Promise<Pick<Plan, 'scenarios'> & Partial<Plan>> {
  const path = resolve(workspace, config);
  const asInBase: Files = {
    ...files,
    // Whether base's modules, data and folders are there does not change what its gates are.
    read: (wanted) => Promise.resolve(wanted === path ? text : undefined),
    exists: () => Promise.resolve(true),
  };
  const { scenario: selected, ...others } = inputs;
  const sources = { files: asInBase, workspace };
  if (selected === undefined) return makePlan({ ...others, config }, sources);
  const known = Object.keys(readConfig(text, config).config?.scenarios ?? {});
  const both = scenarios.filter((name) => known.includes(name));
  if (known.length > 0 && both.length === 0) return { scenarios: [] };
  return makePlan({ ...others, config, ...(both.length === 0 ? {} : { scenario: both.join(',') }) }, sources);
}

/** The config that the commit has and the workspace has no longer; undefined if there still is one, or never was. */
export async function removedConfig(
  from: Pick<BaseConfig, 'repository' | 'commit' | 'files' | 'workspace'>,
): Promise<string | undefined> {
  const { files, workspace } = from;
  if ((await defaultConfig({ files, workspace })) !== undefined) return undefined;
  for (const config of DEFAULT_CONFIGS) {
    if ((await textOf(from, resolve(workspace, config))) !== undefined) return config;
  }
  return undefined;
}

/** Of a file in the commit; undefined if there is none. Throws if it is too large to be a config. */
async function textOf(
  { repository, commit }: Pick<BaseConfig, 'repository' | 'commit'>,
  path: string,
): Promise<string | undefined> {
  const inside = relative(repository.top, path);
  if (inside.startsWith('..') || isAbsolute(inside)) return undefined;
  const blob = `${commit}:${inside.split(sep).join('/')}`;
  const size = Number(await repository.ask('cat-file', '-s', blob));
  if (!Number.isSafeInteger(size)) return undefined;
  if (size > SMALL_FILE)
    throw new Error(`its config has ${size} bytes, and no more than ${SMALL_FILE} are read`);
  const { code, stdout } = await repository.run(['cat-file', 'blob', blob]);
  return code === 0 ? stdout : undefined;
}
