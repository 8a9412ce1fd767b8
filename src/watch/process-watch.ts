import type { MonitorRecord } from '../model/record.js';
import type { Clock, Spawner } from '../system/ports.js';
import type { Monitor } from './sampler.js';
import type { ProcessReading, ProcessTable, TreeRoot, Watch } from './table.js';

/** ms after the barrier: short flows may be over before the monitor's first regular look. */
const EARLY_LOOKS = [1, 2, 3, 4, 6, 8];

/** Launchers that are asked for the largest process below them: each takes about 2 ms of CPU. */
const MOST_ASKED = 64;

/** What runs already, as reports call it: "container db", "port 5432: postgres (pid 812)". */
export interface NamedRoot {
  readonly name: string;
  readonly root: TreeRoot;
}

/** The process trees of one scenario: where they begin, and who is alive in them. */
export class ProcessWatch implements Watch {
  readonly #table: ProcessTable;
  readonly #roots = new Map<number, TreeRoot>();
  /** Hosts by the root that has started them. */
  readonly #hostsBelow = new Map<number, number>();
  /** What runs already: its name, and when it was started, by the pid of its root. */
  readonly #watched: { readonly name: string; readonly pid: number; readonly startTime: number }[] = [];
  #monitor: Monitor | undefined;
  #clock: Clock | undefined;

  constructor(table: ProcessTable) {
    this.#table = table;
  }

  addRoot(root: TreeRoot): void {
    // A process that could not be started has no pid.
    if (root.pid === 0) return;
    this.#roots.set(root.pid, root);
    this.#monitor?.addRoot(root);
  }

