import type { LimitRequest, ResourceLimits } from '../../src/faults/limits/request.js';
import type { Confinement } from '../../src/flows/confinement.js';
import type { GroupCounters, LimitPlan, LimitsInForce, LimitsRecord } from '../../src/model/limits.js';

const NOTHING: GroupCounters = {
  outOfMemoryKills: 0,
  memoryLimitHits: 0,
  sharedMemoryLimitHits: 0,
  refusedForks: 0,
};

export function countersOf(differs: Partial<GroupCounters> = {}): GroupCounters {
  return { ...NOTHING, ...differs };
}

/** A place whose counters a test turns. */
export class FakePlace {
  counters: GroupCounters = NOTHING;
  reads = 0;

  confinement(limits: readonly LimitPlan[], of: Confinement['of'] = 'flow'): Confinement {
    const enclosure = {
      prelude: '',
      wrap: (argv: readonly [string, ...string[]]): [string, ...string[]] => [...argv],
      counters: () => {
        this.reads += 1;
        return this.counters;
      },
    };
    return { enclosure, of, limits };
  }
}

const IN_FORCE: LimitsInForce = {
  strategy: 'cgroup v1',
  enforced: [{ of: 'flow', resource: 'memory', limit: 256e6, by: 'memory.limit_in_bytes' }],
  unenforced: [],
  passedOver: ['cgroup v2: it is not mounted'],
};

export function limitsRecordOf(differs: Partial<LimitsRecord> = {}): LimitsRecord {
  return { ...IN_FORCE, leftBehind: [], ...differs };
}

/** Remembers what was asked of it. */
export class FakeLimits implements ResourceLimits {
  readonly requests: LimitRequest[] = [];
  readonly entered: string[] = [];
  counters = NOTHING;
  left: readonly string[] = [];
  closed = 0;

  open(request: LimitRequest) {
    this.requests.push(request);
    return Promise.resolve({
      inForce: IN_FORCE,
      enclosure: (place: Parameters<Awaited<ReturnType<ResourceLimits['open']>>['enclosure']>[0]) => {
        this.entered.push(place.kind === 'flow' ? `flow ${place.slot}` : `service ${place.name}`);
        return new FakePlace().confinement([]).enclosure;
      },
      counters: () => this.counters,
      close: () => {
        this.closed += 1;
        return Promise.resolve(this.left);
      },
    });
  }
}
