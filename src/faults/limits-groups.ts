import type { LimitPlan, LimitSet, LimitSubject } from '../model/limits.js';
import type { LimitPlace, LimitRequest } from '../ports/resource-limits.js';

/** One control group, by its path below the run's own; parents come before their children. */
export interface GroupPlan {
  readonly path: string;
  readonly limits: LimitSet;
  /** Processes are put into it; the others only hold groups. */
  readonly leaf: boolean;
}

const FLOWS = 'flows';

/** Path below the run's group of the one that a place's processes are put into. */
export function pathOf(place: LimitPlace): string {
  return place.kind === 'flow' ? `${FLOWS}/flow-${place.slot}` : `service-${place.name}`;
}

/** The group whose limit several places share; undefined for a service, which shares none. */
export function sharedPathOf(place: LimitPlace): string | undefined {
  return place.kind === 'flow' ? FLOWS : undefined;
}

/** Every place that the request knows. */
export function placesOf({ slots, services }: LimitRequest): readonly LimitPlace[] {
  return [
    ...Array.from({ length: slots }, (_, index): LimitPlace => ({ kind: 'flow', slot: index + 1 })),
    ...services.map((name): LimitPlace => ({ kind: 'service', name })),
  ];
}

/**
 * A group for each slot below one for all flows, and one for each service: all of them, limited or not, so that the
 * counters of the run's own group are those of everything that was started.
 */
export function groupsOf(request: LimitRequest): readonly GroupPlan[] {
  const { slots } = request;
  const flows = limitsOf(request.limits, 'flows');
  const flow = limitsOf(request.limits, 'flow');
  const service = limitsOf(request.limits, 'service');
  const shared = { path: FLOWS, limits: withLaunchers(flows, slots), leaf: false };
  const leaves = placesOf(request).map((place) => ({
    path: pathOf(place),
    limits: place.kind === 'flow' ? withLaunchers(below(flow, flows), 1) : service,
    leaf: true,
  }));
  return slots === 0 ? leaves : [shared, ...leaves];
}

/** What was asked for one subject; empty if nothing was. */
export function limitsOf(limits: readonly LimitPlan[], subject: LimitSubject): LimitSet {
  return limits.find((each) => each.of === subject) ?? {};
}

/** A launcher of ours waits in each slot's group: it is none of the flow's processes. */
function withLaunchers(limits: LimitSet, launchers: number): LimitSet {
  const { processes } = limits;
  return processes === undefined ? limits : { ...limits, processes: processes + launchers };
}

/** cgroup v1 refuses a quota of CPU above the parent's (EINVAL), which would be in force anyway. */
function below(own: LimitSet, parent: LimitSet): LimitSet {
  if (own.cpu === undefined || parent.cpu === undefined) return own;
  return { ...own, cpu: Math.min(own.cpu, parent.cpu) };
}
