import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { CommandSpec } from '../ports.js';
import { argvOf } from '../scenarios/shell-argv.js';

/** Where execvp(3) looks if there is no PATH. */
const USUAL_PATH = '/bin:/usr/bin';

/** What to say if the program that interprets the commands is not there; undefined if it is. Not for Windows. */
export function missingShell(
  spec: Pick<CommandSpec, 'shell' | 'command' | 'cwd' | 'env'>,
): string | undefined {
  const [program] = argvOf(spec);
  const { PATH = USUAL_PATH } = spec.env;
  const folders = program.includes('/') ? [''] : PATH.split(delimiter);
  if (folders.some((folder) => isProgram(resolve(spec.cwd, folder, program)))) return undefined;
  const where = program.includes('/') ? '' : ` in PATH (${PATH})`;
  return `the shell "${program}" was not found${where}; install it, or choose another, such as "shell: sh"`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
