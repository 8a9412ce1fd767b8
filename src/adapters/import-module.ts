import { extname, isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf } from '../errors.js';

/** Node.js strips types without a flag since 22.18 and 23.6 (nodejs.org/api/typescript.html). */
const STRIPS_TYPES = '22.18';
const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);

/** Imports a user's module, found when it runs. Says of TypeScript what this Node is too old for. */
export async function importUserModule(name: string): Promise<unknown> {
  try {
    // The bundler must leave this import alone.
    return await (import(
      /* webpackIgnore: true */ isAbsolute(name) ? pathToFileURL(name).href : name
    ) as Promise<unknown>);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ERR_UNKNOWN_FILE_EXTENSION' || !TYPESCRIPT.has(extname(name))) throw thrown;
    throw new Error(
      `TypeScript needs Node ${STRIPS_TYPES} or later, and this is Node ${process.versions.node}; ` +
        'use a newer Node (the action brings its own), or compile the module and name its .js file',
      { cause: thrown },
    );
  }
}
