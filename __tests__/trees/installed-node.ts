import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from '../repository.js';

/** A folder for the PATH with a `node` that tells this version; one of '' can not be run. */
export function nodeOf(version: string): string {
  const folder = temporary();
  const script = version === '' ? 'exit 127' : `echo ${version}`;
  writeFileSync(join(folder, 'node'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}
