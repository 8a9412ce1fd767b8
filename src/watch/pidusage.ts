import { pidtree } from 'pidtree';
import pidusage from 'pidusage';
import { messageOf } from '../lib/errors.js';
import type { ProcessReading, ProcessTable, TreeRoot } from './table.js';

/** ms: elsewhere than on Linux the age of a process is known in whole seconds. */
const SAME_START = 2500;

interface Known {
  readonly root: TreeRoot;
  readonly startTime: number;
}

/**
 * Processes where there is no /proc: pidtree for the tree, pidusage for the numbers. Both start a program for each
 * read (but on Linux pidusage reads /proc), so a read takes tens of ms. What they do not tell: threads (0), the
 * high-water mark (memory now stands in for it), the CPU of children that were waited for, the command, the
 * environment: a process that was reparented before it was seen is not found.
 */
export function openPidusage(): ProcessTable {
  return new Pidusage();
}

class Pidusage implements ProcessTable {
  readonly source = 'pidusage';
  private known = new Map<number, Known>();

  async read(roots: readonly TreeRoot[]): Promise<readonly ProcessReading[]> {
    const parents = new Map<number, number>();
    for (const { pid, ppid } of await pidtree(-1, { advanced: true })) parents.set(pid, ppid);
    const tree = this.treeOf(roots, parents);
    if (tree.size === 0) {
      this.known.clear();
      return [];
    }
    const usage = await usageOf([...tree.keys()]);
    const readings: ProcessReading[] = [];
    for (const [pid, root] of tree) {
      const stats = usage[pid];
      if (stats !== undefined && !this.isReused(stats)) readings.push(this.readingOf(root, stats));
    }
    this.known = new Map(
      readings.flatMap(({ pid, startTime }) => {
        const root = tree.get(pid);
        return root === undefined ? [] : [[pid, { root, startTime }] as const];
      }),
    );
    return readings;
  }

  close(): void {
    this.known.clear();
    // Its history of CPU readings, and the interval that cleans it up.
    pidusage.clear();
  }

  /** Parents before their children: what was in the tree before, the roots, and everything below either. */
  private treeOf(roots: readonly TreeRoot[], parents: ReadonlyMap<number, number>): Map<number, TreeRoot> {
    const children = new Map<number, number[]>();
    for (const [pid, parent] of parents) {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [pid]);
      else siblings.push(pid);
    }
    const tree = new Map<number, TreeRoot>();
    const add = (pid: number, root: TreeRoot): void => {
      // pid 0 is its own parent on some systems.
      if (tree.has(pid) || !parents.has(pid)) return;
      tree.set(pid, root);
      for (const child of children.get(pid) ?? []) add(child, root);
    };
    for (const root of roots) add(root.pid, root);
    for (const [pid, { root }] of this.known) add(pid, root);
    return tree;
  }

  private readingOf(root: TreeRoot, stats: pidusage.Status): ProcessReading {
    return {
      pid: stats.pid,
      parent: stats.ppid,
      startTime: this.startTimeOf(stats),
      role: root.role,
      root: root.pid,
      launcher: root.launcher && root.pid === stats.pid,
      ...(root.onlyWatched === true ? { onlyWatched: true } : {}),
      command: 'unknown',
      memory: stats.memory,
      peakMemory: stats.memory,
      // Not `cpu`: that is a share since the call before, and 0 in the first.
      cpuTime: stats.ctime,
      childrenCpuTime: 0,
      threads: 0,
      ...(stats.memory === 0 ? { zombie: true } : {}),
    };
  }

  /** Another process has got the pid: it is judged anew in the next read, by its parent. */
  private isReused(stats: pidusage.Status): boolean {
    const known = this.known.get(stats.pid);
    return known !== undefined && known.startTime !== this.startTimeOf(stats);
  }

  /** As it was when the process was seen first: the difference of two clocks trembles from read to read. */
  private startTimeOf({ pid, timestamp, elapsed }: pidusage.Status): number {
    const started = Math.round(timestamp - elapsed);
    const known = this.known.get(pid)?.startTime;
    return known !== undefined && Math.abs(known - started) < SAME_START ? known : started;
  }
}

async function usageOf(pids: number[]): Promise<Readonly<Record<string, pidusage.Status | undefined>>> {
  try {
    return await pidusage(pids);
  } catch (error) {
    // All of them ended between the two calls.
    if (/no matching pid/i.test(messageOf(error))) return {};
    throw error;
  }
}
