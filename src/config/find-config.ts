import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Problem } from '../lib/errors.js';
import type { Files } from '../system/ports.js';
import { didYouMean, nearest } from '../lib/nearest.js';
import { whereInput } from './inputs.js';

/** Where a config is looked for, from the workspace: the first one that exists is used. */
export const DEFAULT_CONFIGS = ['.github/flowgate.yml', 'flowgate.yml'] as const;

const NAME = 'flowgate.yml';

/** Folders above the workspace that are looked at: a repository is not deeper. */
const MOST_PARENTS = 20;

export interface ConfigPlaces {
  readonly files: Pick<Files, 'exists' | 'list'>;
  /** Absolute. */
  readonly workspace: string;
  /** Input `working-directory`. */
  readonly workingDirectory?: string | undefined;
}

/** The config that is used if none is named, from the workspace; undefined if there is none. */
export async function defaultConfig({ files, workspace }: ConfigPlaces): Promise<string | undefined> {
  for (const file of DEFAULT_CONFIGS) {
    if (await files.exists(resolve(workspace, file))) return file;
  }
  return undefined;
}

/**
 * A file that was probably meant as the config although it is not where, or not called what, a config must be: in the
 * workspace, the working directory, or a folder above the workspace up to the top of the git repository. From the
 * workspace, with slashes.
 */
export async function nearestConfig(places: ConfigPlaces): Promise<string | undefined> {
  const { files, workspace, workingDirectory } = places;
  const inside = workingDirectory === undefined ? [] : [resolve(workspace, workingDirectory)];
  for (const folder of [workspace, ...inside, ...(await parentsInRepository(places))]) {
    for (const each of [join(folder, '.github'), folder]) {
      const name = nearest(NAME, (await namesIn(each, files)).filter(isYaml));
      if (name !== undefined) return relative(workspace, join(each, name)).replaceAll('\\', '/');
    }
  }
  return undefined;
}

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);

/** None where the workspace is in no git repository: what is above it then is none of its own. */
async function parentsInRepository({ files, workspace }: ConfigPlaces): Promise<readonly string[]> {
  const parents: string[] = [];
  let folder = workspace;
  while (!(await files.exists(join(folder, '.git')))) {
    const parent = dirname(folder);
    if (parent === folder || parents.length === MOST_PARENTS) return [];
    parents.push(parent);
    folder = parent;
  }
  return parents;
}

/** What cannot be listed, such as a file in the place of a folder, holds no config. */
async function namesIn(folder: string, files: ConfigPlaces['files']): Promise<readonly string[]> {
  try {
    return await files.list(folder);
  } catch {
    return [];
  }
}

/** Nothing says what to run. The demo does not stand in for it: it would pass whatever the repository does. */
export async function nothingToRun(places: ConfigPlaces): Promise<Problem> {
  const missing = `there is no ${DEFAULT_CONFIGS.join(' and no ')} in the workspace, and none of run, module and url is given`;
  return {
    where: whereInput('config'),
    message: `${missing}; ${await advice(places)}; demo: true (flowgate demo) runs the built-in demo`,
  };
}

/** No config in any of the places where it is looked for, said to someone who asks for a config alone. */
export async function noConfig(places: ConfigPlaces): Promise<Problem> {
  return { message: `there is no ${DEFAULT_CONFIGS.join(' and no ')}; ${await advice(places)}` };
}

async function advice(places: ConfigPlaces): Promise<string> {
  const found = await nearestConfig(places);
  return found === undefined
    ? 'flowgate init writes a config'
    : `the nearest config is ${found}: give config: ${found} (--config ${found}), or move it to ${DEFAULT_CONFIGS[0]}`;
}

/** The config that was named is not there. */
export async function missingConfig(named: string, places: ConfigPlaces): Promise<Problem> {
  const message = `there is no file ${named}${await meant(named, places)}`;
  return { where: whereInput('config'), message };
}

async function meant(named: string, places: ConfigPlaces): Promise<string> {
  const { files, workspace, workingDirectory } = places;
  const fallback = '; write its path from the workspace';
  const inside = workingDirectory === undefined ? undefined : join(workingDirectory, named);
  if (inside !== undefined && (await files.exists(resolve(workspace, inside)))) {
    return `${fallback}: ${inside.replaceAll('\\', '/')}`;
  }
  const path = resolve(workspace, named);
  const beside = didYouMean(basename(path), (await namesIn(dirname(path), files)).filter(isYaml));
  if (beside !== '') return `${fallback}${beside}`;
  const found = (await defaultConfig(places)) ?? (await nearestConfig(places));
  return found === undefined ? fallback : `${fallback}; the nearest config is ${found}`;
}
