import type { ScenarioPlan } from '../model/plan.js';

export const SAME_SERVER =
  'both sides send the same requests to a server that neither of them starts, so that head would be compared with ' +
  'itself; start the server as a service of the scenario';

/** Whether the flows of both sides ask one server, which was there before and runs the code of one of them. */
export function asksSameServer(head: ScenarioPlan, base: ScenarioPlan): boolean {
  const [one, other] = [head.work, base.work];
  if (one.kind !== 'http' || other.kind !== 'http') return false;
  return !startsServer(head) && !startsServer(base) && sameRequests(one.requests, other.requests);
}

/** A `setup` may start one as well. */
function startsServer({ services, setup }: ScenarioPlan): boolean {
  return services.length > 0 || setup !== undefined;
}

function sameRequests(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
