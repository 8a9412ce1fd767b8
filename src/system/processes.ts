import { type ChildProcess, spawn, type SpawnOptions, type StdioOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { MARK } from '../lib/identity.js';
import { ExcerptBuffer, OutputLines, wholeExcerpt } from '../lib/output.js';
import { argvOf } from '../lib/shell.js';
import { CHANNEL, channelTo } from './channel.js';
import { Guard } from './guard.js';
import { killGroup } from './kill.js';
import { type OwnScript, startingText } from './own-script.js';
import type { CommandSpec, Exit, HostProcess, HostSpec, OutputLine, RunningProcess } from './ports.js';
import { missingPython, pythonArguments, pythonText, loopbackChannel } from './python.js';
import { adopting } from './subreaper.js';

/** After a process has exited, what its descendants still write is waited for this long, in ms. */
const DRAIN = 200;

/** As a shell says it when a program cannot be started. */
const CANNOT_START = 127;

/** dash where there is one: as /bin/sh it is bash on macOS and on some Linux systems. */
export const SHELL = ['/bin/dash', '/usr/bin/dash'].find((path) => existsSync(path)) ?? '/bin/sh';

/** Resolves when the process has exited and its streams are closed or drained; never rejects. */
export function exitOf(child: ChildProcess, stderr?: ExcerptBuffer): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      stderr?.push(Buffer.from(`${error.message}\n`));
      if (child.pid === undefined) resolve({ code: CANNOT_START, signal: null });
    });
    child.once('exit', (code, signal) => {
      const settle = (): void => {
        resolve({ code, signal });
      };
      child.once('close', settle);
      setTimeout(settle, DRAIN).unref();
    });
  });
}

function keep(
  readable: Readable | null,
  stream: OutputLine['stream'],
  listeners: ((line: OutputLine) => void)[],
): ExcerptBuffer {
  const buffer = new ExcerptBuffer();
  if (readable === null) return buffer;
  const lines = new OutputLines((text, ended) => {
    for (const listener of listeners) listener({ stream, text, ended });
  });
  readable.on('data', (chunk: Buffer) => {
    buffer.push(chunk);
    if (listeners.length > 0) lines.push(chunk);
  });
  readable.once('end', () => {
    lines.end();
  });
  return buffer;
}

function start(
  argv: readonly [string, ...string[]],
  spec: HostSpec,
  { stdio, adopts = false }: { readonly stdio: StdioOptions; readonly adopts?: boolean },
): { child: ChildProcess; running: RunningProcess } {
  const bound = { argv: spec.enclosure?.wrap(argv) ?? argv, env: spec.env };
  const { argv: started, env } = adopts ? adopting(bound) : bound;
  const [program, ...args] = started;
  const child = spawnGuarded(program, args, {
    cwd: spec.cwd,
    env,
    stdio,
    // A process group of its own, so that one signal reaches all of it. On Windows that would open a console window.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const listeners: ((line: OutputLine) => void)[] = [];
  const stdout = keep(child.stdout, 'stdout', listeners);
  const stderr = keep(child.stderr, 'stderr', listeners);
  const exited = exitOf(child, stderr);
  return {
    child,
    running: {
      pid: child.pid ?? 0,
      exited,
      stdout: () => stdout.excerpt(),
      stderr: () => stderr.excerpt(),
      onLine: (listener) => {
        listeners.push(listener);
      },
      kill: (signal) => {
        if (child.pid !== undefined) killGroup(child.pid, signal);
      },
    },
  };
}

/** A command beside us, in a process group of its own, without standard input. */
export function spawnCommand(spec: CommandSpec): RunningProcess {
  const { child, running } = start(argvOf(spec), spec, { stdio: ['ignore', 'pipe', 'pipe'] });
  const missing = child.pid === undefined && process.platform !== 'win32' ? whyUnusable(spec) : undefined;
  // Node says "spawn bash ENOENT", which names neither the cause nor the cure.
  return missing === undefined ? running : { ...running, stderr: () => wholeExcerpt(missing) };
}

/** Where Node knows it, a signal opens no debugger even before the script has begun. */
const NO_DEBUGGER = process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? ['--disable-sigusr1'] : [];

/**
 * Node with a script of ours, which it gets from memory, and a channel of our own. Node's message channel is not used:
 * any code in the process could speak on it by process.send, and Node obeys some messages by itself. `adopts`: the orphans of
 * what it starts become its children.
 */
export function spawnNode(script: OwnScript, spec: HostSpec, { adopts = false } = {}): HostProcess {
  const key = randomBytes(16).toString('hex');
  // The file is named for people who list processes, and for code that asks what was started; it is not read.
  const argv: [string, ...string[]] = [process.execPath, ...NO_DEBUGGER, '-', script.file];
  const { child, running } = start(argv, spec, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], adopts });
  // The process may be gone before it has read all: its exit says so, not this.
  child.stdin?.on('error', () => undefined).end(startingText(script, key));
  return { ...running, ...channelTo(child.stdio[CHANNEL] as Duplex, key) };
}

interface PythonOptions {
  /** The channel goes over the loopback interface. */
  readonly loopback?: boolean;
}

/**
 * The same for a script in Python, whose interpreter `spec.python` names.
 * @throws Error if there is no such program
 */
export function spawnPython(
  script: OwnScript,
  spec: HostSpec,
  { loopback = process.platform === 'win32' }: PythonOptions = {},
): HostProcess {
  const missing = missingPython(spec);
  if (missing !== undefined) throw new Error(missing);
  const key = randomBytes(16).toString('hex');
  const [program = 'python3', ...options] = spec.python ?? [];
  const argv: [string, ...string[]] = [program, ...options, ...pythonArguments(script.file)];
  const { child, running } = start(argv, spec, {
    stdio: ['pipe', 'pipe', 'pipe', ...(loopback ? [] : (['pipe'] as const))],
    adopts: true,
  });
  const stdin = child.stdin?.on('error', () => undefined);
  if (!loopback) {
    stdin?.end(pythonText(script.source, key, CHANNEL));
    return { ...running, ...channelTo(child.stdio[CHANNEL] as Duplex, key) };
  }
  const channel = loopbackChannel(key);
  void channel.address.then((address) => stdin?.end(pythonText(script.source, key, address)));
  void running.exited.then(() => {
    channel.close();
  });
  return { ...running, ...channel };
}

/** Leaders of the process groups that we started and that we have not seen to end. */
const living = new Set<number>();
const guard = new Guard(living);

/**
 * Starts a process of a run. Should we be killed (SIGKILL), the guard ends it. The guard learns the run's mark before
 * the process exists: even a process that was started in our last moment is found by it.
 */
export function spawnGuarded(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { readonly env: Readonly<Record<string, string>> },
): ChildProcess {
  guard.watchRun(options.env[MARK]);
  const child = spawn(program, args, options);
  const { pid } = child;
  if (pid === undefined) return child;
  living.add(pid);
  guard.watch(pid);
  child.once('exit', () => {
    living.delete(pid);
    guard.unwatch(pid);
  });
  return child;
}

/** For the last moment of our own process, however it came: what still lives would outlive us. */
export function killLiving(): void {
  for (const leader of living) killGroup(leader, 'SIGKILL');
}

/**
 * Ends this process once what it printed is out. What a flow has left behind, out of our reach, may hold a pipe of ours
 * open; it must not hold the job.
 */
export function leave(status: number): void {
  process.stderr.write('', () => {
    process.stdout.write('', () => {
      process.exit(status);
    });
  });
}

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
