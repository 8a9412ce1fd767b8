import { constants, existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { lstat, open, opendir, readFile, readlink } from 'node:fs/promises';
import { endianness, tmpdir } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { codeOf } from '../lib/errors.js';
import { cgroupLayout, type CgroupLayout, type ControlGroup, groupOfContainer } from '../system/cgroup.js';
import { NOT_ADOPTING, REFUSED } from '../system/subreaper.js';
import {
  type ListeningSocket,
  type MachineState,
  type OutputWriter,
  type RunningProcess,
  parseListeners,
  parseMachineCpu,
} from './machine-state.js';
import { environmentValue, parseCommandLine, parseProgram, parseStat } from './procfs/parse.js';
import { readOrUndefined } from './procfs/reader.js';

/** Bytes: of a file this much is read, and of a larger one nothing. */
const HEAD = 1024;
const LARGEST = 64 * 1024;
/** Names of a folder that are looked at. */
const MOST_NAMES = 100;
const OUTPUT_AND_ERROR = [1, 2];

/** What Linux tells in /proc and in the file system. */
export const linuxState: MachineState = {
  blind: undefined,
  notAdopting: (pids) =>
    NOT_ADOPTING ??
    (pids.some(wasRefused) ? 'the kernel refuses it (prctl PR_SET_CHILD_SUBREAPER)' : undefined),
  temporaryFolder: ({ TMPDIR = '' }) => (isAbsolute(TMPDIR) ? resolve(TMPDIR) : '/tmp'),
  names: (folder, most) => orElse(async () => namesIn(folder, most), undefined),
  signsOf: (path) => orElse(async () => signsOf(path), ''),
  listeners: async () => {
    const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(listenersIn));
    return tables.flat();
  },
  holdersOf: (sockets) => {
    const wanted = new Set([...sockets].map((inode) => `socket:[${inode}]`));
    return pidsOfProc().filter((pid) => openFilesOf(pid).some((file) => wanted.has(file)));
  },
  processOf,
  isAbove: (pid) => aboveUs().includes(pid),
  groupOf,
  openFilesOf,
  variableOf: (pid, name) => {
    const environment = readOrUndefined(`/proc/${pid}/environ`);
    return environment === undefined ? undefined : environmentValue(environment, name);
  },
  cpu: () => {
    const stat = readOrUndefined('/proc/stat');
    return stat === undefined ? undefined : parseMachineCpu(stat.toString('latin1'));
  },
  workingDirectoryOf: (pid) => linkOf(`/proc/${pid}/cwd`),
  writersInto: (folder) =>
    pidsOfProc()
      .filter(isOurs)
      .flatMap((pid) => writerInto(folder, pid) ?? []),
};

async function orElse<T, E>(look: () => Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await look();
  } catch {
    // Gone while we looked, or not ours to read.
    return otherwise;
  }
}

async function namesIn(folder: string, most: number): Promise<readonly string[] | undefined> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) {
    if (names.length === most) return undefined;
    names.push(name);
  }
  return names;
}

async function signsOf(path: string): Promise<string> {
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return readlink(path);
  if (stat.isDirectory()) return (await firstNames(path)).join('\n');
  if (!stat.isFile() || stat.size > LARGEST) return '';
  // It may be another file by now: a link is refused, and a pipe does not keep us waiting.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function firstNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) {
    if (names.push(name) === MOST_NAMES) break;
  }
  return names;
}

async function listenersIn(path: string): Promise<readonly ListeningSocket[]> {
  const table = await orElse(async () => readFile(path, 'latin1'), '');
  return parseListeners(table, endianness() === 'LE');
}

function namesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function pidsOfProc(): readonly number[] {
  return namesOf('/proc').map(Number).filter(Number.isInteger);
}

function openFilesOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return namesOf(folder).flatMap((name) => linkOf(`${folder}/${name}`) ?? []);
}

