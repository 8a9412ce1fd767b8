import { dirname, extname, isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf, messageOf } from '../errors.js';
import { thrownAt } from './thrown-at.js';

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
