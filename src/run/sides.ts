import type { TreeGuard } from '../baseline/opponent.js';
import { messageOf } from '../errors.js';
import type { RoundServices } from '../model/comparison.js';
import type { Load, ScenarioPlan } from '../model/plan.js';
import type { Record } from '../model/record.js';
import { clashOf, doubtOf } from './clash.js';
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
