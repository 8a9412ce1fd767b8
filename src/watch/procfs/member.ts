import { readdirSync } from 'node:fs';
import { ThreadTimes } from '../cpu-account.js';
import type { ProcessReading, TreeRoot } from '../table.js';
import { GONE, type ProcFile } from './descriptors.js';
import {
  environmentValue,
  parseCommandLine,
  parseProgram,
  parseSchedstat,
  parseStat,
  parseStatusMemory,
  type ProcStat,
} from './parse.js';
import { type ProcReader, readOrUndefined, timesOfThreads } from './reader.js';

/** Where a process came into the tree. */
interface Birth {
  readonly pid: number;
  readonly file: ProcFile;
  readonly stat: ProcStat;
  readonly root: TreeRoot;
  /** Its parent, if that is in the tree. */
  readonly parent?: Member;
}

/** ms between two counts of a process's open files: a folder is dearer to read than a file. */
const FILES_EVERY = 1000;
/** ms after its fork in which what a process has from its parent is not counted again, unless it calls exec before. */
const COPY_TIME = 100;
const COMMAND_TRIES = 3;
/** Reads after which a process that has not run is looked at all the same: others can take its memory away. */
const REST_READS = 32;
const TOKEN = 'FLOWGATE_TOKEN';

/** One process of the tree, from the moment it was seen until it is gone. */
export class Member {
  readonly pid: number;
  readonly startTime: number;
  stat: ProcStat;
  private root: TreeRoot;
  /** Known while it is young; kept longer, it would hold all its ancestors in memory. */
  private parent: Member | undefined;
  private readonly files: {
    readonly stat: ProcFile;
    readonly status: ProcFile;
    readonly schedstat: ProcFile;
  };
  /** ms of the reader's clock: until then it may be on its way from fork to exec. */
  private readonly copyUntil: number;
  private zombie = false;
  private memory = 0;
  private peakMemory = 0;
  /** Page faults and resident pages at the last look into `status`: while neither changes, it says the same. */
  private looked = { faults: -1, pages: -1 };
  /** Bytes of its memory that it has from its parent, and that count there. */
  private copied = 0;
  private cpuTime = 0;
  /** `schedstat` as it was last read. */
  private scheduled = '';
  /** Of several threads, from the first careful look on. */
  private threadTimes: ThreadTimes | undefined;
  /** ms by which the ticks were wrong at the last careful look: until the next one that is taken from them. */
  private tickError = 0;
  private command: string | undefined;
  private commandTries = 0;
  private openFiles: number | undefined;
  private filesDue: number;
  private token: string | undefined;
  /** Its environment was read, and what it held is what its children will have. */
  private tokenSettled = false;

  constructor(
    birth: Birth,
    private readonly reader: ProcReader,
  ) {
    this.pid = birth.pid;
    this.stat = birth.stat;
    this.startTime = birth.stat.startTime;
    this.root = birth.root;
    this.parent = birth.parent;
    const folder = `/proc/${birth.pid}`;
    this.files = {
      stat: birth.file,
      status: { path: `${folder}/status` },
      schedstat: { path: `${folder}/schedstat` },
    };
    this.filesDue = reader.now();
    this.copyUntil = reader.now() + COPY_TIME - this.age();
    this.learnToken();
    this.measure(birth.stat);
    this.copied = this.copiedFromParent();
  }

  isRoot(): boolean {
    return this.root.pid === this.pid;
  }

  /** Not a zombie when it was last looked at. */
  isAlive(): boolean {
    return !this.zombie;
  }

  origin(): TreeRoot {
    return this.root;
  }

  /** It was found in the tree before it was named as a root of it. */
  becomeRoot(root: TreeRoot): void {
    this.root = root;
  }

  /** Reads it again; false if it is gone. What can not be read now stays as it was. */
  refresh(): boolean {
    const before = this.scheduled;
    if (this.stat.threads === 1 && !this.readSchedstat()) return false;
    if (this.isResting(before)) {
      if (!this.zombie) this.learnCommand();
      return true;
    }
    return this.look();
  }

