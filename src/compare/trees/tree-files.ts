import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { lstat, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { FileState, TreeFiles, TreeState } from './guard.js';

/** Files between two turns of the event loop: about 5 ms. Each file by a promise of its own takes several times as long. */
const CHUNK = 2000;

export const treeFiles: TreeFiles = {
  async read(tree, most): Promise<TreeState | undefined> {
    const files = new Map<string, FileState>();
    const folders = new Map<string, number>();
    const waiting = [''];
    let next = CHUNK;
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      readFolder(tree, folder, { files, folders, waiting });
      if (files.size > most) return undefined;
      if (files.size < next) continue;
      next = files.size + CHUNK;
      await setImmediate();
    }
    return { files, folders };
  },
  async now(file): Promise<number> {
    await writeFile(file, '');
    return (await lstat(file)).ctimeMs;
  },
};

interface Reading {
  readonly files: Map<string, FileState>;
  readonly folders: Map<string, number>;
  readonly waiting: string[];
}

function readFolder(tree: string, folder: string, { files, folders, waiting }: Reading): void {
  const path = `${tree}/${folder}`;
  const changed = lstatSync(path, { throwIfNoEntry: false })?.ctimeMs;
  if (changed === undefined) return;
  folders.set(folder, changed);
  for (const entry of entriesOf(path)) {
    const within = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      waiting.push(within);
      continue;
    }
    const stat = lstatSync(`${tree}/${within}`, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    const { ino: inode, size, ctimeMs, mtimeMs: modified, nlink: links } = stat;
    files.set(within, { inode, size, changed: ctimeMs, modified, links });
  }
}

/** Of a folder that cannot be read: none. What was known of it is then missing, which counts as a change. */
function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
