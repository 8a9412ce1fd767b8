import type { ChildProcess, StdioOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Duplex, Readable } from 'node:stream';
import type { CommandSpec, Exit, HostProcess, HostSpec, OutputLine, RunningProcess } from '../ports.js';
import { ExcerptBuffer, wholeExcerpt } from '../scenarios/excerpt.js';
import { OutputLines } from '../scenarios/output-lines.js';
import { argvOf } from '../scenarios/shell-argv.js';
import { CHANNEL, channelTo } from './child-channel.js';
import { spawnGuarded } from './living-groups.js';
import { startingText, type OwnScript } from './own-script.js';
import { whyUnusable } from './unusable-command.js';
import { killGroup } from './process-tree.js';
import { adopting } from './subreaper.js';

/** After a process has exited, what its descendants still write is waited for this long, in ms. */
const DRAIN = 200;

/** As a shell says it when a program cannot be started. */
const CANNOT_START = 127;

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
