import { keyOf } from './procfs/lineage.js';
import type { ProcessReading } from './table.js';

export function sum(readings: readonly ProcessReading[], of: (reading: ProcessReading) => number): number {
  return readings.reduce((total, reading) => total + of(reading), 0);
}

/** Open files of all together; undefined if those of none could be counted. */
export function filesOf(readings: readonly ProcessReading[]): number | undefined {
  return readings.some((reading) => reading.files !== undefined)
    ? sum(readings, (reading) => reading.files ?? 0)
    : undefined;
}

interface Seen {
  readonly memory: number;
  readonly peakMemory: number;
}

/**
 * The highest a process can have been since the reading before, in bytes.
 *
 * If its high-water mark changed since then (rose, or was set anew by exec) the mark is it: a spike between two
 * readings is not lost. If not, it was at most what it was before or is now, as far as anybody can tell. A process seen
 * for the first time counts with its mark.
 */
export function highestSince(before: Seen | undefined, now: Seen): number {
  return before === undefined || before.peakMemory !== now.peakMemory
    ? Math.max(now.peakMemory, now.memory)
    : Math.max(before.memory, now.memory);
}

/**
 * Resident memory of the tree with every process at its highest since the reading before. Processes that ended in
 * between are left out: those that followed them would be added on top, and both never were there together.
 */
export class PeakMemory {
  private before: ReadonlyMap<string, Seen> = new Map();

  /** Bytes; of the processes that count (no launchers, no zombies). */
  observe(readings: readonly ProcessReading[]): number {
    const now = new Map<string, Seen>();
    let sum = 0;
    for (const reading of readings) {
      const key = keyOf(reading);
      sum += highestSince(this.before.get(key), reading);
      now.set(key, { memory: reading.memory, peakMemory: reading.peakMemory });
    }
    this.before = now;
    return sum;
  }
}

/** What a tree can have held at most between two readings: bytes, and how many times the largest process of the run. */
export interface MostMemory {
  readonly known: number;
  readonly unknown: number;
}

/** What came and went since the reading before. */
export interface Turnover {
  /** Processes and threads that the whole system started; undefined where nothing counts them. */
  readonly started: number | undefined;
  /** Flows that ended. */
  readonly flows: number;
}

/** More processes than Linux can have (PID_MAX_LIMIT, proc_sys_kernel(5)): where nothing else bounds their number. */
const UNCOUNTED_PIDS = 2 ** 22;
const UNCOUNTED: Turnover = { started: undefined, flows: 0 };

/** What one slot, host or service held: its processes by what became of them since the reading before. */
interface Slot {
  launcher: boolean;
  readonly stayed: ProcessReading[];
  readonly born: ProcessReading[];
  readonly ended: ProcessReading[];
  /** Parents that have waited for a child that no reading holds. */
  missed: number;
}

/**
 * The most that a tree can have held since the reading before, as far as can be known; a reading by itself tells the
 * least.
 *
 * Processes of both readings count at their highest since then (`highestSince`). What ended in between was there together
 * with what was born, at its high-water mark, or, if that was still rising, as large as the largest process of the run.
 * So large is also a child that nobody has seen: its parent's count of page faults of children that it has waited for
 * rises (proc_pid_stat(5), cminflt) though no known process below it ended. Two such children of one parent are taken to
 * have run one after the other.
 *
 * A launcher runs one flow after another: its ended flow and the one that it has begun since were never there together.
 * A flow of which no reading holds a process at all is taken to have had as many at once as the flow with most of them
 * that was seen, as flows of a scenario are alike; and all such flows together no more than the system has started since
 * the reading before, which alone bounds them as long as no flow was seen.
 */
export class MemoryBound {
  private before: ReadonlyMap<string, ProcessReading> = new Map();
  /** Those whose high-water mark rose at their last reading. */
  private growing: ReadonlySet<string> = new Set();
  /** Processes that a flow was seen with at once, at most. */
  private mostOfFlow = 0;

