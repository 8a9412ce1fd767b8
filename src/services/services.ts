import type { Confinement } from '../flows/confinement.js';
import { messageOf } from '../lib/errors.js';
import type { ServicePlan } from '../model/plan.js';
import type { CommandSpec } from '../system/ports.js';
import { type Service, ServiceError, type ServicePorts, startService } from './service.js';

export interface ServicesOptions extends ServicePorts {
  readonly specOf: (plan: ServicePlan) => CommandSpec;
  /** The limits of each; none if left out. */
  readonly confine?: (plan: ServicePlan) => Confinement;
  /** Told the pid of each at once, so that it is watched from the beginning. */
  readonly onStart: (pid: number) => void;
}

/** All services of a scenario, ready. */
export interface Services {
  /** Resolves, if one of them ends before it is stopped, to what to tell the user. */
  readonly died: Promise<string>;
  /** Each after those that depend on it; resolves when all are gone. */
  stop(): Promise<void>;
}

/**
 * Starts each service as soon as those that it depends on are ready, so that independent ones start at once. Should one
 * not become ready, or die while another starts, all are stopped again and it throws a ServiceError.
 * @param plans in order of dependence
 */
export async function startServices(
  plans: readonly ServicePlan[],
  options: ServicesOptions,
): Promise<Services> {
  const starting = new Starting(plans, options);
  try {
    await starting.ready();
    return starting;
  } catch (thrown) {
    await starting.stop();
    throw thrown;
  }
}

class Starting implements Services {
  readonly died: Promise<string>;
  readonly #plans: readonly ServicePlan[];
  readonly #options: ServicesOptions;
  readonly #failure = new AbortController();
  readonly #started = new Map<string, Promise<Service | undefined>>();
  #die: (reason: string) => void = () => undefined;

  constructor(plans: readonly ServicePlan[], options: ServicesOptions) {
    this.#plans = plans;
    this.#options = options;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
    for (const plan of plans) this.#started.set(keyOf(plan), this.#start(plan));
  }

  /** Throws what the first failure was; what fails because of it is not worth telling. */
  async ready(): Promise<void> {
    await Promise.all(this.#started.values());
    if (this.#failure.signal.aborted) throw this.#failure.signal.reason;
  }

  async stop(): Promise<void> {
    const stopped = new Map<string, Promise<void>>();
    for (const plan of [...this.#plans].reverse()) stopped.set(keyOf(plan), this.#stop(plan, stopped));
    const results = await Promise.allSettled(stopped.values());
    const failures = results.filter((result) => result.status === 'rejected');
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => messageOf(reason)).join('; '));
  }

  /** Undefined if it was not started, or is gone again. Never rejects: the first failure is kept instead. */
  async #start(plan: ServicePlan): Promise<Service | undefined> {
    const { specOf, confine, ...ports } = this.#options;
    const { signal } = this.#failure;
    try {
      await Promise.all(of(plan.after, this.#started));
      if (ports.interrupt.aborted) throw new ServiceError('interrupted while the services were starting');
      if (signal.aborted) return undefined;
      const service = await startService(plan, specOf(plan), {
        ...ports,
        giveUp: signal,
        confinement: confine?.(plan),
      });
      void service.died.then((reason) => {
        this.#failure.abort(new Error(reason));
        this.#die(reason);
      });
      return service;
    } catch (thrown) {
      this.#failure.abort(thrown);
      return undefined;
    }
  }

  async #stop(plan: ServicePlan, stopped: ReadonlyMap<string, Promise<void>>): Promise<void> {
    const dependents = this.#plans.filter(({ after }) => after.includes(keyOf(plan))).map(keyOf);
    // One that could not be stopped is told of at the end; this one is to be stopped all the same.
    await Promise.allSettled(of(dependents, stopped));
    const service = await this.#started.get(keyOf(plan));
    await service?.stop();
  }
}

function of<T>(keys: readonly string[], map: ReadonlyMap<string, T>): readonly T[] {
  return keys.flatMap((key) => map.get(key) ?? []);
}

/** The only one that has no name can not be depended on. */
function keyOf({ name }: ServicePlan): string {
  return name ?? '';
}
