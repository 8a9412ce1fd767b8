/** Exit status of a shell that could not enter its limits; 126 and 127 are the shell's own. */
export const NOT_ENTERED = 125;

/** For sh: safe whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Enters control groups: the kernel takes 0 for the pid of the writer, and echo is no process of its own. */
export function enterDirectly(files: readonly string[]): readonly string[] {
  return files.map((file) => `echo 0 >${quoted(file)}`);
}

/** The same where only root may write: sudo moves the shell, which waits for it, and does not read what is meant for the program. */
export function enterThroughSudo(files: readonly string[]): readonly string[] {
  return files.map((file) => `sudo -n sh -c 'echo "$1" >"$2"' sh $$ ${quoted(file)} </dev/null`);
}

/** The text that goes before everything else that a shell does; empty if there is nothing to do. */
export function preludeOf(commands: readonly string[]): string {
  if (commands.length === 0) return '';
  const failed = `echo 'flowgate: the resource limits could not be entered' >&2; exit ${NOT_ENTERED}`;
  return `{ ${commands.join(' && ')}; } || { ${failed}; }`;
}

/** A shell that enters and then becomes the program, under its own pid. */
export function wrapped(prelude: string, argv: readonly [string, ...string[]]): [string, ...string[]] {
  return prelude === '' ? [...argv] : ['/bin/sh', '-c', `${prelude}\nexec "$@"`, 'sh', ...argv];
}