  removeRoot(pid: number): void {
    for (const root of [pid, this.#hostsBelow.get(pid)]) {
      if (root === undefined) continue;
      this.#roots.delete(root);
      this.#monitor?.removeRoot(root);
    }
    this.#hostsBelow.delete(pid);
  }

  async hostBelow(root: number, pid: number): Promise<void> {
    const alive = await this.alive();
    // It could be a number of another namespace, and here the pid of somebody else.
    if (!alive.some((reading) => reading.pid === pid && reading.root === root)) return;
    this.#hostsBelow.set(root, pid);
    this.addRoot({ pid: root, role: 'flow', launcher: true });
    this.addRoot({ pid, role: 'flow', launcher: false });
  }

  /**
   * Measures also what runs already. What belongs to the run all the same, as a server that its `setup` has started, is
   * measured once, and ended as ever.
   */
  async alsoWatch(named: readonly NamedRoot[]): Promise<void> {
    const ours = new Set((await this.#read()).map(({ pid }) => pid));
    for (const { root } of named) if (!ours.has(root.pid)) this.addRoot(root);
    const found = new Map((await this.#read()).map(({ pid, startTime }) => [pid, startTime]));
    for (const { name, root } of named) {
      // It may have ended since it was found: then it counts as ended.
      this.#watched.push({ name, pid: root.pid, startTime: found.get(root.pid) ?? NaN });
    }
  }

  /** What of it there is, and whether it has ended by the last reading; undefined if nothing of the kind was named. */
  watched(readings: readonly ProcessReading[]): MonitorRecord['watched'] {
    if (this.#watched.length === 0) return undefined;
    return this.#watched.map(({ name, pid, startTime }) => {
      const isThere = readings.some(
        (each) => each.pid === pid && each.startTime === startTime && each.zombie !== true,
      );
      return isThere ? { name } : { name, ended: true };
    });
  }

  /** From now on what is read is measured too: nothing is killed without its last figures having been taken. */
  attach(monitor: Monitor, clock: Clock): void {
    this.#monitor = monitor;
    this.#clock = clock;
    for (const root of this.#roots.values()) monitor.addRoot(root);
  }

  detach(): void {
    this.#monitor = undefined;
  }

  released(): void {
    for (const ms of EARLY_LOOKS) this.#clock?.timer(ms, () => void this.#monitor?.sampleNow());
  }

  /**
   * Everything of the run that is alive, the roots included. What is only watched is not among it: whatever is ended,
   * signalled or taken for left behind is found by this.
   */
  async alive(): Promise<readonly ProcessReading[]> {
    const readings = await this.#read();
    return readings.filter(({ zombie, onlyWatched }) => zombie !== true && onlyWatched !== true);
  }

  async pidsOfFlow(root: number | undefined, token: string): Promise<readonly number[]> {
    const isOfFlow = (reading: ProcessReading): boolean =>
      reading.token === token || (reading.token === undefined && reading.root === root);
    const alive = await this.alive();
    return alive.filter((reading) => !reading.launcher && isOfFlow(reading)).map(({ pid }) => pid);
  }

  /** Everything alive that flows have started: neither launchers nor hosts, nor the service. */
  async flowProcesses(): Promise<readonly ProcessReading[]> {
    const alive = await this.alive();
    return alive.filter(({ pid, role, launcher }) => role === 'flow' && !launcher && !this.#roots.has(pid));
  }

  /** Launchers and hosts: below them everything that flows start is found. */
  flowRoots(): readonly number[] {
    return [...this.#roots.values()].filter(({ role }) => role === 'flow').map(({ pid }) => pid);
  }

  /** The processes in which a module's flows run. */
  async hosts(): Promise<readonly ProcessReading[]> {
    const alive = await this.alive();
    return alive.filter(({ pid, role, launcher }) => role === 'flow' && !launcher && this.#roots.has(pid));
  }

  /** Everything alive that services have started, and not the services themselves. */
  async serviceProcesses(): Promise<readonly ProcessReading[]> {
    const alive = await this.alive();
    return alive.filter(({ pid, role }) => role === 'service' && !this.#roots.has(pid));
  }

  /**
   * Bytes: what the kernel says of the largest process of all flows in the whole life of their launchers, once they are
   * over; undefined if it is not known.
   */
  async largestProcess(): Promise<number | undefined> {
    const launchers = [...this.#roots.values()].flatMap(({ largestProcess }) => largestProcess ?? []);
    const told = await Promise.all(launchers.slice(0, MOST_ASKED).map((ask) => ask()));
    const known = told.filter((bytes) => bytes !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  }

  async #read(): Promise<readonly ProcessReading[]> {
    if (this.#monitor === undefined) return this.#table.read([...this.#roots.values()]);
    await this.#monitor.sampleNow();
    return this.#monitor.latest()?.readings ?? [];
  }
}

const LOOK_EVERY = 50;

/** How often the last processes are killed before they are taken for unkillable (a process in state D is). */
const KILL_ROUNDS = 20;

/** What is still there when it has had `grace` ms to go by itself; that long is waited only if there is something. */
export async function whatStays<T>(
  look: () => Promise<readonly T[]>,
  { clock, grace }: { readonly clock: Clock; readonly grace: number },
): Promise<readonly T[]> {
  let left = await look();
  for (let waited = 0; waited < grace && left.length > 0; waited += LOOK_EVERY) {
    await clock.sleep(LOOK_EVERY);
    left = await look();
  }
  return left;
}

/** Looks at what carries a mark and at nothing else; the table, which was opened for the mark, is closed afterwards. */
export async function watchingMarked<T>(
  table: ProcessTable,
  look: (watch: ProcessWatch) => Promise<T>,
): Promise<T> {
  try {
    return await look(new ProcessWatch(table));
  } finally {
    table.close();
  }
}

/** Kills whatever is alive in the trees, until nothing is. */
export async function killAll(watch: ProcessWatch, spawner: Spawner, clock: Clock): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const alive = await watch.alive();
    if (alive.length === 0) return;
    spawner.killPids(alive.map(({ pid }) => pid));
    await clock.sleep(LOOK_EVERY);
  }
}
