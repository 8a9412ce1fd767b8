import { readdirSync, statSync } from 'node:fs';
import { type ControlGroup, cpuTimeIn, residentIn } from '../../system/cgroup.js';
import type { ProcessReading, TreeRoot } from '../table.js';
import { readOrUndefined } from './reader.js';

/**
 * Reads a control group as one process that is as large as all in it: what it shares is counted once, what was over
 * before anybody looked is in its CPU time, and nothing of its tree need be known. The kernel's high-water mark
 * (memory.peak) is of no use: it holds the files that were read.
 */
export class GroupReader {
  /** Inode of its folder: one that is made anew in the same place, as when a container is restarted, is another group. */
  private folder: number | undefined;
  private ended = false;
  private peakMemory = 0;

  constructor(
    private readonly root: TreeRoot,
    private readonly group: ControlGroup,
  ) {}

  /** Undefined once it is empty or gone: then it is over for good. */
  read(): ProcessReading | undefined {
    if (this.ended) return undefined;
    const { version, memory: folder, cpu } = this.group;
    const memory = residentIn(textOf(`${folder}/memory.stat`), version);
    const inode = inodeOf(folder);
    this.folder ??= inode;
    const { processes, threads } = countIn(this.group.processes, version);
    this.ended = memory === undefined || inode === undefined || inode !== this.folder || processes === 0;
    if (this.ended || memory === undefined) return undefined;
    this.peakMemory = Math.max(this.peakMemory, memory);
    const { pid, role, launcher, onlyWatched } = this.root;
    return {
      pid,
      parent: 0,
      startTime: this.folder ?? 0,
      role,
      root: pid,
      launcher,
      onlyWatched,
      processes,
      command: 'container',
      memory,
      peakMemory: this.peakMemory,
      cpuTime: cpuTimeIn(textOf(`${cpu}/${version === 2 ? 'cpu.stat' : 'cpuacct.usage'}`), version),
      childrenCpuTime: 0,
      threads,
    };
  }
}

function textOf(path: string): string | undefined {
  return readOrUndefined(path)?.toString('latin1');
}

function inodeOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.ino;
}

/** With the groups below: some containers have groups of their own. */
function countIn(folder: string, version: ControlGroup['version']): { processes: number; threads: number } {
  const lines = (name: string): number => (textOf(`${folder}/${name}`)?.split('\n').length ?? 1) - 1;
  const counts = {
    processes: lines('cgroup.procs'),
    threads: lines(version === 2 ? 'cgroup.threads' : 'tasks'),
  };
  for (const name of foldersIn(folder)) {
    const below = countIn(`${folder}/${name}`, version);
    counts.processes += below.processes;
    counts.threads += below.threads;
  }
  return counts;
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
