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
import type { TreeGuard } from '../opponent.js';

export const SIDES = ['base', 'head'] as const;

export type SideName = (typeof SIDES)[number];

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
}

/**
 * Keeps both sides up between the rounds, services and module hosts included, so that a round is nothing but flows. Where
 * they can not be up at once (both want the same port), that is not known, or it is asked for, each round starts its own.
 * @throws SideError if a side can not be run
 */
export async function openSides(options: SidesOptions): Promise<Sides> {
  const { plans, services } = options;
  const hasServices = SIDES.some((side) => plans[side].services.length > 0);
  const hasHosts = SIDES.some((side) => plans[side].work.kind === 'module');
  const doubt = services === undefined ? doubtOf(plans.base, plans.head) : undefined;
  const apart = clashOf(plans.base, plans.head) ?? doubt;
  if (apart !== undefined) return new Restarted(options, apart);
  if ((hasServices || hasHosts) && services === 'restart') return new Restarted(options);
  const kept = new Kept(options, hasServices || hasHosts ? 'keep' : 'none');
  try {
    await kept.open();
  } catch (thrown) {
    // Base comes first, and was alone. Head was not: alone it may come up.
    const mayBeBoth = thrown instanceof SideError && thrown.side === 'head';
    if (!mayBeBoth || !(await kept.separate(thrown))) {
      await kept.close();
      throw thrown;
    }
  }
  return kept;
}

/** As long as that works: then each round starts its own here too. */
class Kept implements Sides {
  readonly #options: SidesOptions;
  readonly #kept: 'none' | 'keep';
  readonly #sessions = new Map<SideName, Session>();
  #apart: Restarted | undefined;
  /** Says that nothing is kept up any more. */
  #apartAgain: (() => void) | undefined;

  constructor(options: SidesOptions, kept: 'none' | 'keep') {
    this.#options = options;
    this.#kept = kept;
  }

  get services(): Sides['services'] {
    return this.#apart?.services ?? this.#kept;
  }

  get note(): string | undefined {
    return this.#apart?.note;
  }

  async open(): Promise<void> {
    if (this.#kept === 'keep') this.#apartAgain = this.#options.guard?.keepUp();
    for (const side of SIDES) {
      await guarded(side, this.#options, async () => {
        this.#sessions.set(side, await openSession(side, this.#options));
        assertReady(side, this.#sessions.get(side));
      });
    }
  }

  async round(side: SideName, load: Load): Promise<Record> {
    if (this.#apart !== undefined) return this.#apart.round(side, load);
    const session = this.#sessions.get(side);
    if (session === undefined) throw new SideError(side, 'it is not there any more');
    return guarded(side, this.#options, async () => sound(side, await session.round(load)));
  }

  async separate(failure: SideError): Promise<boolean> {
    const { message } = failure;
    if (failure instanceof TreesChanged) return false;
    if (this.services !== 'keep' || this.#options.ports.interrupt.aborted) return false;
    await this.close();
    this.#apart = new Restarted(
      this.#options,
      `${this.#what()} of both could not be up at once (${message})`,
    );
    return true;
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
    this.#apartAgain?.();
    this.#apartAgain = undefined;
  }

  #what(): string {
    const { base, head } = this.#options.plans;
    return [base, head].some(({ services }) => services.length > 0) ? 'the services' : 'the module hosts';
  }
}

class Restarted implements Sides {
  readonly services = 'restart';
  readonly note: string | undefined;
  readonly #options: SidesOptions;

  constructor(options: SidesOptions, note?: string) {
    this.#options = options;
    this.note = note;
  }

  round(side: SideName, load: Load): Promise<Record> {
    return guarded(side, this.#options, () => this.#round(side, load));
  }

  async #round(side: SideName, load: Load): Promise<Record> {
    const session = await openSession(side, this.#options);
    const record = await this.#roundOn(session, { side, load }).finally(() => session.close());
    const { problems, ports } = session.stage;
    // What teardown has not cleared away is there in the next round.
    if (problems.length > 0 && !ports.interrupt.aborted) throw new SideError(side, problems.join('; '));
    return record;
  }

  async #roundOn(session: Session, { side, load }: { side: SideName; load: Load }): Promise<Record> {
    assertReady(side, session);
    const { warmup } = session.stage.plan;
    if (warmup > 0) await session.warmUp(warmup);
    return sound(side, await session.round(load));
  }

  separate(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
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

async function openSession(side: SideName, { plans, ports, context }: SidesOptions): Promise<Session> {
  try {
    return await Session.open(plans[side], ports, context);
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
