import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { SMALL_FILE } from '../ports.js';
import { formatQuantity } from '../lib/format.js';

const PIECE = 64 * 1024;

/**
 * The text of a regular file of at most `most` bytes. The pull request can put anything in the place of a file: a pipe
 * would never end, a device never stop. Throws UserError for those and for a file that is too large, and Node's own
 * errors where it cannot be opened.
 */
export async function readRegularFile(path: string, most = SMALL_FILE): Promise<string> {
  // Without O_NONBLOCK (which Windows does not have: its bits are then 0) opening a pipe waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('EISDIR: is a folder'), { code: 'EISDIR' });
    if (!stats.isFile()) {
      throw new UserError({
        file: path,
        message: 'is a pipe or a device; write a regular file in its place',
      });
    }
    const bytes = stats.size > most ? undefined : await readAtMost(file, most);
    if (bytes !== undefined) return bytes.toString('utf8');
    const message = `is larger than ${formatQuantity(most, 'bytes')}, the most that is read; make it smaller`;
    throw new UserError({ file: path, message });
  } finally {
    await file.close();
  }
}

/** Undefined if there is more: a file can grow while it is read. */
async function readAtMost(file: FileHandle, most: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  while (size <= most) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE);
    if (bytesRead === 0) return Buffer.concat(pieces);
    pieces.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return undefined;
}
