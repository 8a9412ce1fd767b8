import { spawn } from 'node:child_process';
import type { CommandSpec } from '../ports.js';
import { argvOf } from '../scenarios/shell-argv.js';
import { CHANGES_SHELL_START } from '../scenarios/shell-start.js';
import { SHELL } from './launcher-shell.js';
import { exitOf } from './node-process.js';
import { quote } from './quote.js';

/** Options with which bash reads BASH_ENV and prints nothing of what is in it (-x, -v would). */
const PLAIN_BASH =
  /^(\S*\/)?bash( +(-[euf]+|-[euf]*o +(pipefail|errexit|nounset|noglob)|--norc|--noprofile))*( +-c)?$/;

/** ms that the trial of a shell may take. */
const PATIENCE = 5000;

/**
 * Whether the flow's own shell can wait at the barrier, already started: a bash that reads its startup file ($BASH_ENV)
 * before the command. The command then finds nothing changed: not its text, not its line numbers, not its last command
 * being run in the shell's place.
 */
export async function waitsInShell(spec: CommandSpec): Promise<boolean> {
  return mayWaitInShell(spec) && (await readsStartupFile(spec));
}

/** Undefined variables and options that are known to change nothing. */
export function mayWaitInShell({ shell, env }: Pick<CommandSpec, 'shell' | 'env'>): boolean {
  const changed = Object.keys(env).some((name) => CHANGES_SHELL_START.test(name));
  return PLAIN_BASH.test(shell.trim()) && !changed;
}

/**
 * Runs a command of the launcher's shell with the startup code as what bash reads first. The code comes as a
 * here-document through descriptor 3, and not as a file, which other flows could change.
 */
export function withStartup(command: string, code: string): string {
  return `BASH_ENV=/dev/fd/3 ${command} 3<<'flowgate-end'\n${code}\nflowgate-end\n`;
}

/**
 * What a flow's bash does before its command. It says W when it is there, and `S time` when it was let through, in
 * seconds of the day's clock (a bash older than 5 does not know them and says S alone). Nothing of it is left for the
 * command but the value of $_.
 * @param barrier path of the FIFO
 * @param flow goes along with each word
 */
export function startupCode(barrier: string, flow: string): string {
  return [
    `echo 'W ${flow}' >&4`,
    `: <${quote(barrier)}`,
    `echo "S ${flow} \${EPOCHREALTIME-}" >&4`,
    'exec 3<&- 4>&-',
    'unset BASH_ENV',
  ].join('\n');
}

/** Tries it out: a bash too old to read a pipe, or one that is built or wrapped differently, does not. */
function readsStartupFile(spec: CommandSpec): Promise<boolean> {
  const script = withStartup('"$@"', startupCode('/dev/null', 'trial'));
  const child = spawn(SHELL, ['-c', script, 'sh', ...argvOf({ ...spec, command: ':' })], {
    cwd: spec.cwd,
    env: spec.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  let said = '';
  let printed = 0;
  child.stdio[4]?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.length));
  return exitOf(child).then(
    ({ code }) => code === 0 && printed === 0 && /^W trial\nS trial .*\n$/.test(said),
  );
}