  /** Of all processes, launchers among them; zombies have ended. */
  observe(readings: readonly ProcessReading[], turnover: Turnover = UNCOUNTED): MostMemory {
    const now = new Map(readings.filter(({ zombie }) => zombie !== true).map((each) => [keyOf(each), each]));
    const slots = this.slotsOf(now);
    let known = 0;
    let unknown = 0;
    let unseen = 0;
    for (const slot of slots.values()) {
      if (slot.launcher) this.mostOfFlow = Math.max(this.mostOfFlow, slot.stayed.length + slot.born.length);
      if (isUnseen(slot)) unseen += 1;
      const most = this.mostOf(slot);
      known += most.known;
      unknown += most.unknown;
    }
    if (unseen > 0) {
      const alike = this.mostOfFlow === 0 ? Infinity : unseen * this.mostOfFlow;
      const most = Math.min(unseenProcesses([...slots.values()], turnover), alike);
      unknown += Math.max(0, most - unseen);
    }
    const rising = [...now].filter(([key, { peakMemory, memory }]) => {
      const mark = this.before.get(key)?.peakMemory ?? 0;
      return peakMemory > mark && memory === peakMemory;
    });
    this.growing = new Set(rising.map(([key]) => key));
    this.before = now;
    return { known, unknown };
  }

  private slotsOf(now: ReadonlyMap<string, ProcessReading>): Map<number, Slot> {
    const slots = new Map<number, Slot>();
    const slotOf = ({ root }: ProcessReading): Slot => {
      const slot = slots.get(root) ?? { launcher: false, stayed: [], born: [], ended: [], missed: 0 };
      slots.set(root, slot);
      return slot;
    };
    for (const [key, reading] of now) {
      const slot = slotOf(reading);
      if (reading.launcher) slot.launcher = true;
      else (this.before.has(key) ? slot.stayed : slot.born).push(reading);
    }
    const ended = [...this.before].filter(([key, { launcher }]) => !launcher && !now.has(key));
    for (const [, reading] of ended) slotOf(reading).ended.push(reading);
    const bereft = new Set(ended.map(([, { parent }]) => parent));
    for (const [key, reading] of now) {
      const faults = this.before.get(key)?.childrenFaults;
      const waited = faults !== undefined && (reading.childrenFaults ?? 0) > faults;
      if (waited && !bereft.has(reading.pid)) slotOf(reading).missed += 1;
    }
    return slots;
  }

  private mostOf({ launcher, stayed, born, ended, missed }: Slot): MostMemory {
    const rising = ended.filter((reading) => this.growing.has(keyOf(reading)));
    const settled = ended.filter((reading) => !this.growing.has(keyOf(reading)));
    const fresh = sum(born, ({ peakMemory, memory }) => Math.max(peakMemory, memory));
    const gone = sum(settled, ({ peakMemory }) => peakMemory);
    const rest = sum(stayed, (reading) => highestSince(this.before.get(keyOf(reading)), reading));
    if (!launcher || !isNextFlow(born, [...stayed, ...ended]))
      return { known: rest + fresh + gone, unknown: rising.length + missed };
    // Either the ended flow with all that was rising, or the new one, or one between them that nobody saw.
    const unseen = missed > 0 ? 1 : 0;
    const largest = Math.max(0, ...born.map(({ peakMemory }) => peakMemory));
    const old = Math.max(unseen, rising.length);
    return old === 0
      ? { known: rest + Math.max(fresh, gone), unknown: 0 }
      : { known: rest + Math.max(fresh - old * largest, gone, 0), unknown: old };
  }
}

/** A launcher has run a flow of which no reading holds a process. */
function isUnseen({ launcher, stayed, born, ended, missed }: Slot): boolean {
  return launcher && missed > 0 && stayed.length + born.length + ended.length === 0;
}

/** At most so many processes that no reading holds were there at once. */
function unseenProcesses(slots: readonly Slot[], { started = UNCOUNTED_PIDS, flows }: Turnover): number {
  const launchers = slots.filter(({ launcher }) => launcher).length;
  const born = sum(
    slots.flatMap((slot) => slot.born),
    ({ threads }) => threads,
  );
  // A launcher runs one flow at a time. At most one that was noted as ended is from before this interval; each other one
  // was a process at least, and only one in each unseen slot was there at the same moment.
  const others = Math.max(0, flows - launchers - slots.filter(isUnseen).length);
  return started - born - others;
}

/** Nobody of those that were there before is of a flow of those that were born since. */
function isNextFlow(born: readonly ProcessReading[], others: readonly ProcessReading[]): boolean {
  const tokens = new Set(born.map(({ token }) => token));
  return others.every(({ token }) => !tokens.has(token));
}
