import { isAbsolute, sep } from 'node:path';
import type { Problem } from '../errors.js';
import { fromWorkspace } from '../inputs/places.js';
import type { Plan, ScenarioPlan } from '../model/plan.js';
import type { Files } from '../ports.js';
import { moved, type Move } from './relocate.js';

/**
 * What head names and its tree has not, now that it is prepared; each once. `back` leads from head's tree to the working
 * tree, by whose paths people know it.
 */
export async function missingInHead(
  { scenarios, compare }: Plan,
  files: Files,
  back: Move,
): Promise<readonly Problem[]> {
  const missing: string[] = [];
  const problems: Problem[] = [];
  const isKnown = (path: string): boolean =>
    missing.some((known) => path === known || path.startsWith(`${known}${sep}`));
  for (const scenario of scenarios) {
    for (const path of placesOf(scenario)) {
      if (isKnown(path) || (await files.exists(path))) continue;
      missing.push(path);
      const named = `${fromWorkspace(moved(path, back), back.to)}, which ${scenario.name} names,`;
      const where = compare?.prepare === undefined ? NOT_IN_GIT : NOT_PREPARED;
      problems.push({ where: 'compare', message: `${named} ${where}` });
    }
  }
  return problems;
}

/** It was looked for in the workspace before. */
const NOT_IN_GIT = 'is in the workspace and not in git, so that no tree has it; let prepare make it';
const NOT_PREPARED = 'is not there once head is prepared: neither git holds it nor does prepare make it';

/** Folders first: what is in one that is missing is missing for the same cause. */
function placesOf({ workingDirectory, work, services }: ScenarioPlan): readonly string[] {
  const module = work.kind === 'module' && isAbsolute(work.module) ? [work.module] : [];
  const ca = work.kind === 'http' && work.ca !== undefined ? [work.ca] : [];
  return [workingDirectory, ...services.map((service) => service.workingDirectory), ...module, ...ca];
}
