import { placeholdersIn } from '../lib/placeholders.js';
import {
  portVariable,
  serviceTitle,
  type ScenarioPlan,
  type Readiness,
  type ServicePlan,
} from '../model/plan.js';

/*
 * Whether what both sides keep up between rounds can be up at once, as far as their plans tell.
 */

/** Where both would listen: a place that is written out and not chosen anew for each stage. */
export function clashOf(base: ScenarioPlan, head: ScenarioPlan): string | undefined {
  const proxies = portsOfProxies(base).find((port) => portsOfProxies(head).includes(port));
  if (proxies !== undefined) return `the network faults of both listen on port ${proxies}`;
  const places = new Set(base.services.flatMap(({ ready }) => placeOf(ready) ?? []));
  const service = head.services.find(({ ready }) => places.has(placeOf(ready) ?? ''));
  if (service === undefined) return undefined;
  return `${serviceTitle(service)} of both listens on ${placeOf(service.ready) ?? ''}; with {{port}} for its port both could be kept up`;
}

/**
 * Why they may clash unseen. A server that finds its port taken need not end: it takes the next one, or goes on without,
 * and base's answers what is asked of head's.
 */
export function doubtOf(base: ScenarioPlan, head: ScenarioPlan): string | undefined {
  const [ofHead, ofBase] = [onTheirOwnPorts(head), onTheirOwnPorts(base)];
  if (ofHead.length === 0 || ofBase.length === 0) return undefined;
  const service = [...ofHead, ...ofBase].find(({ ready }) => placeOf(ready) === undefined);
  if (service === undefined) return undefined;
  return `where ${serviceTitle(service)} listens is not known; with {{port}} for its port, or services: keep if it needs none, both could be kept up`;
}

function portsOfProxies({ faults }: ScenarioPlan): readonly number[] {
  return (faults?.network ?? []).map(({ listen }) => listen.port);
}

/** Host and port; undefined if they are not known before it is started. */
function placeOf(ready: Readiness): string | undefined {
  if (ready.kind === 'tcp') return isChosen(String(ready.port)) ? undefined : `${ready.host}:${ready.port}`;
  if (ready.kind !== 'http' || isChosen(ready.url)) return undefined;
  return /^https?:\/\/([^/?#]+)/i.exec(ready.url)?.[1];
}

function isChosen(text: string): boolean {
  return text.includes('{{port');
}

/** Services that nothing in the scenario sends to the port that was chosen for them. */
function onTheirOwnPorts(plan: ScenarioPlan): readonly ServicePlan[] {
  const anywhere = portNamesIn(plan);
  const isOnly = plan.services.length === 1;
  return plan.services.filter((service) => {
    const own = isOnly ? anywhere : portNamesIn(service);
    return !namesOf(service).some((name) => anywhere.has(name)) && !OWN.some((name) => own.has(name));
  });
}

/** What a service has its own port by. */
const OWN = ['port', 'FLOWGATE_PORT'] as const;

/** What everything else has a service's port by, if there are several. */
function namesOf({ name }: ServicePlan): readonly string[] {
  return name === undefined ? [] : [`port.${name}`, portVariable(name)];
}

function portNamesIn(part: ScenarioPlan | ServicePlan): ReadonlySet<string> {
  const text = JSON.stringify(part);
  const placeholders = placeholdersIn(text).map(({ word }) => word);
  return new Set([...placeholders, ...(text.match(/FLOWGATE_PORT\w*/g) ?? [])]);
}
