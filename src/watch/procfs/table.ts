import { readdirSync } from 'node:fs';
import { endianness } from 'node:os';
import type { ProcessReading, ProcessTable, ReadingCare, TreeRoot } from '../table.js';
import { Descriptors, type ProcFile } from './descriptors.js';
import { GroupReader } from './group.js';
import { type Foreigner, lineageOf, type Newborn, parentsFirst } from './lineage.js';
import { Member } from './member.js';
import { environmentValue, parseAuxiliaryVector, parseLastPid, parseStat, type ProcStat } from './parse.js';
import { type ProcReader, readOrUndefined } from './reader.js';

/** Longer than any stat or status file. */
const BUFFER_SIZE = 8192;
/** The highest pid_max that Linux takes: proc_sys_kernel(5). */
const PID_MAX_LIMIT = 2 ** 22;
/** A foreign process is looked at again every so many scans, in turn: its pid may have been given to another one. */
const FOREIGN_TURNS = 32;
/** Reads for which a group without living members is still remembered. */
const KIN_READS = 2;

interface Candidate extends Newborn {
  readonly file: ProcFile;
  readonly stat: ProcStat;
}

interface Stranger extends Foreigner {
  readonly startTime: number;
  readonly environStart: number;
  readonly firstScan: number;
  lastScan: number;
}

/**
 * The processes of Linux, read from /proc. `mark` is a variable and its value (`FLOWGATE_RUN=…`) in the environment of
 * everything that the run starts; it must not be in ours, or it would tell nothing and is ignored.
 *
 * `now`: ms since this process was started. Throws if there is no /proc of Linux.
 */
export function openProcfs(mark: string, now = (): number => performance.now()): ProcessTable {
  return new Procfs(mark, now);
}

class Procfs implements ProcessTable {
  readonly source = 'procfs';
  private readonly reader: ProcReader;
  private readonly own: Omit<Newborn, 'parent'>;
  private readonly mark: { readonly name: string; readonly value: string } | undefined;
  /** Parents before their children: what CPU accounting relies on. */
  private readonly members = new Map<number, Member>();
  private readonly strangers = new Map<number, Stranger>();
  private readonly kin = new Map<number, { readonly member: Member; readonly read: number }>();
  /** Roots that were found once: when one has ended, its pid means nothing any more. */
  private readonly rootsTaken = new WeakSet<TreeRoot>();
  private readonly groups = new WeakMap<TreeRoot, GroupReader>();
  private readonly loadavg: ProcFile = { path: '/proc/loadavg' };
  private lastPid: number | undefined;
  /** Pids that the kernel has handed out since the first read. */
  private pids: number | undefined = 0;
  private reads = 0;
  private scans = 0;

  constructor(mark: string, now: () => number) {
    const vector = readOrUndefined('/proc/self/auxv') ?? Buffer.alloc(0);
    this.reader = {
      descriptors: new Descriptors(),
      buffer: Buffer.alloc(BUFFER_SIZE),
      units: parseAuxiliaryVector(vector, endianness() === 'LE'),
      careful: false,
      reads: 0,
      startTime: 0,
      now,
    };
    const self = this.look(process.pid);
    if (self === undefined) throw new Error('/proc does not hold this process: it is not a /proc of Linux');
    this.reader.descriptors.release(self.file);
    this.reader.startTime = self.stat.startTime;
    this.own = self;
    const [name = '', ...value] = mark.split('=');
    const ours = process.env[name] === value.join('=');
    this.mark = ours || name === '' ? undefined : { name, value: value.join('=') };
  }

  read(roots: readonly TreeRoot[], { careful = false }: ReadingCare = {}): readonly ProcessReading[] {
    this.reads += 1;
    this.reader.reads = this.reads;
    this.reader.careful = careful;
    let changed = false;
    this.refreshMembers();
    for (const root of roots) if (root.group === undefined) changed = this.takeRoot(root) || changed;
    for (const member of this.members.values()) this.rememberKin(member);
    if (this.somebodyWasBorn() || changed) this.scan(roots);
    const groups = roots.flatMap((root) => this.readingOfGroup(root) ?? []);
    return [...[...this.members.values()].map((member) => member.reading()), ...groups];
  }

  close(): void {
    this.members.clear();
    this.strangers.clear();
    this.reader.descriptors.close();
  }

  private refreshMembers(): void {
    const ended = new Set<number>();
    for (const member of [...this.members.values()]) {
      const lived = member.isAlive();
      if (!member.refresh()) this.bury(member);
      if (lived && (!member.isAlive() || !this.members.has(member.pid))) ended.add(member.pid);
    }
    // Its children have another parent now, whether they have run since or not.
    if (ended.size === 0) return;
    for (const member of [...this.members.values()])
      if (ended.has(member.stat.parent) && !member.look()) this.bury(member);
  }

  private takeRoot(root: TreeRoot): boolean {
    if (this.rootsTaken.has(root)) return false;
    this.rootsTaken.add(root);
    const known = this.members.get(root.pid);
    if (known !== undefined) {
      // What belongs to the run stays its own, even if `watch` names it.
      if (root.onlyWatched !== true) known.becomeRoot(root);
      return false;
    }
    const candidate = this.look(root.pid);
    if (candidate === undefined) return false;
    this.adopt(candidate, root);
    // What it started before it was named as a root may have been taken for foreign.
    for (const [pid, stranger] of this.strangers)
      if (stranger.startTime >= candidate.stat.startTime) this.strangers.delete(pid);
    return true;
  }

  private adopt(candidate: Candidate, root: TreeRoot, parent?: Member): Member {
    const { pid, file, stat } = candidate;
    const member = new Member({ pid, file, stat, root, ...(parent && { parent }) }, this.reader);
    this.members.set(member.pid, member);
    this.rememberKin(member);
    return member;
  }

