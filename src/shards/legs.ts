import { UserError } from '../lib/errors.js';
import { plural } from '../lib/format.js';
import type { Results, ScenarioResults } from '../model/results.js';

/* Whole runs of one commit on several systems, side by side: each was judged by itself. */

/** How many legs there are, or how they are called. */
export type ExpectedLegs = number | readonly string[];

/** @throws UserError if it is neither a number nor a list */
export function parseLegs(text: string, where: string): ExpectedLegs {
  if (/^[1-9]\d{0,2}$/.test(text.trim())) return Number(text);
  const names = text
    .split('\n')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0 || /^\d+$/.test(text.trim())) {
    throw new UserError({
      where,
      message: 'must be how many legs there are, from 1 up, or their names, one a line',
    });
  }
  return [...new Set(names)];
}

export interface Leg {
  /** Where it is. */
  readonly file: string;
  readonly results: Results;
}

interface JoinedLegs {
  readonly scenarios: readonly ScenarioResults[];
  /** What is missing, there twice, or foreign; with one the whole does not pass. */
  readonly faults: readonly string[];
}

/** @param known the run that is under way, if it is one on GitHub */
export function joinLegs(
  legs: readonly Leg[],
  expected: ExpectedLegs,
  known?: Pick<Results, 'run' | 'git'>,
): JoinedLegs {
  const [first] = legs;
  const model = known?.run === undefined ? first?.results : known;
  const faults: string[] = [];
  const byName = new Map<string, Leg>();
  for (const leg of legs.toSorted(newestFirst)) {
    const name = nameOf(leg);
    const before = byName.get(name);
    const foreign = model && differenceOf(leg.results, model);
    if (foreign !== undefined)
      faults.push(`leg ${name} in ${leg.file} is foreign: it is of another ${foreign}`);
    else if (before === undefined) byName.set(name, leg);
    // A job that was run again replaces what it has said before.
    else if (attemptOf(before) === attemptOf(leg))
      faults.push(`leg ${name} is there twice: ${before.file}, ${leg.file}`);
  }
  const names = [...byName.keys()].sort();
  if (typeof expected === 'number') {
    if (names.length !== expected)
      faults.push(`${plural(expected, 'leg')} should be there, and ${names.length} are: ${names.join(', ')}`);
  } else {
    faults.push(...expected.filter((name) => !byName.has(name)).map((name) => `leg ${name} is missing`));
    const unknown = names.filter((name) => !expected.includes(name));
    faults.push(...unknown.map((name) => `leg ${name} is not one of those that were named`));
  }
  return { scenarios: names.flatMap((name) => scenariosOf(name, byName.get(name))), faults };
}

function newestFirst(one: Leg, other: Leg): number {
  return attemptOf(other) - attemptOf(one) || (one.file < other.file ? -1 : 1);
}

function attemptOf({ results }: Leg): number {
  return results.run?.attempt ?? 1;
}

function nameOf({ results, file }: Leg): string {
  return results.run?.leg ?? file;
}

function differenceOf({ git, run }: Results, model: Pick<Results, 'run' | 'git'>): string | undefined {
  if (git.repository !== model.git.repository) return 'repository';
  if (git.sha !== model.git.sha) return 'commit';
  return run?.id === model.run?.id ? undefined : 'run';
}

function scenariosOf(name: string, leg: Leg | undefined): readonly ScenarioResults[] {
  if (leg === undefined) return [];
  const { scenarios, environment } = leg.results;
  const { cpu, cores, os, arch } = environment;
  const machine = `${cores} × ${cpu}, ${environment.image ?? `${os} ${arch}`}`;
  return scenarios.map((scenario) => ({
    ...scenario,
    name: `${scenario.name} (${name})`,
    leg: { name, machine, cores },
  }));
}
