/** Of each name the names that it is after. */
export type Dependence = ReadonlyMap<string, readonly string[]>;

/** Every name after those that it is after; otherwise as they were written. The dependence must have no cycle. */
export function inOrderOfDependence(after: Dependence): readonly string[] {
  const ordered = new Set<string>();
  const place = (name: string): void => {
    if (ordered.has(name)) return;
    after.get(name)?.forEach(place);
    ordered.add(name);
  };
  [...after.keys()].forEach(place);
  return [...ordered];
}

/** Names of which each is after the next and the last is the first again: `[a, b, a]`. Undefined if there are none. */
export function cycleIn(after: Dependence): readonly string[] | undefined {
  const known = new Set<string>();
  const search = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (known.has(name)) return undefined;
    known.add(name);
    for (const next of after.get(name) ?? []) {
      const cycle = search(next, [...way, name]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const name of after.keys()) {
    const cycle = search(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
