import type { ControlGroup } from '../system/cgroup.js';

/** A TCP socket that is listened on. */
export interface ListeningSocket {
  /** `127.0.0.1:9000`, `[::1]:9000`. */
  readonly address: string;
  /** Id of the user whose process made it. */
  readonly user: number;
  /** The kernel's number of it, by which its owner is found. */
  readonly inode: number;
}

/** A process that runs already. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** Without its arguments. */
  readonly program: string;
}

/** What a process has open, as the kernel names it: a path, or `socket:[inode]`. */
type OpenFile = string;

export interface OutputWriter {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** The file that it writes into. */
  readonly path: string;
}

/** CPU time of the whole machine since it booted, in a unit of the kernel's. */
export interface MachineCpu {
  readonly total: number;
  /** Of `total`, what the hypervisor gave to others while there was work to do here. */
  readonly stolen: number;
}

/** What there is on a machine beside the processes of flows. Nothing here throws: what is not ours to see is not there. */
export interface MachineState {
  /** What can not be told here, and why, in words; undefined on a system where all of it can. */
  readonly blind: string | undefined;
  /**
   * Why a daemon that one of these launchers and hosts has started could hide from us; undefined if the kernel hands
   * them the orphans of what they start, or if nothing more is known here than `blind` says.
   */
  notAdopting(pids: readonly number[]): string | undefined;
  /** Where whoever has this environment puts temporary files. */
  temporaryFolder(env: Readonly<Record<string, string>>): string;
  /** Names at the top of a folder, at most `most`; undefined if there are more, or it can not be read. */
  names(folder: string, most: number): Promise<readonly string[] | undefined>;
  /**
   * Something to recognise an entry by: the first KB of a small file, the target of a link, the names in a folder.
   * Nothing is followed, and nothing is read that could wait for somebody.
   */
  signsOf(path: string): Promise<string>;
  listeners(): Promise<readonly ListeningSocket[]>;
  /** Processes that hold one of these sockets, by inode, as far as they are ours to see. */
  holdersOf(sockets: ReadonlySet<number>): readonly number[];
  processOf(pid: number): RunningProcess | undefined;
  /** It is this process, or this one runs below it. */
  isAbove(pid: number): boolean;
  /** The control group of a container, by its id and one of its processes; or why it can not be read, in words. */
  groupOf(pid: number, id: string): ControlGroup | string;
  /** Empty for a process that is gone or somebody else's. */
  openFilesOf(pid: number): readonly OpenFile[];
  /** A variable of the environment that it was started with. */
  variableOf(pid: number, name: string): string | undefined;
  /** Undefined where it can not be told. */
  cpu(): MachineCpu | undefined;
  workingDirectoryOf(pid: number): string | undefined;
  /** Processes whose standard output or error is a file below the folder. */
  writersInto(folder: string): readonly OutputWriter[];
}

/** Columns of the line `cpu`: user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of user. */
const COLUMNS = 8;
const STEAL = 7;

/** The line `cpu` of /proc/stat (proc_stat(5)), in ticks; undefined if it is another text, or the kernel tells no steal. */
export function parseMachineCpu(stat: string): MachineCpu | undefined {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1];
  const ticks = (line ?? '').split(/\s+/).slice(0, COLUMNS).map(Number);
  const stolen = ticks[STEAL];
  if (stolen === undefined || !ticks.every(Number.isFinite)) return undefined;
  return { total: ticks.reduce((sum, tick) => sum + tick, 0), stolen };
}

/** Share of the machine that others were given between two readings, 0…1; undefined where it can not be told. */
export function stealBetween(
  before: MachineCpu | undefined,
  after: MachineCpu | undefined,
): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const total = after.total - before.total;
  // Shorter than a tick: nothing can be told.
  return total > 0 ? Math.max(0, after.stolen - before.stolen) / total : undefined;
}

/** TCP_LISTEN of include/net/tcp_states.h. */
const LISTEN = '0A';
/** Columns of /proc/net/tcp and tcp6 (Documentation/networking/proc_net_tcp.rst). */
const LOCAL = 1;
const STATE = 3;
const USER = 7;
const INODE = 9;

/** The sockets of /proc/net/tcp or tcp6 that are listened on; lines that are not as expected are passed over. */
export function parseListeners(table: string, littleEndian: boolean): readonly ListeningSocket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const inode = Number(columns[INODE]);
      if (columns[STATE] !== LISTEN || !Number.isInteger(inode) || inode === 0) return [];
      const address = addressOf(columns[LOCAL] ?? '', littleEndian);
      return address === undefined ? [] : [{ address, user: Number(columns[USER]), inode }];
    });
}

/** The address is in words of 32 bits, each in the machine's byte order; the port is in the usual one. */
function addressOf(local: string, littleEndian: boolean): string | undefined {
  const [, hex, port] = /^((?:[0-9A-F]{8})+):([0-9A-F]{4})$/i.exec(local) ?? [];
  if (hex === undefined || port === undefined) return undefined;
  const words = Buffer.from(hex, 'hex');
  if (littleEndian) words.swap32();
  if (words.length === 4) return `${[...words].join('.')}:${parseInt(port, 16)}`;
  if (words.length === 16) return `[${ipv6(words)}]:${parseInt(port, 16)}`;
  return undefined;
}

const V4_MAPPED = '00000000000000000000ffff';

/** As RFC 5952 has it: the first of the longest runs of zeros is left out. */
function ipv6(bytes: Buffer): string {
  if (bytes.toString('hex').startsWith(V4_MAPPED)) return `::ffff:${[...bytes.subarray(12)].join('.')}`;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (zeros(run) > zeros(best) ? run : best), '');
  if (longest === '') return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

function zeros(run: string): number {
  return run.split('0').length - 1;
}
