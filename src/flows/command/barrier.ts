import { execFile, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, fchmodSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { argvOf, CHANGES_SHELL_START, quote } from '../../lib/shell.js';
import { nodeClock } from '../../system/clock.js';
import type { Barrier, CommandSpec } from '../../system/ports.js';
import { exitOf, SHELL } from '../../system/processes.js';

/**
 * A FIFO as a start barrier: opening it for reading blocks until somebody has it open for writing, and that open wakes
 * all who wait (fifo(7)). It stays open until all who were on their way have passed, and whoever comes for the next
 * release waits for that: an open barrier would let it through before its time.
 */
export class FifoBarrier implements Barrier {
  readonly #fifo: Fifo;
  #releasedAt: number | undefined;
  #onTheWay: Promise<void>[] = [];
  #closed: Promise<void> = Promise.resolve();
  readonly #waiting = new Map<string, Promise<boolean>>();

  private constructor(fifo: Fifo) {
    this.#fifo = fifo;
  }

  /** `path` must not exist. */
  static async make(path: string): Promise<FifoBarrier> {
    return new FifoBarrier(await makeFifo(path));
  }

  /** To be opened for reading by whoever waits. */
  get path(): string {
    return this.#fifo.path;
  }

  /** ms of the clock, of the last release. */
  get releasedAt(): number | undefined {
    return this.#releasedAt;
  }

  /** Resolves when the barrier holds back whoever comes to it. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Whether the flow's own shell waits here, which is tried out once for each shell and working directory. */
  waitsInShell(spec: CommandSpec): Promise<boolean> {
    const key = JSON.stringify([spec.shell, spec.cwd]);
    const known = this.#waiting.get(key) ?? waitsInShell(spec);
    this.#waiting.set(key, known);
    return known;
  }

  /** Somebody comes to the barrier; `passed` resolves when it is through, or will never be. */
  expect(passed: Promise<void>): void {
    this.#onTheWay.push(passed);
  }

  release(): void {
    this.#releasedAt = nodeClock.now();
    // We hold it open for reading, so this never blocks, even if nobody waits.
    const descriptor = openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#closed = Promise.all(this.#onTheWay).then(() => {
      closeSync(descriptor);
    });
    this.#onTheWay = [];
  }

  close(): void {
    closeSync(this.#fifo.descriptor);
  }
}

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
 * @param script what bash would have read first, and what each bash that the command starts does
 */
export function startupCode(barrier: string, flow: string, script?: string): string {
  const read = script === undefined ? [] : [`[ ! -r ${quote(script)} ] || . ${quote(script)}`];
  return [
    ...read,
    `echo 'W ${flow}' >&4`,
    `: <${quote(barrier)}`,
    `echo "S ${flow} \${EPOCHREALTIME-}" >&4`,
    'exec 3<&- 4>&-',
    script === undefined ? 'unset BASH_ENV' : `BASH_ENV=${quote(script)}`,
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

/** A FIFO whose reading end we hold. */
export interface Fifo {
  readonly descriptor: number;
  /** Opens it from any process of the same user. */
  readonly path: string;
}

/** Paths in one call of mkfifo: far below any limit on the length of a command line. */
const MOST_AT_ONCE = 500;

/** Linux opens an unlinked file by the descriptor of a process that holds it (proc_pid_fd(5)). */
const HAS_PROC = existsSync('/proc/self/fd');

interface Wanted {
  readonly path: string;
  readonly made: () => void;
  readonly failed: (thrown: unknown) => void;
}

let wanted: Wanted[] = [];

/**
 * Makes a FIFO at a path where nothing is yet. Where there is /proc it has no name any more when this resolves: a flow
 * that writes to our folders can neither replace nor remove it.
 * @throws Error that says why, such as a full disk
 */
export async function makeFifo(path: string): Promise<Fifo> {
  await mkfifo(path);
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (!fstatSync(descriptor).isFIFO()) {
    closeSync(descriptor);
    throw new Error(`${path} was replaced by another process while it was made`);
  }
  // Not by mkfifo's -m, which needs /proc.
  fchmodSync(descriptor, 0o600);
  if (!HAS_PROC) return { descriptor, path };
  unlinkSync(path);
  return { descriptor, path: `/proc/${process.pid}/fd/${descriptor}` };
}

/** Node has no call for mkfifo(3). All that are asked for in one turn of the event loop are made by one process. */
function mkfifo(path: string): Promise<void> {
  return new Promise((made, failed) => {
    if (wanted.length === 0) setImmediate(makeWanted);
    wanted.push({ path, made, failed });
  });
}

function makeWanted(): void {
  const all = wanted;
  wanted = [];
  for (let from = 0; from < all.length; from += MOST_AT_ONCE) makeAll(all.slice(from, from + MOST_AT_ONCE));
}

function makeAll(fifos: readonly Wanted[]): void {
  const paths = fifos.map(({ path }) => path);
  execFile('mkfifo', paths, (error, _, stderr) => {
    if (error === null) for (const { made } of fifos) made();
    else {
      const missing =
        error.code === 'ENOENT' ? 'there is no program mkfifo on PATH; install coreutils' : undefined;
      const [said = ''] = stderr === '' ? [error.message] : stderr.split('\n');
      const reason = missing ?? said;
      for (const { failed } of fifos)
        failed(new Error(`cannot make the pipes for the output of flows: ${reason}`));
    }
  });
}
