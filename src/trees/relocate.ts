import { delimiter, isAbsolute, join, relative } from 'node:path';
import type { Plan, ScenarioPlan, Work } from '../model/plan.js';

/** The same place in another tree; a path that is not in the first one stays as it is. Absolute paths. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

export function moved(path: string, { from, to }: Move): string {
  if (!isAbsolute(path)) return path;
  const within = relative(from, path);
  return within === '..' || within.startsWith('../') || within.startsWith('..\\') || isAbsolute(within)
    ? path
    : join(to, within);
}

export function movedPlan(plan: Plan, move: Move): Plan {
  return { ...plan, scenarios: plan.scenarios.map((scenario) => movedScenario(scenario, move)) };
}

function movedScenario(scenario: ScenarioPlan, move: Move): ScenarioPlan {
  return {
    ...scenario,
    work: movedWork(scenario.work, move),
    workingDirectory: moved(scenario.workingDirectory, move),
    services: scenario.services.map((service) => ({
      ...service,
      workingDirectory: moved(service.workingDirectory, move),
      ...(service.ca === undefined ? {} : { ca: moved(service.ca, move) }),
    })),
  };
}

function movedWork(work: Work, move: Move): Work {
  if (work.kind === 'module') return { ...work, module: moved(work.module, move) };
  if (work.kind === 'http' && work.ca !== undefined) return { ...work, ca: moved(work.ca, move) };
  return work;
}

/**
 * The variables that name places in the first tree (GITHUB_WORKSPACE, PATH with its node_modules/.bin), as they are in
 * the other: what is run in a tree is not to find the first one by them. The others are left out; and where the first
 * tree is around the home folder, all but GITHUB_WORKSPACE, because they mean what is installed there.
 */
export function movedVariables(env: Readonly<Record<string, string>>, move: Move): Record<string, string> {
  const { HOME: home = '', GITHUB_WORKSPACE } = env;
  const aroundHome = moved(home, move) !== home;
  const meant = aroundHome ? (GITHUB_WORKSPACE === undefined ? {} : { GITHUB_WORKSPACE }) : env;
  const entries = Object.entries(meant).map(([name, value]) => [name, movedParts(value, move)] as const);
  return Object.fromEntries(entries.filter(([name, value]) => value !== env[name]));
}

function movedParts(value: string, move: Move): string {
  const parts = value.split(delimiter).map((part) => moved(part, move));
  return parts.join(delimiter);
}
