import { keyOf } from './procfs/lineage.js';
import type { ProcessReading } from './table.js';

/** A process of the last reading, and the CPU that its children must have left to it. */
interface Entry {
  readonly reading: ProcessReading;
  /** ms, as last seen, of children that vanished: what waiting for them must have added to childrenCpuTime. */
  readonly inherited: number;
}

/** ms: user and system time of a process, a tick of 10 ms each. */
const TICKS = 20;

/**
 * CPU time of a tree in which processes come and go between readings.
 *
 * The kernel adds a child's CPU, and what that child had from its own children, to the parent at the moment the parent
 * waits for it (wait4(2): RUSAGE_CHILDREN). So the sum over the living of own + children is the CPU of everything that
 * ever ran, also of commands that were too short to be seen, except for what died without being waited for inside the
 * tree. The rules:
 *
 * - A process that vanished is charged, at its last seen value, to its nearest living ancestor in the tree. If that
 *   one waited for it, its childrenCpuTime holds at least as much already; if not (SIGCHLD ignored, or a process table
 *   that does not know childrenCpuTime), it does not: so the larger one of the two counts, never both.
 * - Without a living ancestor in the tree (a root, or reparented to init) its last seen value is kept for good.
 * - A launcher's own CPU is ours, not the flows'; what it waited for is theirs.
 *
 * Nothing is counted twice as long as a parent was read before its child: had the child ended in between, it would be
 * missing now and the parent be credited in the next reading. The procfs table reads in that order.
 */
export class CpuAccount {
  private living: ReadonlyMap<string, Entry> = new Map();
  private buried = 0;
  private total = 0;

  /**
   * Takes the next reading and returns ms of CPU in all; never less than the time before, but for what the ticks of
   * processes with several threads were ahead of the truth by.
   */
  charge(readings: readonly ProcessReading[]): number {
    const next = new Map<string, Entry>();
    for (const reading of readings) {
      const key = keyOf(reading);
      next.set(key, { reading, inherited: this.living.get(key)?.inherited ?? 0 });
    }
    this.bury(next);
    this.living = next;
    let sum = this.buried;
    for (const entry of next.values()) sum += ownTime(entry.reading) + childrenTime(entry);
    const ahead = TICKS * readings.filter(({ threads }) => threads > 1).length;
    this.total = sum >= this.total - ahead ? sum : this.total;
    return this.total;
  }

  private bury(next: Map<string, Entry>): void {
    const dead = [...this.living].filter(([key]) => !next.has(key)).map(([, entry]) => entry);
    if (dead.length === 0) return;
    const parents = new Map([...this.living.values()].map((entry) => [entry.reading.pid, entry]));
    for (const entry of dead) {
      const seen = ownTime(entry.reading) + entry.reading.childrenCpuTime;
      // What it should have been left by its children and was not, nobody who waits for it will get either.
      this.buried += childrenTime(entry) - entry.reading.childrenCpuTime;
      const heir = livingAncestor(entry, parents, next);
      if (heir === undefined) this.buried += seen;
      else next.set(keyOf(heir.reading), { ...heir, inherited: heir.inherited + seen });
    }
  }
}

function ownTime(reading: ProcessReading): number {
  return reading.launcher ? 0 : reading.cpuTime;
}

function childrenTime({ reading, inherited }: Entry): number {
  return Math.max(reading.childrenCpuTime, inherited);
}

function livingAncestor(
  entry: Entry,
  before: ReadonlyMap<number, Entry>,
  now: ReadonlyMap<string, Entry>,
): Entry | undefined {
  const passed = new Set<number>([entry.reading.pid]);
  for (let pid = entry.reading.parent; !passed.has(pid);) {
    passed.add(pid);
    const ancestor = before.get(pid);
    if (ancestor === undefined) return undefined;
    const alive = now.get(keyOf(ancestor.reading));
    if (alive !== undefined) return alive;
    pid = ancestor.reading.parent;
  }
  return undefined;
}

/** What the kernel tells of a process as a whole, in ticks of 10 ms that it rounds down. ms. */
interface RoughTime {
  /** It has used at least this. */
  readonly least: number;
  /** And this on average. */
  readonly likely: number;
}

/**
 * CPU of a process of several threads to the ns, from what each of its threads has used. What threads have used that
 * ended before they were seen is known from the ticks alone: between two readings that changes only if another one ended.
 */
export class ThreadTimes {
  private living: ReadonlyMap<string, number> = new Map();
  private ended = 0;

  /** Takes ms of CPU by thread, and returns ms of the whole process. */
  take(living: ReadonlyMap<string, number>, { least, likely }: RoughTime): number {
    for (const [thread, time] of this.living) if (!living.has(thread)) this.ended += time;
    this.living = living;
    let sum = this.ended;
    for (const time of living.values()) sum += time;
    if (sum >= least) return sum;
    this.ended += likely - sum;
    return likely;
  }
}
