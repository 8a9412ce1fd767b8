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
