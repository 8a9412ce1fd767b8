/** For sh: safe whatever is in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Variables that change how a shell starts, or what it takes a command for: files that are read first (bash(1), ksh(1),
 * zsh(1)), options, POSIX mode, the version that is imitated, and functions in place of commands.
 */
export const CHANGES_SHELL_START =
  /^(BASH_ENV|ENV|ZDOTDIR|FPATH|SHELLOPTS|BASHOPTS|BASH_COMPAT|BASH_XTRACEFD|POSIXLY_CORRECT|POSIX_PEDANTIC|(__)?BASH_FUNC.*)$/;

/** Options that the command follows already. -e is one for node, perl and ruby; for a shell it is errexit. */
const TAKES_COMMAND = /(^| )(-c|\/c|-Command)$|^(\S*\/)?(node|bun|perl|ruby) (.* )?(-e|--eval)$/;

/** The shell's program and arguments, with the command as the last one, after -c unless the shell says otherwise. */
export function argvOf({
  shell,
  command,
}: {
  readonly shell: string;
  readonly command: string;
}): [string, ...string[]] {
  const [program = 'bash', ...options] = shell.split(/\s+/).filter((word) => word !== '');
  const takesIt = TAKES_COMMAND.test([program, ...options].join(' '));
  return [program, ...options, ...(takesIt ? [] : ['-c']), command];
}
