import type { CommandSpec } from '../ports.js';

/** Options with which bash reads BASH_ENV and prints nothing of what is in it (-x, -v would). */
const PLAIN_BASH =
  /^(\S*\/)?bash( +(-[euf]+|-[euf]*o +(pipefail|errexit|nounset|noglob)|--norc|--noprofile))*( +-c)?$/;

/** Variables that a user's bash starts with as well, and that would no longer mean what they meant. */
const TAKEN = ['BASH_ENV', 'SHELLOPTS', 'BASHOPTS'];

/**
 * Whether the flow's own shell can wait at the barrier, already started: a bash that reads its startup file ($BASH_ENV)
 * before the command. The command then finds nothing changed: not its text, not its line numbers, not its last command
 * being run in the shell's place.
 */
export function waitsInShell({ shell, env }: Pick<CommandSpec, 'shell' | 'env'>): boolean {
  return PLAIN_BASH.test(shell.trim()) && TAKEN.every((name) => env[name] === undefined);
}

/**
 * The startup file. It says W when it is there, and `S time` when it was let through, in seconds of the day's clock (a bash
 * older than 5 does not know them and says S alone). Nothing of it is left for the command but the value of $_.
 * @param barrier the FIFO, quoted for a shell
 */
export function startupFile(barrier: string): string {
  return [
    'echo W >&4',
    `: <${barrier}`,
    'echo "S ${EPOCHREALTIME-}" >&4',
    'exec 4>&-',
    'unset BASH_ENV',
    '',
  ].join('\n');
}
