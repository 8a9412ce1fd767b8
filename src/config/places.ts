import { isAbsolute, relative, resolve } from 'node:path';
import type { Problem } from '../lib/errors.js';
import type { Files } from '../system/ports.js';
import { DEMO_MODULE } from './demo.js';
import type { DraftKey } from './draft.js';
import { whereInput } from './inputs.js';
import type { ParsedInputs } from './parse-inputs.js';
import { isBuiltIn } from './scenario-plan.js';

/** The files and folders that one scenario names, whatever else is right or wrong about it. */
export interface Places {
  readonly workingDirectory?: string;
  readonly module?: string;
  readonly ca?: string;
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
  /** Absolute. */
  readonly workspace: string;
  readonly inputs: Pick<ParsedInputs, 'workingDirectory'>;
}

/** Of each scenario in the value of a config file, of which nothing is known yet but that it is YAML. */
export function placesOfConfig(
  value: unknown,
  problemAt: (path: readonly string[], message: string) => Problem,
): readonly (Places & { readonly name: string })[] {
  const scenarios = isMap(value) && isMap(value.scenarios) ? value.scenarios : {};
  return Object.entries(scenarios).flatMap(([name, scenario]) =>
    isMap(scenario)
      ? [
          {
            name,
            ...textAt(scenario, 'module', 'module'),
            ...textAt(scenario, 'ca', 'ca'),
            ...textAt(scenario, 'working-directory', 'workingDirectory'),
            serviceFolders: serviceFolders(scenario, (path, message) =>
              problemAt(['scenarios', name, ...path], message),
            ),
            problemAt: (key: DraftKey, message: string) => problemAt(['scenarios', name, key], message),
          },
        ]
      : [],
  );
}

function serviceFolders(
  { service, services }: Readonly<Record<string, unknown>>,
  problemAt: (path: readonly string[], message: string) => Problem,
): readonly ServiceFolder[] {
  const named = Object.entries(isMap(services) ? services : {});
  const all: readonly (readonly [readonly string[], unknown])[] = [
    [['service'], service],
    ...named.map(([name, each]) => [['services', name], each] as const),
  ];
  return all.flatMap(([path, each]) => {
    const folder = isMap(each) ? each['working-directory'] : undefined;
    return typeof folder === 'string' && folder !== ''
      ? [{ folder, problem: (message: string) => problemAt([...path, 'working-directory'], message) }]
      : [];
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
  return [...(await missingModule(folder, places, sources)), ...(await missingFile(folder, places, sources))];
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
  folder: string,
  { ca, problemAt }: Places,
  { exists, workspace }: PlaceSources,
): Promise<readonly Problem[]> {
  if (ca === undefined) return [];
  const path = resolve(folder, ca);
  return (await exists(path)) ? [] : [problemAt('ca', noFile(path, workspace))];
}

function noFile(path: string, workspace: string): string {
  return `there is no file ${fromWorkspace(path, workspace)}; write its path from the working directory`;
}

/** As annotations and people name it: with slashes, from the workspace if it is in there. */
export function fromWorkspace(file: string, workspace: string): string {
  const path = relative(workspace, resolve(workspace, file));
  return path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textAt<Key extends string>(
  map: Readonly<Record<string, unknown>>,
  name: string,
  key: Key,
): Partial<Record<Key, string>> {
  const value = map[name];
  return typeof value === 'string' && value !== '' ? ({ [key]: value } as Record<Key, string>) : {};
}
