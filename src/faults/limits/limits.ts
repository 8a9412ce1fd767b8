import { type Confinement, type LimitWatch, UNLIMITED, UNTOUCHED } from '../../flows/confinement.js';
import { formatBytes, plural } from '../../lib/format.js';
import type { GroupCounters, LimitPlan, LimitsRecord, LimitSubject } from '../../model/limits.js';
import type { ScenarioPlan } from '../../model/plan.js';
import type { Exit } from '../../system/ports.js';
import {
  type CountedEnclosure,
  type LimitPlace,
  type LimitSession,
  limitsOf,
  type ResourceLimits,
} from './request.js';

/** How the only service is called, which has no name of its own. */
const THE_SERVICE = 'service';

/** The limits of a scenario, from before its first process until after its last. */
export class Limits {
  readonly #session: LimitSession;
  readonly #limits: readonly LimitPlan[];
  /** When the flows began and when the last of them had ended. */
  #began: GroupCounters | undefined;
  #ended: GroupCounters | undefined;
  #leftBehind: readonly string[] = [];

  constructor(session: LimitSession, limits: readonly LimitPlan[]) {
    this.#session = session;
    this.#limits = limits;
  }

  ofSlot(slot: number): Confinement {
    return this.#at({ kind: 'flow', slot });
  }

  /** Of a module's host: that of the hooks comes after those of the slots. */
  ofHost(host: number | 'hooks', slots: number): Confinement {
    return this.ofSlot(host === 'hooks' ? slots + 1 : host);
  }

  ofService({ name = THE_SERVICE }: { readonly name?: string }): Confinement {
    return this.#at({ kind: 'service', name });
  }

  #at(place: LimitPlace): Confinement {
    return confinementIn(this.#session.enclosure(place), place.kind, this.#limits);
  }

  /** What is used from now on is the flows'. */
  begin(): void {
    this.#began = this.#session.counters();
  }

  end(): void {
    this.#ended = this.#session.counters();
  }

  /** Kills what is still inside. */
  async close(): Promise<void> {
    // A run that was cut short before its flows ended has counted all the same.
    this.#ended ??= this.#session.counters();
    this.#leftBehind = await this.#session.close();
  }

  get record(): LimitsRecord {
    const counters = countedSince(this.#began, this.#ended);
    return { ...this.#session.inForce, counters, leftBehind: this.#leftBehind };
  }
}

/** Opens the limits that the scenario asks for; undefined if it asks for none. */
export async function openLimits(
  { faults, load, services, work }: ScenarioPlan,
  resourceLimits: ResourceLimits,
): Promise<Limits | undefined> {
  const limits = faults?.limits ?? [];
  if (limits.length === 0) return undefined;
  const session = await resourceLimits.open({
    limits,
    slots: placesOfFlows(work, load.flows),
    services: services.map(({ name }) => name ?? THE_SERVICE),
  });
  return new Limits(session, limits);
}

/** Flows that share a process share its place; with a process each, the host of the hooks has one of its own. */
function placesOfFlows(work: ScenarioPlan['work'], flows: number): number {
  // Limits of a mix are for its services.
  if (work.kind === 'http' || work.kind === 'mix' || work.kind === 'import') return 0;
  if (work.kind === 'command') return flows;
  return work.isolate === 'process' ? flows + 1 : 1;
}

/** Peaks can not be set back: they are since the limits were opened. */
function countedSince(
  began: GroupCounters | undefined,
  ended: GroupCounters | undefined,
): GroupCounters | undefined {
  if (began === undefined || ended === undefined) return ended;
  const { cpuTime, throttledTime } = ended;
  return {
    ...ended,
    ...(cpuTime === undefined ? {} : { cpuTime: cpuTime - (began.cpuTime ?? 0) }),
    ...(throttledTime === undefined ? {} : { throttledTime: throttledTime - (began.throttledTime ?? 0) }),
  };
}

/** Something limited, and by which limits. */
interface Limited {
  readonly of: Exclude<LimitSubject, 'flows'>;
  readonly limits: readonly LimitPlan[];
}

/** Says what the limits of a place did to what ran there, by what was counted before and after. */
export function confinementIn(
  enclosure: CountedEnclosure,
  of: Limited['of'],
  limits: readonly LimitPlan[],
): Confinement {
  return { enclosure, watch: () => watchCounters(enclosure, { of, limits }) };
}

function watchCounters(enclosure: CountedEnclosure, limited: Limited): LimitWatch {
  // Read only where a limit can kill or refuse: a reading costs some 50 µs.
  const before = canKillOrRefuse(limited) ? enclosure.counters() : undefined;
  if (before === undefined) return UNLIMITED;
  return (exit) => {
    const after = enclosure.counters();
    if (exit.code === 0 || after === undefined) return UNTOUCHED;
    const evidence = { before, after, exit, ...limited };
    return { killed: outOfMemory(evidence), refused: refusedForks(evidence) };
  };
}

function canKillOrRefuse({ of, limits }: Limited): boolean {
  const binding = limits.filter((each) => (each.of === 'service') === (of === 'service'));
  return binding.some(({ memory, processes }) => memory !== undefined || processes !== undefined);
}

/** One flow, or a service that ended: what its group counted before and after, and how it ended. */
interface LimitEvidence extends Limited {
  readonly before: GroupCounters;
  readonly after: GroupCounters;
  readonly exit: Exit;
}

/** As a shell says that its command was ended by SIGKILL. */
const KILLED = 128 + 9;

/**
 * What a flow is to be called that the kernel killed for want of memory: its outcome is then `killed`. Undefined if
 * none of it was killed, or if it succeeded in spite of that. Kernels before 4.13 do not count kills in v1: there
 * SIGKILL at the limit is taken for one.
 */
export function outOfMemory(evidence: LimitEvidence): string | undefined {
  const { before, after, exit } = evidence;
  if (exit.code === 0) return undefined;
  const grew = (key: keyof GroupCounters): boolean => (after[key] ?? 0) > (before[key] ?? 0);
  const ownLimit = grew('memoryLimitHits');
  const sharedLimit = grew('sharedMemoryLimitHits');
  const bySigkill = exit.signal === 'SIGKILL' || exit.code === KILLED;
  const killed = grew('outOfMemoryKills') || (bySigkill && (ownLimit || sharedLimit));
  if (!killed) return undefined;
  const own = limitsOf(evidence.limits, evidence.of).memory;
  if (own !== undefined && ownLimit) return `killed: out of memory, the limit is ${formatBytes(own)}`;
  const shared = evidence.of === 'flow' ? limitsOf(evidence.limits, 'flows').memory : undefined;
  if (shared !== undefined && sharedLimit) {
    return `killed: out of memory, the limit of all flows together is ${formatBytes(shared)}`;
  }
  return 'killed: the machine was out of memory';
}

/** What to add to the error of a flow that failed and whose forks were refused; undefined if none was. */
export function refusedForks({ before, after, of, limits }: LimitEvidence): string | undefined {
  const count = after.refusedForks - before.refusedForks;
  const limit = limitsOf(limits, of).processes ?? limitsOf(limits, 'flows').processes;
  if (count <= 0 || limit === undefined) return undefined;
  return `${plural(count, 'fork or thread was', 'forks or threads were')} refused, the limit is ${plural(limit, 'process', 'processes')}`;
}
