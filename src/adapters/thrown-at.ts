import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `file:///a/b.mjs:3:1` or `/a/b.cjs:3:1`, in brackets after a function's name or alone; the column may be missing. */
const FRAME = /^\s*at (?:.*\()?(?:async )?((?:file:\/\/)?[/\\].*?|[A-Za-z]:\\.*?):(\d+)(?::\d+)?\)?$/;
/** Node writes it before the stack of a CommonJS module that can not be parsed. */
const HEADING = /^((?:file:\/\/)?[/\\].*?|[A-Za-z]:\\.*?):(\d+)$/;

/** Characters; over a line that was made for it these patterns would take forever. */
const LONGEST_FRAME = 2000;

interface Standpoint {
  /** Paths are told from here. */
  readonly cwd: string;
  /** Our own folder: its frames are how the module came to be imported. */
  readonly own: string;
}

/** `flows/order.mjs:3`: the line of the user's code that threw, as the stack tells; undefined if it tells of none. */
export function thrownAt(thrown: unknown, { cwd, own }: Standpoint): string | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    if (line.length > LONGEST_FRAME) continue;
    const [, file, number] = HEADING.exec(line) ?? FRAME.exec(line) ?? [];
    if (file === undefined || number === undefined) continue;
    const path = pathOf(file);
    if (!path.startsWith(own)) return `${relative(cwd, path)}:${number}`;
  }
  return undefined;
}

function pathOf(file: string): string {
  try {
    return file.startsWith('file://') ? fileURLToPath(file) : file;
  } catch {
    return file;
  }
}