  /** Reads all of it, whether it has run or not. */
  look(): boolean {
    const { descriptors, buffer } = this.reader;
    const length = descriptors.read(this.files.stat, buffer);
    if (length === GONE) return false;
    const stat = length > 0 ? parseStat(buffer, length) : undefined;
    if (stat === undefined) return true;
    if (stat.startTime !== this.startTime) return false;
    // In the middle of exec there is none: then it is too early to tell.
    const executed = stat.environStart !== 0 && stat.environStart !== this.stat.environStart;
    if (executed) this.copied = 0;
    this.stat = stat.environStart !== 0 ? stat : { ...stat, environStart: this.stat.environStart };
    this.measure(stat);
    if (this.zombie) return true;
    if (executed) {
      this.commandTries = 0;
      this.command = undefined;
      this.learnToken();
    }
    this.learnCommand();
    this.countFiles();
    return true;
  }

  /**
   * A single thread that slept at the last look and has not been on a CPU since: nothing of it can be different, and most
   * processes of most trees are such. The last number of schedstat counts how often it was (0: the kernel does not).
   */
  private isResting(before: string): boolean {
    const { careful, reads } = this.reader;
    return (
      this.scheduled === before &&
      this.stat.threads === 1 &&
      this.stat.state !== 'R' &&
      !before.endsWith(' 0\n') &&
      !careful &&
      (this.copied === 0 || this.reader.now() <= this.copyUntil) &&
      (this.pid + reads) % REST_READS !== 0
    );
  }

  /** False if the process is gone. */
  private readSchedstat(): boolean {
    const { descriptors, buffer } = this.reader;
    const length = descriptors.read(this.files.schedstat, buffer);
    this.scheduled = length > 0 ? buffer.toString('latin1', 0, length) : '';
    return length !== GONE;
  }

  close(): void {
    for (const file of Object.values(this.files)) this.reader.descriptors.release(file);
  }

  reading(): ProcessReading {
    const { stat, root } = this;
    const token = this.token;
    return {
      pid: this.pid,
      parent: stat.parent,
      startTime: this.startTime,
      role: root.role,
      root: root.pid,
      launcher: root.launcher && this.isRoot(),
      ...(root.onlyWatched === true ? { onlyWatched: true } : {}),
      command: this.command ?? stat.command,
      memory: this.zombie ? 0 : Math.max(0, this.memory - this.copied),
      peakMemory: this.zombie ? 0 : Math.max(0, this.peakMemory - this.copied),
      cpuTime: this.cpuTime,
      childrenCpuTime: this.ms(stat.childUserTicks) + this.ms(stat.childSystemTicks),
      childrenFaults: stat.childFaults,
      threads: this.zombie ? 0 : stat.threads,
      ...(this.zombie ? { zombie: true } : {}),
      files: this.openFiles,
      token,
    };
  }

  private measure(stat: ProcStat): void {
    if (this.reader.now() > this.copyUntil) {
      this.parent = undefined;
      this.copied = 0;
    }
    this.measureCpu(stat);
    this.zombie = stat.state === 'Z' || stat.state === 'X';
    if (!this.zombie) this.measureMemory(stat);
  }

  /**
   * Dearer than `stat`, so looked at only if it can have changed. The pages in `stat` tell that, but not how many there
   * are: since Linux 6.2 they leave out what each CPU has not yet added to the common count (percpu_counter_read).
   */
  private measureMemory({ faults, residentPages: pages }: ProcStat): void {
    if (faults === this.looked.faults && pages === this.looked.pages) return;
    const { descriptors, buffer, units } = this.reader;
    const length = descriptors.read(this.files.status, buffer);
    const status = length > 0 ? parseStatusMemory(buffer, length) : undefined;
    const resident = pages * units.pageSize;
    this.looked = status === undefined ? { faults: -1, pages: -1 } : { faults, pages };
    this.memory = status?.memory ?? resident;
    this.peakMemory = status?.peakMemory ?? Math.max(this.peakMemory, resident);
  }