function processOf(pid: number): RunningProcess | undefined {
  const bytes = readOrUndefined(`/proc/${pid}/stat`);
  const stat = bytes === undefined ? undefined : parseStat(bytes, bytes.length);
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
  const line = readOrUndefined(`/proc/${pid}/cmdline`);
  const program = (line === undefined ? undefined : parseProgram(line)) ?? stat.command;
  return { pid, parent: stat.parent, program };
}

function aboveUs(): readonly number[] {
  const found: number[] = [];
  for (let pid = process.pid; pid > 0 && !found.includes(pid);) {
    found.push(pid);
    pid = processOf(pid)?.parent ?? 0;
  }
  return found;
}

function groupOf(pid: number, id: string): ControlGroup | string {
  const layout = layoutOf(pid);
  const group = groupOfContainer(layout, id);
  if (group === undefined) {
    return (
      `no control group of it can be seen here (process ${pid}); flowgate must run on the machine of the containers and not ` +
      'inside of one, as a job with container: does, and what runs them must give each a group of its own'
    );
  }
  if (!existsSync(`${group.memory}/memory.stat`)) {
    return `the kernel counts no memory for it: there is no ${group.memory}/memory.stat`;
  }
  const { v1, v2 } = layoutOf('self');
  const ours = group.version === 1 ? v1.memory : v2;
  return `${ours?.own ?? ''}/`.startsWith(`${group.memory}/`) ? 'flowgate itself runs in it' : group;
}

function layoutOf(pid: number | 'self'): CgroupLayout {
  const textOf = (path: string): string => readOrUndefined(path)?.toString('utf8') ?? '';
  return cgroupLayout(textOf('/proc/self/mountinfo'), textOf(`/proc/${pid}/cgroup`));
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function wasRefused(pid: number): boolean {
  const environment = readOrUndefined(`/proc/${pid}/environ`);
  return environment !== undefined && environmentValue(environment, REFUSED) !== undefined;
}

/** Links of others can not be read: asking whose it is saves the tries. */
function isOurs(pid: number): boolean {
  try {
    return pid !== process.pid && lstatSync(`/proc/${pid}`).uid === process.geteuid?.();
  } catch {
    return false;
  }
}

function writerInto(folder: string, pid: number): OutputWriter | undefined {
  const outputs = OUTPUT_AND_ERROR.map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  const path = outputs.find((output) => output?.startsWith(`${folder}/`));
  return path === undefined ? undefined : writerOf(pid, path);
}

function writerOf(pid: number, path: string): OutputWriter | undefined {
  const bytes = readOrUndefined(`/proc/${pid}/stat`);
  const stat = bytes === undefined ? undefined : parseStat(bytes, bytes.length);
  if (stat === undefined) return undefined;
  const line = readOrUndefined(`/proc/${pid}/cmdline`);
  const command = (line === undefined ? undefined : parseCommandLine(line)) ?? stat.command;
  return { pid, parent: stat.parent, command, path };
}

/** Where there is no /proc only processes are looked for. */
const blindState: MachineState = {
  blind:
    'ports, temporary files and processes that have left their tree were not looked for: only Linux tells whose they are',
  notAdopting: () => undefined,
  temporaryFolder: () => tmpdir(),
  names: () => Promise.resolve(undefined),
  signsOf: () => Promise.resolve(''),
  listeners: () => Promise.resolve([]),
  holdersOf: () => [],
  processOf: (pid) => (isThere(pid) ? { pid, parent: 0, program: 'a process' } : undefined),
  isAbove: (pid) => pid === process.pid || pid === process.ppid,
  groupOf: () => 'only Linux has control groups',
  openFilesOf: () => [],
  variableOf: () => undefined,
  workingDirectoryOf: () => undefined,
  writersInto: () => [],
  cpu: () => undefined,
};

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
}

export function machineState(): MachineState {
  return existsSync('/proc/self/stat') ? linuxState : blindState;
}
