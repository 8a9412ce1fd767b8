import { dirname, extname, isAbsolute, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codeOf, messageOf } from '../../lib/errors.js';

/** Node.js strips types without a flag since 22.18 and 23.6 (nodejs.org/api/typescript.html). */
const STRIPS_TYPES = '22.18';
const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);

/** Imports a user's module, found when it runs. What it throws says where, and what Node is too old for. */
export async function importUserModule(name: string): Promise<unknown> {
  try {
    // The bundler must leave this import alone.
    return await (import(
      /* webpackIgnore: true */ isAbsolute(name) ? pathToFileURL(name).href : name
    ) as Promise<unknown>);
  } catch (thrown) {
    throw new Error(explain(thrown, name), { cause: thrown });
  }
}

function explain(thrown: unknown, name: string): string {
  if (codeOf(thrown) === 'ERR_UNKNOWN_FILE_EXTENSION' && TYPESCRIPT.has(extname(name))) {
    return (
      `TypeScript needs Node ${STRIPS_TYPES} or later, and this is Node ${process.versions.node}; ` +
      'use a newer Node (the action brings its own), or compile the module and name its .js file'
    );
  }
  const message = messageOf(thrown);
  const place = thrownAt(thrown, { cwd: process.cwd(), own: dirname(process.argv[1] ?? '') });
  if (place !== undefined) return `${message} (at ${place})`;
  // Node knows the line of a module that it can not parse, and tells it to nobody but a terminal.
  return thrown instanceof Error && thrown.name === 'SyntaxError'
    ? `${message}; node --check FILE shows the line`
    : message;
}

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
