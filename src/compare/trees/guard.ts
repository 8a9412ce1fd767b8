import { oneLine } from '../../lib/message.js';
import type { Clock, Logger } from '../../system/ports.js';
import type { SideName, TreeGuard } from '../opponent.js';

/** What tells that a file was changed, as the kernel keeps it. */
export interface FileState {
  readonly inode: number;
  readonly size: number;
  /** ms since 1970 by the kernel's clock: when content, name or permissions changed. No program can set it. */
  readonly changed: number;
  /** ms since 1970: when the content changed, or what a program has set. */
  readonly modified: number;
  /** How many names the file has. */
  readonly links: number;
}

/** A tree at one time. Paths are relative to it, with `/` between their parts. */
export interface TreeState {
  /** All but folders; links are not followed. */
  readonly files: ReadonlyMap<string, FileState>;
  /** When the names in a folder changed. The tree itself is the empty path. */
  readonly folders: ReadonlyMap<string, number>;
}

export interface TreeFiles {
  /** Undefined if there are more than `most` files. What cannot be read is left out. Never rejects. */
  read(tree: string, most: number): Promise<TreeState | undefined>;
  /** The time that the kernel gives to a change made now: a file is written to tell. */
  now(file: string): Promise<number>;
}

export interface GuardPorts {
  readonly treeFiles: TreeFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Files of one tree that are watched. Each takes some 200 bytes of memory, and 3 µs to look at. */
const MOST_FILES = 500_000;
/** A look that is not a must waits until this many times the length of the last one have passed: 2% of the time. */
const REST = 50;
const NAMED = 3;
const LONGEST_PATH = 80;

/** When a side's code ran, by the kernel's clock. */
interface Turn {
  readonly side: SideName;
  /** What of it ran: `flows`, `prepare`. */
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

interface Watched {
  readonly folder: string;
  /** Paths that git knows. */
  readonly tracked: ReadonlySet<string>;
  readonly files: Map<string, FileState>;
  /** Paths that the side itself has changed. */
  readonly own: Set<string>;
  /** Changed while the other side ran, and not yet by itself; with what ran. */
  readonly suspects: Map<string, string>;
}

export interface GuardedTree {
  readonly folder: string;
  readonly tracked: ReadonlySet<string>;
}

/**
 * Sees whether one side changes the files of the other: those that git knows, and those that `prepare` made. Each look
 * lists the files that changed since the look before. The time of a file's change tells whose turn it was. A file that a
 * side has changed by itself may change at any time; a file that was new after `prepare` is not looked at.
 */
export class TreeFilesGuard implements TreeGuard {
  readonly #ports: GuardPorts;
  /** Written to read the kernel's clock. */
  readonly #probe: string;
  readonly #trees = new Map<SideName, Watched>();
  #turns: Turn[] = [];
  /** How many hold that both sides are up. */
  #keptUp = 0;
  #found: string | undefined;
  /** ms of the clock: when the last look ended, and how long it took. */
  #last = { at: -Infinity, took: 0 };

  constructor(ports: GuardPorts, probe: string) {
    this.#ports = ports;
    this.#probe = probe;
  }

  /** Takes the tree as it is now for what the side starts with. */
  async watch(side: SideName, { folder, tracked }: GuardedTree): Promise<void> {
    const state = await this.#ports.treeFiles.read(folder, MOST_FILES);
    if (state === undefined) {
      this.#trees.delete(side);
      this.#ports.logger.warn(
        `compare: the tree of ${side} has more than ${MOST_FILES} files, which is too many to watch: ` +
          'a change that the other side makes to them goes unnoticed',
      );
      return;
    }
    this.#trees.set(side, {
      folder,
      tracked,
      files: new Map(state.files),
      own: new Set(),
      suspects: new Map(),
    });
  }

  async during<T>(side: SideName, act: () => Promise<T>, what = 'flows'): Promise<T> {
    const from = await this.#now();
    try {
      return await act();
    } finally {
      this.#turns.push({ side, what, from, to: await this.#now() });
    }
  }

  keepUp(): () => void {
    this.#keptUp += 1;
    return () => {
      this.#keptUp -= 1;
    };
  }

  async look({ must = false } = {}): Promise<string | undefined> {
    const { clock } = this.#ports;
    const began = clock.now();
    if (this.#found !== undefined) return this.#found;
    if (!must && began - this.#last.at < REST * this.#last.took) return undefined;
    for (const [side, tree] of this.#trees) await this.#lookAt(side, tree);
    this.#turns = [];
    this.#found = this.#judge(must);
    const at = clock.now();
    this.#last = { at, took: at - began };
    return this.#found;
  }

  async #lookAt(side: SideName, tree: Watched): Promise<void> {
    const state = await this.#ports.treeFiles.read(tree.folder, Infinity);
    if (state === undefined) return;
    for (const [path, before] of tree.files) {
      const now = state.files.get(path);
      if (now !== undefined && isSame(before, now)) continue;
      const turn = this.#turnAt(timeOf(path, now, state), side);
      if (turn === undefined || turn.side === side) {
        tree.own.add(path);
        tree.suspects.delete(path);
      } else if (!tree.own.has(path) && (this.#keptUp === 0 || tree.tracked.has(path))) {
        tree.suspects.set(path, turn.what);
      }
      if (now === undefined) tree.files.delete(path);
      else tree.files.set(path, now);
    }
  }

  /** The kernel's clock has steps of some ms: what two turns share belongs to the tree's own side. */
  #turnAt(time: number, side: SideName): Turn | undefined {
    const turns = this.#turns.filter(({ from, to }) => from <= time && time <= to);
    return turns.find((turn) => turn.side === side) ?? turns[0];
  }

  /** While both sides are up, a file may be written late by its own side: it is given time to show that it does so. */
  #judge(last: boolean): string | undefined {
    if (this.#keptUp > 0 && !last) return undefined;
    for (const side of ['base', 'head'] as const) {
      const suspects = [...(this.#trees.get(side)?.suspects ?? [])];
      const [first] = suspects;
      if (first === undefined) continue;
      const other = side === 'base' ? 'head' : 'base';
      return `${other}'s ${first[1]} changed ${side}'s files: ${listed(suspects.map(([path]) => path).sort())}`;
    }
    return undefined;
  }

  /** Where the folder is gone, no time is known: turns are then not told apart by it. */
  async #now(): Promise<number> {
    return this.#ports.treeFiles.now(this.#probe).catch(() => this.#ports.clock.wall().getTime());
  }
}

/** `flow.sh, lib/a.js and 3 more`. */
function listed(paths: readonly string[]): string {
  const rest = paths.length - NAMED;
  const shown = paths.slice(0, NAMED).map((path) => oneLine(path).slice(0, LONGEST_PATH));
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/**
 * A new name of a file changes the time of its change, and so does the end of one: package managers give the files of
 * their store a name in each tree. Of such a file the content counts.
 */
function isSame(one: FileState, other: FileState): boolean {
  if (one.inode !== other.inode || one.size !== other.size) return false;
  const isShared = one.links > 1 || other.links > 1;
  return isShared ? one.modified === other.modified : one.changed === other.changed;
}

/** Of a file that is gone: when the names in the nearest folder above it changed that is still there. */
function timeOf(path: string, now: FileState | undefined, { folders }: TreeState): number {
  if (now !== undefined) return now.links > 1 ? now.modified : now.changed;
  for (let at = path.lastIndexOf('/'); ; at = path.lastIndexOf('/', at - 1)) {
    const changed = folders.get(at < 0 ? '' : path.slice(0, at));
    if (changed !== undefined) return changed;
    if (at < 0) return Number.NaN;
  }
}
