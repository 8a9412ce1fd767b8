import type { FlowRunner } from '../../flows/runner.js';
import { messageOf } from '../../lib/errors.js';
import { placeholdersIn } from '../../lib/placeholders.js';
import type { RoundServices } from '../../model/comparison.js';
import {
  type Load,
  portVariable,
  type Readiness,
  type ScenarioPlan,
  type ServicePlan,
  serviceTitle,
} from '../../model/plan.js';
import type { Record } from '../../model/record.js';
import { Session } from '../../run/session.js';
import type { ExecuteContext, ExecutePorts } from '../../run/stage.js';
import { type SideName, SIDES, type TreeGuard } from '../opponent.js';

/** Something went wrong with one side, so that nothing can be compared any more. */
export class SideError extends Error {
  readonly side: SideName;

  constructor(side: SideName, message: string) {
    super(message);
    this.side = side;
  }
}

/** One side changed the files of the other: no pair says anything any more. */
class TreesChanged extends SideError {
  override readonly name = 'TreesChanged';
}

/** Both sides of a comparison, ready to run rounds in turn; while one runs, the other does nothing. */
export interface Sides {
  readonly services: 'none' | RoundServices;
  /** Why services are started anew for each round although they were to be kept up. */
  readonly note: string | undefined;
  /** @throws SideError if it did not run as it should */
  round(side: SideName, load: Load): Promise<Record>;
  /**
   * Has each round start its own from now on, if that was otherwise: that both are up at once may be why one failed.
   * Whether anything is changed.
   */
  separate(failure: SideError): Promise<boolean>;
  close(): Promise<void>;
}

interface SidesOptions {
  readonly plans: Readonly<{ [Side in SideName]: ScenarioPlan }>;
  /** Undefined: kept up, unless they may clash unseen. */
  readonly services: RoundServices | undefined;
  /** Undefined where the sides have no trees of their own. */
  readonly guard?: TreeGuard;
  readonly ports: ExecutePorts;
  readonly context: ExecuteContext;
  /** What runs the flows of a side in place of its runner. */
  readonly decorate?: (runner: FlowRunner, side: SideName) => FlowRunner;
}

/**
 * Keeps both sides up between the rounds, services and module hosts included, so that a round is nothing but flows. Where
 * they can not be up at once (both want the same port), that is not known, or it is asked for, each round starts its own.
 * @throws SideError if a side can not be run
 */
export async function openSides(options: SidesOptions): Promise<Sides> {
  const { plans, services: asked } = options;
  const doubt = asked === undefined ? doubtOf(plans.base, plans.head) : undefined;
  const apart = clashOf(plans.base, plans.head) ?? doubt;
  const kept = whatIsKept(options) === undefined ? 'none' : (asked ?? 'keep');
  const sides = new SidesInTurn(options, apart === undefined ? kept : 'restart', apart);
  try {
    await sides.open();
  } catch (thrown) {
    // Base comes first, and was alone. Head was not: alone it may come up.
    const mayBeBoth = thrown instanceof SideError && thrown.side === 'head';
    if (!mayBeBoth || !(await sides.separate(thrown))) {
      await sides.close();
      throw thrown;
    }
  }
  return sides;
}

/** What would be kept up between the rounds, if there is anything. */
function whatIsKept({ plans: { base, head } }: Pick<SidesOptions, 'plans'>): string | undefined {
  const plans = [base, head];
  if (plans.some(({ services }) => services.length > 0)) return 'the services';
  return plans.some(({ work }) => work.kind === 'module') ? 'the module hosts' : undefined;
}

class SidesInTurn implements Sides {
  readonly #options: SidesOptions;
  /** None where each round opens its own. */
  readonly #sessions = new Map<SideName, Session>();
  /** Says that nothing is kept up any more. */
  #endKeepUp: (() => void) | undefined;

  constructor(
    options: SidesOptions,
    public services: Sides['services'],
    public note: string | undefined,
  ) {
    this.#options = options;
  }

  async open(): Promise<void> {
    if (this.services === 'restart') return;
    if (this.services === 'keep') this.#endKeepUp = this.#options.guard?.keepUp();
    for (const side of SIDES) {
      await guarded(side, this.#options, async () => {
        this.#sessions.set(side, await openSession(side, this.#options));
        assertReady(side, this.#sessions.get(side));
      });
    }
  }

  async round(side: SideName, load: Load): Promise<Record> {
    if (this.services === 'restart') {
      return guarded(side, this.#options, () => roundOfItsOwn(side, load, this.#options));
    }
    const session = this.#sessions.get(side);
    if (session === undefined) throw new SideError(side, 'it is not there any more');
    return guarded(side, this.#options, async () => sound(side, await session.round(load)));
  }

  async separate(failure: SideError): Promise<boolean> {
    if (failure instanceof TreesChanged) return false;
    if (this.services !== 'keep' || this.#options.ports.interrupt.aborted) return false;
    await this.close();
    this.services = 'restart';
    this.note = `${whatIsKept(this.#options) ?? ''} of both could not be up at once (${failure.message})`;
    return true;
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
    this.#endKeepUp?.();
    this.#endKeepUp = undefined;
  }
}

/** On a session that is opened for it, and closed after it. */
async function roundOfItsOwn(side: SideName, load: Load, options: SidesOptions): Promise<Record> {
  const session = await openSession(side, options);
  const { plan, problems, ports } = session.stage;
  const run = async (): Promise<Record> => {
    assertReady(side, session);
    if (plan.warmup > 0) await session.warmUp(plan.warmup);
    return sound(side, await session.round(load));
  };
  const record = await run().finally(() => session.close());
  // What teardown has not cleared away is there in the next round.
  if (problems.length > 0 && !ports.interrupt.aborted) throw new SideError(side, problems.join('; '));
  return record;
}

/** @throws TreesChanged if one side is seen to have changed the files of the other */
async function guarded<T>(
  side: SideName,
  { guard }: Pick<SidesOptions, 'guard'>,
  act: () => Promise<T>,
): Promise<T> {
  if (guard === undefined) return act();
  const done = await guard.during(side, act);
  const changed = await guard.look();
  if (changed !== undefined) throw new TreesChanged(side, changed);
  return done;
}

async function openSession(side: SideName, options: SidesOptions): Promise<Session> {
  const { plans, ports, context, decorate } = options;
  try {
    return await Session.open(plans[side], ports, {
      ...context,
      decorate: (runner) => decorate?.(runner, side) ?? runner,
    });
  } catch (thrown) {
    throw new SideError(side, messageOf(thrown));
  }
}

function assertReady(side: SideName, session: Session | undefined): void {
  const { problems = [], ports } = session?.stage ?? {};
  if (session?.runner !== undefined && problems.length === 0) return;
  const interrupted = ports?.interrupt.aborted === true ? ['interrupted while it was made ready'] : [];
  throw new SideError(side, [...problems, ...interrupted].join('; '));
}

function sound(side: SideName, record: Record): Record {
  if (record.problems.length > 0) throw new SideError(side, record.problems.join('; '));
  return record;
}

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
