import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { CommandSpec } from '../ports.js';
import { argvOf } from '../scenarios/shell-argv.js';

/** Where execvp(3) looks if there is no PATH. */
const USUAL_PATH = '/bin:/usr/bin';

/** Bytes of one argument on Linux, with its end (MAX_ARG_STRLEN: 32 pages of 4 KiB). Other systems allow more. */
const LONGEST_ARGUMENT = 131_072;

type Command = Pick<CommandSpec, 'shell' | 'command' | 'cwd' | 'env'>;

/** Why the system cannot start the command, with what to do; undefined if nothing is in the way. Not for Windows. */
export function whyUnusable(spec: Command): string | undefined {
  const { command } = spec;
  if (command.includes('\0')) return 'the command holds a NUL character, which no program can be given';
  const bytes = Buffer.byteLength(command);
  if (process.platform === 'linux' && bytes >= LONGEST_ARGUMENT)
    return `the command has ${bytes} bytes, and Linux starts none of ${LONGEST_ARGUMENT} or more; put it into a file and run that`;
  return missingShell(spec);
}

function missingShell(spec: Command): string | undefined {
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
