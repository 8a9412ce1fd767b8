import type { FlowRunner } from '../../flows/runner.js';
import { messageOf } from '../../lib/errors.js';
import type { RoundServices } from '../../model/comparison.js';
import { type Load, type Readiness, type ScenarioPlan, serviceTitle, worksOf } from '../../model/plan.js';
import type { Record } from '../../model/record.js';
import { runBefore } from '../../run/before.js';
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

/** One start of a side, ready for flows. */
export interface Start {
  /** Runs flows that nobody counts. */
  warmUp(flows: number): Promise<void>;
  /** @throws SideError if it did not run as it should */
  round(load: Load): Promise<Record>;
}

/** Both sides of a comparison. */
export interface Sides {
  /** `none`: nothing of the scenario is started but its flows. */
  readonly services: 'none' | RoundServices;
  /** Why each round has a start of its own although one was to be kept up. */
  readonly note: string | undefined;
  /**
   * Acts on a start of one side: on one of its own, which ends with it, or on the one that is kept up. The other side
   * does nothing meanwhile, and with `restart` is not even there.
   * @throws SideError if it did not start, run or end as it should
   */
  on<T>(side: SideName, act: (start: Start) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface SidesOptions {
  readonly plans: Readonly<{ [Side in SideName]: ScenarioPlan }>;
  readonly services: RoundServices;
  /** Undefined where the sides have no trees of their own. */
  readonly guard?: TreeGuard;
  readonly ports: ExecutePorts;
  readonly context: ExecuteContext;
  /** What runs the flows of a side in place of its runner. */
  readonly decorate?: (runner: FlowRunner, side: SideName) => FlowRunner;
}

/**
 * Two starts of the same program differ, and no number of rounds on one of them shows by how much (Kalibera and Jones,
 * "Rigorous benchmarking in reasonable time", ISMM 2013): each round has a start of its own. Where nothing is started
 * but the flows, which start anew each time, or one start is to be kept, both sides are opened once.
 * @throws SideError if a side can not be run
 */
export async function openSides(options: SidesOptions): Promise<Sides> {
  const ends: (() => Promise<void>)[] = [];
  const end = async (): Promise<void> => {
    for (const each of ends.splice(0)) await each();
  };
  try {
    for (const side of SIDES) {
      await guarded(side, options, async () => ends.push(await runBeforeOf(side, options)));
    }
    const sides = await openReady(options);
    return { ...sides, close: async () => sides.close().finally(end) };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

/** Once a side: what it is for, such as images that are pulled, is there for every start. */
async function runBeforeOf(
  side: SideName,
  { plans, ports, context }: SidesOptions,
): Promise<() => Promise<void>> {
  try {
    return await runBefore(plans[side], ports, context);
  } catch (thrown) {
    throw new SideError(side, messageOf(thrown));
  }
}

async function openReady(options: SidesOptions): Promise<Sides> {
  const { plans, services } = options;
  if (![plans.base, plans.head].some(startsSomething)) return keptSides('none', options);
  if (services === 'restart') return startedSides(options);
  const clash = clashOf(plans.base, plans.head);
  return clash === undefined ? keptSides('keep', options) : startedSides(options, clash);
}

/** What setup starts, a server of its own for instance, is not told from what it only makes. */
export function startsSomething(plan: ScenarioPlan): boolean {
  const { services, work, setup } = plan;
  return (
    services.length > 0 ||
    worksOf(work).some(({ kind }) => kind === 'module') ||
    setup !== undefined ||
    portsOfProxies(plan).length > 0
  );
}

function startedSides(options: SidesOptions, note?: string): Sides {
  return {
    services: 'restart',
    note,
    on: async (side, act) => guarded(side, options, async () => onStartOfItsOwn(side, act, options)),
    close: () => Promise.resolve(),
  };
}

async function onStartOfItsOwn<T>(
  side: SideName,
  act: (start: Start) => Promise<T>,
  options: SidesOptions,
): Promise<T> {
  const session = await openSession(side, options);
  const { problems, ports } = session.stage;
  const run = async (): Promise<T> => {
    assertReady(side, session);
    return act(startOf(side, session));
  };
  const done = await run().finally(() => session.close());
  // What teardown has not cleared away is there at the next start.
  if (problems.length > 0 && !ports.interrupt.aborted) throw new SideError(side, problems.join('; '));
  return done;
}

async function keptSides(services: 'none' | 'keep', options: SidesOptions): Promise<Sides> {
  const sessions = new Map<SideName, Session>();
  const endKeepUp = services === 'keep' ? options.guard?.keepUp() : undefined;
  const close = async (): Promise<void> => {
    await Promise.all([...sessions.values()].map((session) => session.close()));
    endKeepUp?.();
  };
  try {
    for (const side of SIDES) {
      await guarded(side, options, async () => {
        const session = await openSession(side, options);
        sessions.set(side, session);
        assertReady(side, session);
      });
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const on = async <T>(side: SideName, act: (start: Start) => Promise<T>): Promise<T> =>
    guarded(side, options, async () => act(startOf(side, sessions.get(side) as Session)));
  return { services, note: undefined, on, close };
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

function startOf(side: SideName, session: Session): Start {
  return {
    warmUp: async (flows) => session.warmUp(flows),
    round: async (load) => sound(side, await session.round(load)),
  };
}

function assertReady(side: SideName, { runner, stage: { problems, ports } }: Session): void {
  if (runner !== undefined && problems.length === 0) return;
  const interrupted = ports.interrupt.aborted ? ['interrupted while it was made ready'] : [];
  throw new SideError(side, [...problems, ...interrupted].join('; '));
}

function sound(side: SideName, record: Record): Record {
  if (record.problems.length > 0) throw new SideError(side, record.problems.join('; '));
  return record;
}

/**
 * Why both can not be up at once, as far as their plans tell: a place that is written out, and not chosen anew for each
 * start. Base's service would answer what is asked of head's.
 */
export function clashOf(base: ScenarioPlan, head: ScenarioPlan): string | undefined {
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
