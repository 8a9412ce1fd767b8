import { didYouMean } from '../lib/nearest.js';
import { portVariable } from '../model/plan.js';
import { cycleIn, type Dependence } from './dependence.js';
import { environment } from './environment.js';
import type { Finding, Path } from './finding.js';
import { isMap, type Raw } from './raw.js';

/** What the services of a scenario say of each other. */
export function serviceRules(path: Path, scenario: Raw): Finding[] {
  const { service, services } = scenario;
  const both = 'service' in scenario && 'services' in scenario;
  return [
    ...(both ? [{ path, key: 'services', message: 'service and services are given; keep one' }] : []),
    ...(isMap(service) ? environment([...path, 'service'], service) : []),
    ...(isMap(services) ? rulesOfSeveral([...path, 'services'], services) : []),
  ];
}

function rulesOfSeveral(path: Path, services: Raw): Finding[] {
  const names = Object.keys(services);
  if (names.length === 0) return [{ path, message: 'is empty; write at least one service' }];
  const unknown = names.flatMap((name) => unknownIn([...path, name], services[name], names));
  return [
    ...names.flatMap((name) => {
      const service = services[name];
      return isMap(service) ? environment([...path, name], service) : [];
    }),
    ...unknown,
    // Of names that are wrong it is not known whom they depend on.
    ...(unknown.length === 0 ? cycleRule(path, services) : []),
    ...sameVariable(path, names),
  ];
}

function unknownIn(path: Path, service: unknown, names: readonly string[]): Finding[] {
  const others = names.filter((name) => name !== path.at(-1));
  const after = isMap(service) ? service['after'] : undefined;
  return namesIn(after).flatMap((name, index) => {
    if (names.includes(name)) return [];
    const fallback = others.length === 0 ? '; it is the only one' : `; others are ${others.join(', ')}`;
    const place = Array.isArray(after) ? ['after', index] : ['after'];
    return [
      {
        path: [...path, ...place],
        message: `there is no service ${name}${didYouMean(name, others, fallback)}`,
      },
    ];
  });
}

function cycleRule(path: Path, services: Raw): Finding[] {
  const after: Dependence = new Map(
    Object.entries(services).map(([name, service]) => [
      name,
      isMap(service) ? namesIn(service['after']) : [],
    ]),
  );
  const cycle = cycleIn(after);
  if (cycle === undefined) return [];
  const [first = '', ...rest] = cycle;
  const message =
    cycle.length === 2
      ? 'the service waits for itself'
      : `${[first, ...rest].join(' waits for ')}: none of them could ever start; take one out`;
  return [{ path: [...path, first, 'after'], message }];
}

/** `a-b` and `a_b` are two names and one variable. */
function sameVariable(path: Path, names: readonly string[]): Finding[] {
  const first = new Map<string, string>();
  return names.flatMap((name) => {
    const variable = portVariable(name);
    const other = first.get(variable);
    if (other === undefined) first.set(variable, name);
    return other === undefined
      ? []
      : [{ path, key: name, message: `${name} and ${other} would both have ${variable}; rename one` }];
  });
}

function namesIn(after: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(after) ? after : [after];
  return list.filter((name) => typeof name === 'string' && name.trim() !== '') as string[];
}
