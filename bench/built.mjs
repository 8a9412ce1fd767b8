/** Modules of the product itself, as the build compiled them: what is measured is not a copy. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../build/src');

/** Where the build has put one, such as 'host.js'. */
export function builtPath(module) {
  const path = join(folder, module);
  if (!existsSync(path)) throw new Error(`build/src/${module} is not there: run npm run build first`);
  return path;
}

/** Loads one when it is needed, such as 'ladder/usl.js'. */
export function built(module) {
  return import(builtPath(module));
}
