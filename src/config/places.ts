import { isAbsolute, relative, resolve } from 'node:path';
import { readDataFile } from '../data/data.js';
import { type Problem, UserError } from '../lib/errors.js';
import type { Path } from '../lib/fields.js';
import type { Files } from '../system/ports.js';
import { type ParsedInputs, whereInput } from './inputs.js';
import { DEMO_MODULE, type DraftKey, isBuiltIn } from './scenario.js';
import type { ScenarioConfig } from './schema.js';

/** The files and folders that one scenario names, whatever else is right or wrong about it. */
export interface Places {
  readonly workingDirectory?: string;
  readonly module?: string;
  readonly ca?: string;
  readonly data?: string;
  /** Folders of services that have one of their own. */
  readonly serviceFolders?: readonly ServiceFolder[];
  readonly problemAt: (key: DraftKey, message: string) => Problem;
}

interface ServiceFolder {
  readonly folder: string;
  readonly problem: (message: string) => Problem;
}

export interface PlaceSources {
  /** Whether a file or folder is there, or will be when it is needed. */
  readonly exists: Files['exists'];
  readonly files: Pick<Files, 'read'>;
  /** Absolute. */
  readonly workspace: string;
  readonly inputs: Pick<ParsedInputs, 'workingDirectory'>;
}

/**
 * Of each scenario of a config.
 * @param known what of it is right, however much is wrong
 */
export function placesOfConfig(
  known: unknown,
  problemAt: (path: Path, message: string) => Problem,
): readonly (Places & { readonly name: string })[] {
  const { scenarios = {} } = (known ?? {}) as {
    readonly scenarios?: Readonly<Record<string, ScenarioConfig | undefined>>;
  };
  const right = Object.entries(scenarios).flatMap(([name, scenario]) =>
    scenario === undefined ? [] : [{ name, scenario }],
  );
  return right.map(({ name, scenario }) => ({
    name,
    module: scenario.module,
    ca: scenario.ca,
    data: scenario.data?.file,
    workingDirectory: scenario['working-directory'],
    serviceFolders: serviceFolders(scenario, (path, message) =>
      problemAt(['scenarios', name, ...path], message),
    ),
    problemAt: (key: DraftKey, message: string) => problemAt(['scenarios', name, key], message),
  }));
}

function serviceFolders(
  { service, services = {} }: ScenarioConfig,
  problemAt: (path: Path, message: string) => Problem,
): readonly ServiceFolder[] {
  const named = Object.entries(services).map(([name, each]) => [['services', name], each] as const);
  return [[['service'], service] as const, ...named].flatMap(([path, each]) => {
    const folder = each?.['working-directory'];
    const problem = (message: string) => problemAt([...path, 'working-directory'], message);
    return folder === undefined ? [] : [{ folder, problem }];
  });
}

/** What is named and not there. */
export async function missingPlaces(places: Places, sources: PlaceSources): Promise<readonly Problem[]> {
  const own = await missingPlacesOfScenario(places, sources);
  const ofServices = await Promise.all(
    (places.serviceFolders ?? []).map(async ({ folder, problem }) => {
      const path = resolve(sources.workspace, folder);
      if (await sources.exists(path)) return [];
      return [problem(`there is no folder ${fromWorkspace(path, sources.workspace)}`)];
    }),
  );
  return [...own, ...ofServices.flat()];
}

async function missingPlacesOfScenario(places: Places, sources: PlaceSources): Promise<readonly Problem[]> {
  const { exists, workspace, inputs } = sources;
  const folder = resolve(workspace, inputs.workingDirectory ?? places.workingDirectory ?? '.');
  if (!(await exists(folder))) {
    const message = `there is no folder ${fromWorkspace(folder, workspace)}`;
    // Where the folder is missing the module in it is missing too, for the same cause.
    return inputs.workingDirectory === undefined
      ? [places.problemAt('working-directory', message)]
      : [{ where: whereInput('workingDirectory'), message }];
  }
  return [
    ...(await missingModule(folder, places, sources)),
    ...(await missingFile('ca', { folder, places, sources })),
    ...(await missingFile('data', { folder, places, sources })),
    ...(await wrongRows(folder, places, sources)),
  ];
}

async function missingModule(
  folder: string,
  { module, problemAt }: Places,
  { exists, workspace }: PlaceSources,
): Promise<readonly Problem[]> {
  if (module === undefined || module === DEMO_MODULE) return [];
  if (isBuiltIn(module)) {
    return [problemAt('module', `there is no built-in module ${module}; did you mean ${DEMO_MODULE}?`)];
  }
  const path = resolve(folder, module);
  if (await exists(path)) return [];
  return [problemAt('module', noFile(path, workspace))];
}

async function missingFile(
  key: 'ca' | 'data',
  { folder, places, sources }: { folder: string; places: Places; sources: PlaceSources },
): Promise<readonly Problem[]> {
  const file = places[key];
  if (file === undefined) return [];
  const path = resolve(folder, file);
  return (await sources.exists(path)) ? [] : [places.problemAt(key, noFile(path, sources.workspace))];
}

/** What is wrong with a file of rows, whatever its flows are. */
async function wrongRows(
  folder: string,
  { data }: Places,
  { files, workspace }: PlaceSources,
): Promise<readonly Problem[]> {
  if (data === undefined) return [];
  const file = resolve(folder, data);
  return problemsOfData(file, workspace, () => readDataFile({ name: data, file }, files));
}

/** The problems that reading data throws, with the file as it is called from the workspace. */
export async function problemsOfData(
  file: string,
  workspace: string,
  read: () => Promise<unknown>,
): Promise<readonly Problem[]> {
  try {
    await read();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return thrown.problems.map((problem) =>
      problem.file === undefined ? problem : { ...problem, file: fromWorkspace(file, workspace) },
    );
  }
}

function noFile(path: string, workspace: string): string {
  return `there is no file ${fromWorkspace(path, workspace)}; write its path from the working directory`;
}

/** As annotations and people name it: with slashes, from the workspace if it is in there. */
export function fromWorkspace(file: string, workspace: string): string {
  const path = relative(workspace, resolve(workspace, file));
  return path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}
