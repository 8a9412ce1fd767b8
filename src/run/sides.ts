import { messageOf } from '../errors.js';
import type { RoundServices } from '../model/compare-plan.js';
import type { Load, ScenarioPlan } from '../model/plan.js';
import type { Record } from '../model/record.js';
import { serviceTitle, type Readiness } from '../model/service.js';
import { Session } from './session.js';
import type { ExecuteContext, ExecutePorts } from './stage.js';

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

/** Both sides of a comparison, ready to run rounds in turn; while one runs, the other does nothing. */
export interface Sides {
  readonly services: 'none' | RoundServices;
  /** Why services are started anew for each round although they were to be kept up. */
  readonly note?: string;
  /** @throws SideError if it did not run as it should */
  round(side: SideName, load: Load): Promise<Record>;
  close(): Promise<void>;
}

export interface SidesOptions {
  readonly plans: Readonly<{ [Side in SideName]: ScenarioPlan }>;
  readonly services: RoundServices;
  readonly ports: ExecutePorts;
  readonly context: ExecuteContext;
}

/**
 * Keeps both sides up between the rounds, services and module hosts included, so that a round is nothing but flows. Where
 * their services can not be up at once (both want the same port), or that is asked for, each round starts its own.
 * @throws SideError if a side can not be run
 */
export async function openSides(options: SidesOptions): Promise<Sides> {
  const { plans } = options;
  const hasServices = SIDES.some((side) => plans[side].services.length > 0);
  const hasHosts = SIDES.some((side) => plans[side].work.kind === 'module');
  const clash = sharedPlace(plans.base, plans.head);
  if (clash !== undefined) return new Restarted(options, clash);
  if ((hasServices || hasHosts) && options.services === 'restart') return new Restarted(options);
  const kept = new Kept(options, hasServices || hasHosts ? 'keep' : 'none');
  try {
    await kept.open();
    return kept;
  } catch (thrown) {
    await kept.close();
    // Base came up and head did not: alone it may.
    if (!hasServices || !(thrown instanceof SideError) || thrown.side === 'base') throw thrown;
    return new Restarted(options, `the services of both could not be up at once (${thrown.message})`);
  }
}

class Kept implements Sides {
  readonly services: Sides['services'];
  readonly #options: SidesOptions;
  readonly #sessions = new Map<SideName, Session>();

  constructor(options: SidesOptions, services: Sides['services']) {
    this.#options = options;
    this.services = services;
  }

  async open(): Promise<void> {
    for (const side of SIDES) {
      this.#sessions.set(side, await openSession(side, this.#options));
      assertReady(side, this.#sessions.get(side));
    }
  }

  async round(side: SideName, load: Load): Promise<Record> {
    const session = this.#sessions.get(side);
    if (session === undefined) throw new SideError(side, 'it is not there any more');
    return sound(side, await session.round(load));
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }
}

class Restarted implements Sides {
  readonly services = 'restart';
  readonly #options: SidesOptions;
  readonly note?: string;

  constructor(options: SidesOptions, note?: string) {
    this.#options = options;
    if (note !== undefined) this.note = note;
  }

  async round(side: SideName, load: Load): Promise<Record> {
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

  close(): Promise<void> {
    return Promise.resolve();
  }
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

/** Where both would listen: a place that is written out and not chosen anew for each stage. */
function sharedPlace(base: ScenarioPlan, head: ScenarioPlan): string | undefined {
  const proxies = portsOfProxies(base).find((port) => portsOfProxies(head).includes(port));
  if (proxies !== undefined) return `the network faults of both listen on port ${proxies}`;
  const places = new Set(base.services.flatMap(({ ready }) => placeOf(ready) ?? []));
  const service = head.services.find(({ ready }) => places.has(placeOf(ready) ?? ''));
  if (service === undefined) return undefined;
  return `${serviceTitle(service)} of both listens on ${placeOf(service.ready) ?? ''}; with {{port}} for its port both could be kept up`;
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