  private bury(member: Member): void {
    member.close();
    this.members.delete(member.pid);
  }

  private readingOfGroup(root: TreeRoot): ProcessReading | undefined {
    if (root.group === undefined) return undefined;
    const reader = this.groups.get(root) ?? new GroupReader(root, root.group);
    this.groups.set(root, reader);
    return reader.read();
  }

  /** The session of a process that is only watched may hold other processes that are no part of it. */
  private rememberKin(member: Member): void {
    if (member.origin().onlyWatched === true) return;
    const entry = { member, read: this.reads };
    if (member.stat.group !== this.own.group) this.kin.set(member.stat.group, entry);
    if (member.stat.session !== this.own.session) this.kin.set(member.stat.session, entry);
  }

  private somebodyWasBorn(): boolean {
    const { descriptors, buffer } = this.reader;
    const length = descriptors.read(this.loadavg, buffer);
    const lastPid = length > 0 ? parseLastPid(buffer.toString('latin1', 0, length)) : undefined;
    const same = lastPid !== undefined && lastPid === this.lastPid;
    this.countPids(lastPid);
    this.lastPid = lastPid;
    return !same;
  }

  started(): number | undefined {
    return this.pids;
  }

  private countPids(lastPid: number | undefined): void {
    // A kernel that counts no pids says 0, which no process has.
    if (lastPid === undefined || lastPid === 0) this.pids = undefined;
    else if (this.lastPid !== undefined && this.pids !== undefined)
      this.pids += pidsBetween(this.lastPid, lastPid);
  }

  /** Looks at every process that is not known, and decides once whether it belongs to the tree. */
  private scan(roots: readonly TreeRoot[]): void {
    this.scans += 1;
    const candidates: Candidate[] = [];
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid) || pid === this.own.pid || this.members.has(pid)) continue;
      if (this.isStillForeign(pid)) continue;
      const candidate = this.look(pid);
      if (candidate !== undefined) candidates.push(candidate);
    }
    for (const candidate of parentsFirst(candidates)) this.judge(candidate, roots);
    for (const [pid, stranger] of this.strangers)
      if (stranger.lastScan !== this.scans) this.strangers.delete(pid);
    for (const [id, { read }] of this.kin) if (read < this.reads - KIN_READS) this.kin.delete(id);
  }

  /**
   * A stranger is looked at a second time in the next scan, when it has called exec if it ever will and then has an
   * environment of its own; after that in turn.
   */
  private isStillForeign(pid: number): boolean {
    const stranger = this.strangers.get(pid);
    if (stranger === undefined) return false;
    stranger.lastScan = this.scans;
    const young = stranger.firstScan === this.scans - 1;
    if (!young && (this.scans + pid) % FOREIGN_TURNS !== 0) return true;
    const again = this.look(pid);
    if (again === undefined) return true;
    this.reader.descriptors.release(again.file);
    return again.stat.startTime === stranger.startTime && again.stat.environStart === stranger.environStart;
  }

  private judge(candidate: Candidate, roots: readonly TreeRoot[]): void {
    const environment = (): Buffer => readOrUndefined(`/proc/${candidate.pid}/environ`) ?? Buffer.alloc(0);
    const lineage = lineageOf<Member>(candidate, {
      own: this.own,
      member: (pid) => this.members.get(pid),
      foreigner: (pid) => this.strangers.get(pid),
      kin: (id) => this.kin.get(id)?.member,
      // A kernel thread has no memory, and so no environment.
      marked: () => candidate.stat.virtualSize > 0 && this.isMarked(environment()),
    });
    if (lineage.kind === 'child') this.adopt(candidate, lineage.of.origin(), lineage.of);
    else if (lineage.kind === 'kin') this.adopt(candidate, lineage.of.origin());
    else if (lineage.kind === 'marked')
      this.adopt(candidate, rootOfMarked(candidate.pid, environment(), roots));
    else this.estrange(candidate, lineage.ours);
  }

  private estrange({ pid, file, stat }: Candidate, ours: boolean): void {
    this.reader.descriptors.release(file);
    const { startTime, environStart } = stat;
    const scan = this.scans;
    this.strangers.set(pid, { ours, startTime, environStart, firstScan: scan, lastScan: scan });
  }

  private isMarked(environment: Buffer): boolean {
    return this.mark !== undefined && environmentValue(environment, this.mark.name) === this.mark.value;
  }

  private look(pid: number): Candidate | undefined {
    const { descriptors, buffer } = this.reader;
    const file: ProcFile = { path: `/proc/${pid}/stat` };
    const length = descriptors.read(file, buffer);
    const stat = length > 0 ? parseStat(buffer, length) : undefined;
    if (stat !== undefined) {
      return { pid, parent: stat.parent, group: stat.group, session: stat.session, file, stat };
    }
    descriptors.release(file);
    return undefined;
  }
}

/** At most: pids of living processes are left out, and after the highest pid the kernel begins anew. */
export function pidsBetween(before: number, now: number): number {
  if (now >= before) return now - before;
  const highest = Number(readOrUndefined('/proc/sys/kernel/pid_max')?.toString() ?? PID_MAX_LIMIT);
  return highest - before + now;
}

/** Whose it is when only the mark is left: a flow's if it has a flow's token, else the service's if there is one. */
function rootOfMarked(pid: number, environment: Buffer, roots: readonly TreeRoot[]): TreeRoot {
  const role = environmentValue(environment, 'FLOWGATE_TOKEN') === undefined ? 'service' : 'flow';
  const own = roots.filter(({ onlyWatched }) => onlyWatched !== true);
  const root = own.find((candidate) => candidate.role === role) ?? own[0];
  return root ?? { pid, role: 'flow', launcher: false };
}
