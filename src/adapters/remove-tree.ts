import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.js';

/** Owner may do everything: what it takes to remove what is in a folder. */
const OPEN = 0o700;

const REFUSALS = ['EACCES', 'EPERM', 'ENOTEMPTY'];

/**
 * Removes a file or a folder with everything in it; nothing happens if it is gone. Folders that may not be read or
 * changed, as `chmod 000` leaves them and Go's module cache is, are opened first. Rejects if something is still there,
 * such as a file of another user's.
 */
export async function removeTree(path: string): Promise<void> {
  const removal = { recursive: true, force: true, maxRetries: 3 };
  try {
    await rm(path, removal);
  } catch (thrown) {
    if (!REFUSALS.includes(codeOf(thrown) ?? '')) throw thrown;
    await openFolders(path);
    await rm(path, removal);
  }
}

/** Folders only, and no link is followed: nothing outside changes. What is not ours to change stays as it is. */
async function openFolders(top: string): Promise<void> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const stat = await lstat(folder);
      if (!stat.isDirectory()) continue;
      if ((stat.mode & OPEN) !== OPEN) await chmod(folder, OPEN);
      const inside = await readdir(folder, { withFileTypes: true });
      for (const entry of inside) if (entry.isDirectory()) folders.push(join(folder, entry.name));
    } catch {
      // Gone meanwhile, or another user's: the removal says so if it matters.
    }
  }
}