  /**
   * Ticks of 10 ms are rough; schedstat counts ns, but of one thread, and lags up to a tick behind while it runs. So
   * for a single thread the larger of the two is the truth. Of several threads each has a file: too dear for every look.
   */
  private measureCpu(stat: ProcStat): void {
    const least = this.floor(stat.userTicks + stat.systemTicks);
    const likely = this.ms(stat.userTicks) + this.ms(stat.systemTicks);
    if (this.reader.careful && (stat.threads > 1 || this.threadTimes !== undefined)) {
      this.threadTimes ??= new ThreadTimes();
      this.tickError = likely - this.threadTimes.take(timesOfThreads(this.pid), { least, likely });
    }
    // Less than the time before, if the ticks were ahead then.
    if (this.threadTimes !== undefined) this.cpuTime = likely - this.tickError;
    else this.cpuTime = Math.max(this.cpuTime, this.schedstat(stat) ?? likely, least);
  }

  private schedstat({ threads }: ProcStat): number | undefined {
    if (threads !== 1) return undefined;
    if (this.scheduled === '') this.readSchedstat();
    return parseSchedstat(this.scheduled);
  }

  /** ms since it was started, as far as ticks of 10 ms tell. */
  private age(): number {
    const ticks = this.startTime - this.reader.startTime;
    return Math.max(0, this.reader.now() - (ticks * 1000) / this.reader.units.ticksPerSecond);
  }

  /** The kernel rounds down to whole ticks: the middle of the tick is right on average, so that sums are. */
  private ms(ticks: number): number {
    return ticks === 0 ? 0 : this.floor(ticks + 0.5);
  }

  private floor(ticks: number): number {
    return (ticks * 1000) / this.reader.units.ticksPerSecond;
  }

  /**
   * Between fork and exec a child has the memory of its parent: the same (vfork) or a copy that takes no room until it is
   * written to. Counted again, every spawn would look like a spike of the parent's size. A process that was forked to
   * stay is counted as `ps` would soon after, however seldom it is looked at.
   */
  private copiedFromParent(): number {
    const parent = this.parent;
    const copy = parent !== undefined && this.stat.environStart === parent.stat.environStart;
    return copy && this.stat.environStart !== 0 ? Math.min(this.memory, parent.memory) : 0;
  }

  /** A flow's processes inherit its token; only where a launcher starts one, it has to be read. */
  private learnToken(): void {
    if (this.token !== undefined) return;
    const parent = this.parent;
    this.token = parent?.token;
    this.tokenSettled = this.token !== undefined || parent?.tokenSettled === true;
    if (this.tokenSettled) return;
    const environment = readOrUndefined(`/proc/${this.pid}/environ`);
    this.token = environment === undefined ? undefined : environmentValue(environment, TOKEN);
    // A launcher starts flows with tokens, and so does a copy of it that has not called exec.
    const copy = parent !== undefined && parent.stat.environStart === this.stat.environStart;
    this.tokenSettled = this.token !== undefined || !(this.root.launcher && (this.isRoot() || copy));
  }

  /** Most processes are gone before anybody asks for their arguments: read at the second sighting. */
  private learnCommand(): void {
    if (this.command !== undefined || this.commandTries >= COMMAND_TRIES) return;
    this.commandTries += 1;
    const bytes = readOrUndefined(`/proc/${this.pid}/cmdline`);
    // What others have told a program of theirs, which may be a password, is not ours to print.
    const parse = this.root.onlyWatched === true ? parseProgram : parseCommandLine;
    this.command = bytes === undefined ? undefined : parse(bytes);
  }

  private countFiles(): void {
    const now = this.reader.now();
    if (now < this.filesDue) return;
    this.filesDue = now + FILES_EVERY;
    try {
      this.openFiles = readdirSync(`/proc/${this.pid}/fd`).length;
    } catch {
      // Another user's process, or gone: not counted.
      this.openFiles = undefined;
    }
  }
}
